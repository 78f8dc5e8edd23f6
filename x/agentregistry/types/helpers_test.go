package types_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	sdkmath "cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	chaintypes "github.com/aitbc/aitbc/types"
	"github.com/aitbc/aitbc/x/agentregistry/types"
)

var (
	owner    = sdk.AccAddress("owner...............").String()
	operator = sdk.AccAddress("operator............").String()
)

// newProfile returns the profile that the documentation shows.
func newProfile(t *testing.T) types.Profile {
	t.Helper()
	text, err := os.ReadFile("../testdata/profile.json")
	if err != nil {
		t.Fatal(err)
	}
	var p types.Profile
	if err := codec.NewProtoCodec(codectypes.NewInterfaceRegistry()).UnmarshalJSON(text, &p); err != nil {
		t.Fatal(err)
	}
	return p
}

func uait(n int64) sdk.Coin { return sdk.NewInt64Coin(chaintypes.BaseDenom, n) }

func number(n int64) sdkmath.Int { return sdkmath.NewInt(n) }

// expect fails unless err is of the wanted kind and, if it is one, begins with the
// name of the field.
func expect(t *testing.T, err, want error, field string) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("expected %v, got %v", want, err)
	}
	if want != nil && !strings.HasPrefix(err.Error(), field+":") {
		t.Fatalf("expected an error about %s, got %q", field, err)
	}
}
