package ante_test

import (
	"errors"
	"testing"

	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"

	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	consensustypes "github.com/cosmos/cosmos-sdk/x/consensus/types"

	"github.com/aitbc/aitbc/app/ante"
)

func TestConsensusParamsRule(t *testing.T) {
	update := func(maxGas, maxBytes int64, keys ...string) sdk.Msg {
		return &consensustypes.MsgUpdateParams{
			Block:     &cmtproto.BlockParams{MaxGas: maxGas, MaxBytes: maxBytes},
			Validator: &cmtproto.ValidatorParams{PubKeyTypes: keys},
		}
	}
	tests := []struct {
		name string
		msg  sdk.Msg
		err  error
	}{
		{"success: another message", send(1)[0], nil},
		{"success: lowest", update(ante.MinBlockGas, ante.MinBlockBytes, "ed25519"), nil},
		{"success: no limits", update(-1, -1, "ed25519", "ml_dsa_65"), nil},
		{"success: sections left out", &consensustypes.MsgUpdateParams{}, nil},
		{"failure: gas below the bound", update(ante.MinBlockGas-1, -1, "ed25519"), sdkerrors.ErrInvalidRequest},
		{"failure: no gas", update(0, -1, "ed25519"), sdkerrors.ErrInvalidRequest},
		{"failure: gas below no limit", update(-2, -1, "ed25519"), sdkerrors.ErrInvalidRequest},
		{"failure: bytes below the bound", update(-1, ante.MinBlockBytes-1, "ed25519"), sdkerrors.ErrInvalidRequest},
		{"failure: no bytes", update(-1, 0, "ed25519"), sdkerrors.ErrInvalidRequest},
		{"failure: no ed25519", update(-1, -1, "ml_dsa_65"), sdkerrors.ErrInvalidRequest},
		{"failure: no keys", update(-1, -1), sdkerrors.ErrInvalidRequest},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			if err := ante.ConsensusParamsRule(sdk.Context{}, tc.msg); !errors.Is(err, tc.err) {
				t.Fatalf("expected %v, got %v", tc.err, err)
			}
		})
	}
}
