package simulation

import (
	"context"

	"github.com/cosmos/cosmos-sdk/testutil/simsx"

	"github.com/aitbc/aitbc/x/jobmarket/keeper"
	"github.com/aitbc/aitbc/x/jobmarket/types"
)

// randomOffer returns one of the standing offers that a test accepts.
func randomOffer(
	ctx context.Context, k *keeper.Keeper, testData *simsx.ChainDataSource, fits func(types.Offer) bool,
) (types.Offer, bool) {
	for _, i := range testData.Rand().Perm(mostAgents) {
		var found []types.Offer
		for _, o := range must(k.Offers(ctx, uint64(i+1))) {
			if fits(o) {
				found = append(found, o)
			}
		}
		if len(found) > 0 {
			return found[testData.Rand().Intn(len(found))], true
		}
	}
	return types.Offer{}, false
}

// randomJob returns one of the live jobs that a test accepts.
func randomJob(
	ctx context.Context, k *keeper.Keeper, testData *simsx.ChainDataSource, fits func(types.Progress) bool,
) (types.JobRecord, bool) {
	for _, i := range testData.Rand().Perm(mostAgents) {
		var found []types.JobRecord
		for _, r := range must(k.LiveJobs(ctx, uint64(i+1))) {
			if fits(r.Progress) {
				found = append(found, r)
			}
		}
		if len(found) > 0 {
			return found[testData.Rand().Intn(len(found))], true
		}
	}
	return types.JobRecord{}, false
}
