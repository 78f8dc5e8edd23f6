package chain

import (
	"context"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"

	clienttx "github.com/cosmos/cosmos-sdk/client/tx"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/cosmos/cosmos-sdk/types/tx/signing"
	authsigning "github.com/cosmos/cosmos-sdk/x/auth/signing"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/aitbc/aitbc/app/ante"
)

// DefaultGas is the gas limit of a transaction that sets none; it is enough for
// every single message.
const DefaultGas uint64 = 500_000

// Send returns a transfer between two accounts.
func Send(from, to *Account, amount sdk.Coin) *banktypes.MsgSend {
	return banktypes.NewMsgSend(from.Addr, to.Addr, sdk.NewCoins(amount))
}

// Tx describes a transaction to be signed. Its methods return it, so that calls
// can be chained; Bytes or Deliver comes last.
type Tx struct {
	c       *Chain
	signers []*Account
	msgs    []sdk.Msg

	gas      uint64
	fee      sdk.Coins
	feeSet   bool
	granter  sdk.AccAddress
	memo     string
	sequence *uint64
	chainID  string
	mode     signing.SignMode
	corrupt  bool
	timeout  time.Time
	// lastHeight and lastTime bound the block that the transaction may be in.
	lastHeight uint64
	lastTime   time.Time
}

// Tx returns a transaction of these messages, signed in SIGN_MODE_DIRECT by the
// given account with its next sequence, with DefaultGas and the floor price.
func (c *Chain) Tx(signer *Account, msgs ...sdk.Msg) *Tx {
	return &Tx{
		c: c, signers: []*Account{signer}, msgs: msgs,
		gas: DefaultGas, chainID: ID, mode: signing.SignMode_SIGN_MODE_DIRECT,
	}
}

// With adds signers after the first, for messages that need more than one.
func (t *Tx) With(signers ...*Account) *Tx { t.signers = append(t.signers, signers...); return t }

// Gas sets the gas limit; the fee follows it unless it is set.
func (t *Tx) Gas(limit uint64) *Tx { t.gas = limit; return t }

// Fee sets the fee; no coins mean none.
func (t *Tx) Fee(coins ...sdk.Coin) *Tx { t.fee, t.feeSet = sdk.NewCoins(coins...), true; return t }

// Granter lets another account pay the fee by a feegrant allowance.
func (t *Tx) Granter(a *Account) *Tx { t.granter = a.Addr; return t }

// Memo sets the memo.
func (t *Tx) Memo(text string) *Tx { t.memo = text; return t }

// Sequence signs with this sequence instead of the next one. It is not counted:
// the account's next transaction is numbered as if this one did not exist.
func (t *Tx) Sequence(n uint64) *Tx { t.sequence = &n; return t }

// ChainID signs for another chain.
func (t *Tx) ChainID(id string) *Tx { t.chainID = id; return t }

// AminoJSON signs as hardware wallets do.
func (t *Tx) AminoJSON() *Tx {
	t.mode = signing.SignMode_SIGN_MODE_LEGACY_AMINO_JSON
	return t
}

// Unordered makes the transaction valid without a sequence until the given time
// after the last block.
func (t *Tx) Unordered(ttl time.Duration) *Tx {
	t.timeout = t.c.Time().Add(ttl)
	return t
}

// Until makes the transaction invalid in blocks above this height.
func (t *Tx) Until(height int64) *Tx { t.lastHeight = uint64(height); return t }

// UntilTime makes the transaction invalid in blocks later than this.
func (t *Tx) UntilTime(last time.Time) *Tx { t.lastTime = last; return t }

// CorruptSignature flips a bit of the first signature. The transaction will be
// refused, so its sequence is not counted.
func (t *Tx) CorruptSignature() *Tx { t.corrupt = true; return t }

// Bytes signs and encodes the transaction.
func (t *Tx) Bytes() []byte {
	t.c.tb.Helper()
	cfg := t.c.App.TxConfig()
	b := cfg.NewTxBuilder()
	if err := b.SetMsgs(t.msgs...); err != nil {
		t.c.tb.Fatalf("messages: %v", err)
	}
	b.SetGasLimit(t.gas)
	b.SetFeeAmount(t.fees())
	b.SetFeeGranter(t.granter)
	b.SetMemo(t.memo)
	b.SetTimeoutHeight(t.lastHeight)
	if !t.lastTime.IsZero() {
		b.SetTimeoutTimestamp(t.lastTime)
	}
	if !t.timeout.IsZero() {
		b.SetUnordered(true)
		b.SetTimeoutTimestamp(t.timeout)
	}

	// All public keys must be in place before the first signature is made, because
	// it covers them.
	data := make([]authsigning.SignerData, len(t.signers))
	sigs := make([]signing.SignatureV2, len(t.signers))
	for i, signer := range t.signers {
		data[i] = t.signerData(signer)
		sigs[i] = signing.SignatureV2{
			PubKey: signer.Key.PubKey(), Sequence: data[i].Sequence,
			Data: &signing.SingleSignatureData{SignMode: t.mode},
		}
	}
	if err := b.SetSignatures(sigs...); err != nil {
		t.c.tb.Fatalf("signatures: %v", err)
	}
	for i, signer := range t.signers {
		sig, err := clienttx.SignWithPrivKey(context.Background(), t.mode, data[i], b, signer.Key, cfg, data[i].Sequence)
		if err != nil {
			t.c.tb.Fatalf("sign for %s: %v", signer.Name, err)
		}
		sigs[i] = sig
	}
	if single, ok := sigs[0].Data.(*signing.SingleSignatureData); ok && t.corrupt {
		single.Signature[0] ^= 1
	}
	if err := b.SetSignatures(sigs...); err != nil {
		t.c.tb.Fatalf("signatures: %v", err)
	}
	bz, err := cfg.TxEncoder()(b.GetTx())
	if err != nil {
		t.c.tb.Fatalf("encode: %v", err)
	}
	return bz
}

// Deliver commits a block with this transaction alone and returns its result.
func (t *Tx) Deliver() *abci.ExecTxResult {
	t.c.tb.Helper()
	return t.c.NextBlock(t.Bytes()).Results[0]
}

// MustDeliver is Deliver, and fails the test unless the transaction succeeds.
func (t *Tx) MustDeliver() *abci.ExecTxResult {
	t.c.tb.Helper()
	res := t.Deliver()
	if !res.IsOK() {
		t.c.tb.Fatalf("transaction of %s: expected success, got %s", t.signers[0].Name, summary(res))
	}
	return res
}

func (t *Tx) fees() sdk.Coins {
	if t.feeSet {
		return t.fee
	}
	return sdk.NewCoins(ante.FloorPrice.Fee(t.gas))
}

// signerData returns what a signer signs for, and counts the sequence.
func (t *Tx) signerData(signer *Account) authsigning.SignerData {
	data := authsigning.SignerData{
		Address: signer.String(), ChainID: t.chainID, PubKey: signer.Key.PubKey(),
		AccountNumber: t.c.accountNumber(signer),
	}
	switch {
	case !t.timeout.IsZero():
	case t.sequence != nil:
		data.Sequence = *t.sequence
	default:
		data.Sequence = t.c.Sequence(signer)
		if !t.corrupt {
			t.c.signed[signer.Name]++
		}
	}
	return data
}

// Sequence returns the sequence of the account's next transaction: the one on
// chain, raised by what it signed since the last block.
func (c *Chain) Sequence(a *Account) uint64 {
	acc := c.App.AccountKeeper.GetAccount(c.Context(), a.Addr)
	if acc == nil {
		return c.signed[a.Name]
	}
	return acc.GetSequence() + c.signed[a.Name]
}

func (c *Chain) accountNumber(a *Account) uint64 {
	acc := c.App.AccountKeeper.GetAccount(c.Context(), a.Addr)
	if acc == nil {
		return 0
	}
	return acc.GetAccountNumber()
}
