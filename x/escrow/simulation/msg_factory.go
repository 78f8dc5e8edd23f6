package simulation

import (
	"context"

	"github.com/cosmos/cosmos-sdk/testutil/simsx"
	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/aitbc/aitbc/x/escrow/keeper"
	"github.com/aitbc/aitbc/x/escrow/types"
)

// MsgClaimFactory returns claims of accounts that are owed something, to themselves
// or to others.
func MsgClaimFactory(k *keeper.Keeper) simsx.SimMsgFactoryFn[*types.MsgClaim] {
	return func(ctx context.Context, testData *simsx.ChainDataSource, reporter simsx.SimulationReporter) ([]simsx.SimAccount, *types.MsgClaim) {
		res, err := keeper.NewQueryServer(k).Claimables(ctx, &types.QueryClaimablesRequest{
			Pagination: &query.PageRequest{Limit: query.DefaultLimit},
		})
		if err != nil {
			reporter.Fail(err, "claimables")
			return nil, nil
		}
		if len(res.Claimables) == 0 {
			reporter.Skip("nobody is owed anything")
			return nil, nil
		}
		r := testData.Rand()
		payee := testData.GetAccount(reporter, res.Claimables[r.Intn(len(res.Claimables))].Payee)
		msg := &types.MsgClaim{Payee: payee.AddressBech32}
		if r.Intn(2) == 0 {
			msg.Recipient = testData.AnyAccount(reporter).AddressBech32
		}
		return []simsx.SimAccount{payee}, msg
	}
}

// MsgUpdateParamsFactory returns random valid parameter changes for governance
// proposals.
func MsgUpdateParamsFactory() simsx.SimMsgFactoryFn[*types.MsgUpdateParams] {
	return func(_ context.Context, testData *simsx.ChainDataSource, reporter simsx.SimulationReporter) ([]simsx.SimAccount, *types.MsgUpdateParams) {
		params := types.DefaultParams()
		params.FeeBurnBps = randomFeeBurnBps(testData.Rand().Rand)
		return nil, &types.MsgUpdateParams{
			Authority: testData.ModuleAccountAddress(reporter, "gov"),
			Params:    params,
		}
	}
}
