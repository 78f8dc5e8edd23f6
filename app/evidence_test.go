package app_test

import (
	"strings"
	"testing"

	sdk "github.com/cosmos/cosmos-sdk/types"
	evidencetypes "github.com/cosmos/cosmos-sdk/x/evidence/types"

	"github.com/aitbc/aitbc/testutil/chain"
)

// TestSubmittedEvidence sends evidence by hand. No route takes any: that is an
// error with a code, not a crash of the handler.
func TestSubmittedEvidence(t *testing.T) {
	c := chain.NewLockstep(t)
	c.NextBlocks(2)
	anybody := c.Account(0)
	msg, err := evidencetypes.NewMsgSubmitEvidence(anybody.Addr, &evidencetypes.Equivocation{
		Height: 1, Time: chain.GenesisTime, Power: 10, ConsensusAddress: sdk.ConsAddress(make([]byte, 20)).String(),
	})
	if err != nil {
		t.Fatal(err)
	}
	res := c.Tx(anybody, msg).Deliver()
	if code(res) != errCode(evidencetypes.ErrNoEvidenceHandlerExists) || strings.Contains(res.Log, "panic") {
		t.Errorf("expected %s, got %s: %s", errCode(evidencetypes.ErrNoEvidenceHandlerExists), code(res), res.Log)
	}
}
