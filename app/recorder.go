package app

import (
	"context"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

// factRecorder stands where the reputation module will: it keeps what settlements
// say about both sides as an event of the block, and scores nobody.
type factRecorder struct{}

var _ jobmarkettypes.ReputationKeeper = factRecorder{}

// RecordFact implements jobmarkettypes.ReputationKeeper.
func (factRecorder) RecordFact(
	ctx context.Context, agentID uint64, client sdk.AccAddress, skill, fact string, fee sdkmath.Int,
) error {
	return sdk.UnwrapSDKContext(ctx).EventManager().EmitTypedEvent(&jobmarkettypes.EventReputationFactRecorded{
		AgentId: agentID, Client: client.String(), Skill: skill, Fact: fact, Fee: fee,
	})
}
