package app

import (
	"encoding/json"
	"errors"
	"fmt"

	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"

	servertypes "github.com/cosmos/cosmos-sdk/server/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	distrtypes "github.com/cosmos/cosmos-sdk/x/distribution/types"
	slashingtypes "github.com/cosmos/cosmos-sdk/x/slashing/types"
	"github.com/cosmos/cosmos-sdk/x/staking"
	stakingtypes "github.com/cosmos/cosmos-sdk/x/staking/types"
)

// ExportAppStateAndValidators returns the state as a genesis: of all modules, or
// of those named. A chain started from it goes on where this one stood; with
// forZeroHeight it starts at height 1, and everything that counts in heights is
// reset. jailAllowed, if not empty, names the operators that stay unjailed then.
func (app *App) ExportAppStateAndValidators(
	forZeroHeight bool, jailAllowed, modulesToExport []string,
) (servertypes.ExportedApp, error) {
	ctx, err := app.lastContext()
	if err != nil {
		return servertypes.ExportedApp{}, err
	}

	height := app.LastBlockHeight() + 1
	if forZeroHeight {
		height = 0
		if err := app.resetHeights(ctx, jailAllowed); err != nil {
			return servertypes.ExportedApp{}, fmt.Errorf("prepare the state for height zero: %w", err)
		}
	}
	genesis, err := app.modules.ExportGenesisForModules(ctx, app.enc.Codec, modulesToExport)
	if err != nil {
		return servertypes.ExportedApp{}, err
	}
	appState, err := json.MarshalIndent(genesis, "", "  ")
	if err != nil {
		return servertypes.ExportedApp{}, err
	}
	validators, err := staking.WriteValidators(ctx, app.StakingKeeper)
	if err != nil {
		return servertypes.ExportedApp{}, err
	}
	return servertypes.ExportedApp{
		AppState:        appState,
		Validators:      validators,
		Height:          height,
		ConsensusParams: app.GetConsensusParams(ctx),
	}, nil
}

// lastContext returns the state of the last block with its height and time. Both
// count: rewards can't be computed at a height before the last slash, and grants
// that have expired are left out.
func (app *App) lastContext() (sdk.Context, error) {
	ctx := app.NewContextLegacy(true, cmtproto.Header{ChainID: app.ChainID(), Height: app.LastBlockHeight()})
	clock, err := app.ClockKeeper.Clock(ctx)
	if err != nil {
		return sdk.Context{}, fmt.Errorf("time of the last block: %w", err)
	}
	return ctx.WithBlockTime(clock.BlockTime), nil
}

// resetHeights makes the state fit for a chain that starts at height 1: rewards
// are paid out, because they are accounted by height, and the heights of unbonding,
// of signing and of epochs become zero. The heights at which old consensus keys
// stop being slashable stay as they are; they only end later on the new chain.
func (app *App) resetHeights(ctx sdk.Context, jailAllowed []string) error {
	allowed, err := app.operators(jailAllowed)
	if err != nil {
		return err
	}
	rotations, err := app.StakingKeeper.ExportPendingConsKeyRotations(ctx, app.LastBlockHeight()+1)
	if err != nil {
		return err
	}
	if len(rotations) > 0 {
		return fmt.Errorf("expected no consensus key rotation under way, got %d: export two blocks later", len(rotations))
	}
	if err := app.withdrawAllRewards(ctx); err != nil {
		return err
	}
	if err := app.restartDistribution(ctx.WithBlockHeight(0)); err != nil {
		return err
	}
	if err := app.resetUnbondingHeights(ctx); err != nil {
		return err
	}
	// At height zero, because staking notes the height at which it unbonds those
	// that are jailed here.
	if err := app.jailOthers(ctx.WithBlockHeight(0), allowed); err != nil {
		return err
	}
	if err := app.resetEpochHeights(ctx); err != nil {
		return err
	}
	return app.resetSigningInfos(ctx)
}

// resetEpochHeights lets every epoch go on as if it had begun with the new chain.
func (app *App) resetEpochHeights(ctx sdk.Context) error {
	epochs, err := app.EpochsKeeper.AllEpochInfos(ctx)
	if err != nil {
		return err
	}
	for _, e := range epochs {
		e.CurrentEpochStartHeight = 0
		if err := app.EpochsKeeper.EpochInfo.Set(ctx, e.Identifier, e); err != nil {
			return err
		}
	}
	return nil
}

// operators parses operator addresses into a set.
func (app *App) operators(addrs []string) (map[string]bool, error) {
	set := make(map[string]bool, len(addrs))
	for _, addr := range addrs {
		if _, err := app.StakingKeeper.ValidatorAddressCodec().StringToBytes(addr); err != nil {
			return nil, fmt.Errorf("jail-allowed-addrs: expected operator addresses, got %q: %w", addr, err)
		}
		set[addr] = true
	}
	return set, nil
}

// withdrawAllRewards pays every delegator and every commission.
func (app *App) withdrawAllRewards(ctx sdk.Context) error {
	validators, err := app.StakingKeeper.GetAllValidators(ctx)
	if err != nil {
		return err
	}
	for _, v := range validators {
		op, err := app.StakingKeeper.ValidatorAddressCodec().StringToBytes(v.GetOperator())
		if err != nil {
			return err
		}
		if _, err := app.DistrKeeper.WithdrawValidatorCommission(ctx, op); err != nil &&
			!errors.Is(err, distrtypes.ErrNoValidatorCommission) {
			return err
		}
	}
	return app.eachDelegation(ctx, func(del sdk.AccAddress, val sdk.ValAddress) error {
		_, err := app.DistrKeeper.WithdrawDelegationRewards(ctx, del, val)
		return err
	})
}

// restartDistribution drops the accounting by height and begins it anew for every
// validator and delegation. What rounding left over goes to the community pool.
func (app *App) restartDistribution(ctx sdk.Context) error {
	app.DistrKeeper.DeleteAllValidatorSlashEvents(ctx)
	app.DistrKeeper.DeleteAllValidatorHistoricalRewards(ctx)

	validators, err := app.StakingKeeper.GetAllValidators(ctx)
	if err != nil {
		return err
	}
	for _, v := range validators {
		op, err := app.StakingKeeper.ValidatorAddressCodec().StringToBytes(v.GetOperator())
		if err != nil {
			return err
		}
		rest, err := app.DistrKeeper.GetValidatorOutstandingRewardsCoins(ctx, op)
		if err != nil {
			return err
		}
		pool, err := app.DistrKeeper.FeePool.Get(ctx)
		if err != nil {
			return err
		}
		pool.CommunityPool = pool.CommunityPool.Add(rest...)
		if err := app.DistrKeeper.FeePool.Set(ctx, pool); err != nil {
			return err
		}
		if err := app.DistrKeeper.Hooks().AfterValidatorCreated(ctx, op); err != nil {
			return err
		}
	}
	return app.eachDelegation(ctx, func(del sdk.AccAddress, val sdk.ValAddress) error {
		if err := app.DistrKeeper.Hooks().BeforeDelegationCreated(ctx, del, val); err != nil {
			return err
		}
		return app.DistrKeeper.Hooks().AfterDelegationModified(ctx, del, val)
	})
}

func (app *App) eachDelegation(ctx sdk.Context, do func(sdk.AccAddress, sdk.ValAddress) error) error {
	delegations, err := app.StakingKeeper.GetAllDelegations(ctx)
	if err != nil {
		return err
	}
	for _, d := range delegations {
		del, err := app.AccountKeeper.AddressCodec().StringToBytes(d.DelegatorAddress)
		if err != nil {
			return err
		}
		val, err := app.StakingKeeper.ValidatorAddressCodec().StringToBytes(d.ValidatorAddress)
		if err != nil {
			return err
		}
		if err := do(del, val); err != nil {
			return err
		}
	}
	return nil
}

// resetUnbondingHeights zeroes the creation heights of everything that unbonds.
func (app *App) resetUnbondingHeights(ctx sdk.Context) error {
	var failed error
	err := app.StakingKeeper.IterateRedelegations(ctx, func(_ int64, r stakingtypes.Redelegation) bool {
		for i := range r.Entries {
			r.Entries[i].CreationHeight = 0
		}
		failed = app.StakingKeeper.SetRedelegation(ctx, r)
		return failed != nil
	})
	if err = errors.Join(err, failed); err != nil {
		return err
	}
	err = app.StakingKeeper.IterateUnbondingDelegations(ctx, func(_ int64, u stakingtypes.UnbondingDelegation) bool {
		for i := range u.Entries {
			u.Entries[i].CreationHeight = 0
		}
		failed = app.StakingKeeper.SetUnbondingDelegation(ctx, u)
		return failed != nil
	})
	return errors.Join(err, failed)
}

// jailOthers jails every validator that is not in the set, unless the set is
// empty, and lets staking compute the validator set that follows from it.
func (app *App) jailOthers(ctx sdk.Context, allowed map[string]bool) error {
	validators, err := app.StakingKeeper.GetAllValidators(ctx)
	if err != nil {
		return err
	}
	for _, v := range validators {
		v.UnbondingHeight = 0
		if len(allowed) > 0 && !allowed[v.GetOperator()] {
			v.Jailed = true
		}
		if err := app.StakingKeeper.SetValidator(ctx, v); err != nil {
			return err
		}
		if v.Jailed {
			if err := app.StakingKeeper.DeleteValidatorByPowerIndex(ctx, v); err != nil {
				return err
			}
		}
	}
	_, err = app.StakingKeeper.ApplyAndReturnValidatorSetUpdates(ctx)
	return err
}

func (app *App) resetSigningInfos(ctx sdk.Context) error {
	var failed error
	err := app.SlashingKeeper.IterateValidatorSigningInfos(ctx,
		func(addr sdk.ConsAddress, info slashingtypes.ValidatorSigningInfo) bool {
			info.StartHeight = 0
			failed = app.SlashingKeeper.SetValidatorSigningInfo(ctx, addr, info)
			return failed != nil
		})
	return errors.Join(err, failed)
}
