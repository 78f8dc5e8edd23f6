package ante

import (
	"slices"

	cmttypes "github.com/cometbft/cometbft/types"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	consensustypes "github.com/cosmos/cosmos-sdk/x/consensus/types"
)

// Bounds of consensus parameters. Below them no block could carry the proposal
// that would set them right again.
const (
	// MinBlockGas holds some 90 bank sends, or any proposal.
	MinBlockGas int64 = 10_000_000
	// MinBlockBytes holds the largest proposal and votes.
	MinBlockBytes int64 = 256 << 10
	// Unlimited is the value for no limit in both.
	Unlimited int64 = -1
)

// ConsensusParamsRule is the MessageRule that refuses consensus parameters from
// which the chain could not recover by governance: blocks too small for a
// transaction, or no ed25519 keys, which all validators have at genesis.
func ConsensusParamsRule(_ sdk.Context, msg sdk.Msg) error {
	update, ok := msg.(*consensustypes.MsgUpdateParams)
	if !ok {
		return nil
	}
	if b := update.Block; b != nil {
		if b.MaxGas != Unlimited && b.MaxGas < MinBlockGas {
			return sdkerrors.ErrInvalidRequest.Wrapf("block.max_gas: expected -1 or at least %d, got %d", MinBlockGas, b.MaxGas)
		}
		if b.MaxBytes != Unlimited && b.MaxBytes < MinBlockBytes {
			return sdkerrors.ErrInvalidRequest.Wrapf("block.max_bytes: expected -1 or at least %d, got %d", MinBlockBytes, b.MaxBytes)
		}
	}
	if v := update.Validator; v != nil && !slices.Contains(v.PubKeyTypes, cmttypes.ABCIPubKeyTypeEd25519) {
		return sdkerrors.ErrInvalidRequest.Wrapf("validator.pub_key_types: expected %s among them, got %v",
			cmttypes.ABCIPubKeyTypeEd25519, v.PubKeyTypes)
	}
	return nil
}
