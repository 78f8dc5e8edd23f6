package types_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	chaintypes "github.com/aitbc/aitbc/types"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	"github.com/aitbc/aitbc/x/jobmarket/types"
)

const (
	ait      = chaintypes.UnitsPerAIT
	postedAt = 1_767_225_600
	delivery = 600
	review   = 1_200
	agentID  = 7
)

var (
	client = sdk.AccAddress("client______________").String()
	signer = sdk.AccAddress("signer______________").String()
)

func uait(n int64) sdk.Coin { return sdk.NewInt64Coin(chaintypes.BaseDenom, n) }

func number(n int64) sdkmath.Int { return sdkmath.NewInt(n) }

func hash() []byte { return bytes.Repeat([]byte{7}, 32) }

func messagingKey() registrytypes.MessagingKey {
	return registrytypes.MessagingKey{Suite: registrytypes.HPKE_SUITE_X25519, PublicKey: hash()}
}

func milestones(amounts ...int64) []types.MilestoneTerms {
	list := make([]types.MilestoneTerms, len(amounts))
	for i, amount := range amounts {
		list[i] = types.MilestoneTerms{Amount: uait(amount), DeliverySeconds: delivery, DescriptionHash: hash()}
	}
	return list
}

// newJob returns a job under the default parameters with one milestone per amount.
func newJob(amounts ...int64) types.Job {
	list := milestones(amounts...)
	return types.Job{
		Client: client, Sequence: 1, Award: types.AWARD_MODE_OFFER, AgentId: agentID, OfferId: 1, Skill: "text.summarize",
		Milestones: list, ReviewSeconds: review, MessagingKey: messagingKey(),
		Terms: types.DefaultParams().Terms(list), PostedAt: postedAt,
	}
}

func result() types.Result {
	return types.Result{Sha256: hash(), Size_: 6, MediaType: "text/plain", Uri: "https://agent.example/1"}
}

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
