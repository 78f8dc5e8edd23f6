// Package ante holds what happens to a transaction before its messages: who may
// send it, what it pays, and that its signatures are good.
package ante

import (
	"context"
	"errors"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authante "github.com/cosmos/cosmos-sdk/x/auth/ante"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	txsigning "github.com/cosmos/cosmos-sdk/x/tx/signing"
)

// BankKeeper is what the chain needs of bank: fees go to a module account by
// virtual credit, which bank's end blocker carries out once per block.
type BankKeeper interface {
	authtypes.BankKeeper
	SendCoinsFromAccountToModuleVirtual(ctx context.Context, sender sdk.AccAddress, recipientModule string, amt sdk.Coins) error
}

// Options are the parts that the chain is built from. All but Rules are required.
type Options struct {
	AccountKeeper   authante.AccountKeeper
	BankKeeper      BankKeeper
	FeegrantKeeper  authante.FeegrantKeeper
	SignModeHandler *txsigning.HandlerMap
	// FloorPrice is enforced in mempool, proposals and block execution.
	FloorPrice GasPrice
	// LastBlock tells a node that has just started where the chain stands.
	LastBlock LastBlock
	// Rules apply to every message, nested ones included.
	Rules []MessageRule
}

func (o Options) validate() error {
	switch {
	case o.AccountKeeper == nil:
		return errors.New("ante: account keeper is missing")
	case o.BankKeeper == nil:
		return errors.New("ante: bank keeper is missing")
	case o.FeegrantKeeper == nil:
		return errors.New("ante: feegrant keeper is missing")
	case o.SignModeHandler == nil:
		return errors.New("ante: sign mode handler is missing")
	case o.LastBlock == nil:
		return errors.New("ante: last block is missing")
	case o.FloorPrice.PerGas <= 0 || o.FloorPrice.Uait < 0:
		return errors.New("ante: floor price is not a price")
	}
	return nil
}

// NewHandler returns the chain of decorators. Order is part of the protocol: gas
// used and the code of a refused transaction depend on it.
func NewHandler(o Options) (sdk.AnteHandler, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	return sdk.ChainAnteDecorators(
		// Corrects the context of a node that has not seen a block since it started.
		// First: the gas meter depends on the height. Changes nothing in a block.
		NewRestartDecorator(o.LastBlock),
		// Sets the transaction's gas meter and turns running out of gas into an
		// error; refuses a gas limit above the block's. Everything after it is metered.
		authante.NewSetUpContextDecorator(),
		// Refuses extension options, none of which this chain knows. Reads only.
		authante.NewExtensionOptionsDecorator(nil),
		// Stateless checks of the transaction envelope. Reads only; skipped on recheck.
		authante.NewValidateBasicDecorator(),
		// Every message, nested ones included, against the rules. Reads only.
		NewMessagesDecorator(o.Rules...),
		// Refuses a transaction after its timeout height. Reads the context only.
		authante.NewTxTimeoutHeightDecorator(),
		// Refuses a memo that is too long. Reads auth's parameters.
		authante.NewValidateMemoDecorator(o.AccountKeeper),
		// Charges gas for each byte, before anything costlier is done.
		authante.NewConsumeGasForTxSizeDecorator(o.AccountKeeper),
		// Takes the fee from payer or granter, at the floor price at least, and
		// sets the priority. Writes the payer's balance and, by virtual credit, the
		// fee collector's. A failing message does not give the fee back; a failing
		// check of this chain does. Before signatures, because it is the cheaper check.
		authante.NewDeductFeeDecorator(o.AccountKeeper, virtualFees{o.BankKeeper}, o.FeegrantKeeper, newFeeChecker(o.FloorPrice)),
		// Stores the public key of an account's first transaction. Must stand
		// before the three that read it.
		authante.NewSetPubKeyDecorator(o.AccountKeeper),
		// Refuses too many signatures. Reads auth's parameters.
		authante.NewValidateSigCountDecorator(o.AccountKeeper),
		// Charges gas for each signature by the kind of its key.
		authante.NewSigGasConsumeDecorator(o.AccountKeeper, authante.DefaultSigVerificationGasConsumer),
		// Checks signatures and sequences, or the nonce of an unordered
		// transaction, which it stores.
		authante.NewSigVerificationDecorator(o.AccountKeeper, o.SignModeHandler),
		// Raises the sequence of every signer, so that the transaction can't be
		// played again. Last: only what passed all checks uses up a sequence.
		authante.NewIncrementSequenceDecorator(o.AccountKeeper),
	), nil
}

// virtualFees is a bank keeper whose transfers to a module are virtual. With the
// plain transfer every transaction of a block would write the one balance of the
// fee collector, and the parallel executor would have to run them one by one.
type virtualFees struct{ BankKeeper }

// SendCoinsFromAccountToModule implements authtypes.BankKeeper.
func (b virtualFees) SendCoinsFromAccountToModule(ctx context.Context, sender sdk.AccAddress, module string, amt sdk.Coins) error {
	return b.SendCoinsFromAccountToModuleVirtual(ctx, sender, module, amt)
}
