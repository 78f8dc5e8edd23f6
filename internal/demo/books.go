package demo

import (
	"context"
	"fmt"
	"strconv"

	"google.golang.org/grpc/metadata"

	sdkmath "cosmossdk.io/math"

	grpctypes "github.com/cosmos/cosmos-sdk/types/grpc"
	"github.com/cosmos/cosmos-sdk/types/query"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/aitbc/aitbc/client"
	"github.com/aitbc/aitbc/types"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	escrowtypes "github.com/aitbc/aitbc/x/escrow/types"
)

// books checks the whole market from the state of one height: supply against all
// balances, vaults against locks, locks against bonds and jobs.
func (s *show) books(ctx context.Context) error {
	height, err := s.net.Height(ctx, 0)
	if err != nil {
		return err
	}
	ctx = metadata.AppendToOutgoingContext(ctx, grpctypes.GRPCBlockHeightHeader, strconv.FormatInt(height, 10))
	s.say("from the state at height %d, in uait", height)
	held, err := s.checkSupply(ctx)
	if err != nil {
		return err
	}
	locked, err := s.checkLocks(ctx, held)
	if err != nil {
		return err
	}
	if err := s.checkBonds(ctx, locked); err != nil {
		return err
	}
	return s.checkJobs(ctx, locked)
}

// checkSupply compares the supply with the sum of all balances, which it returns.
func (s *show) checkSupply(ctx context.Context) (map[string]sdkmath.Int, error) {
	bank := banktypes.NewQueryClient(s.client.Conn())
	supply, err := bank.SupplyOf(ctx, &banktypes.QuerySupplyOfRequest{Denom: types.BaseDenom})
	if err != nil {
		return nil, err
	}
	owners, err := client.All(func(page *query.PageRequest) ([]*banktypes.DenomOwner, *query.PageResponse, error) {
		res, err := bank.DenomOwners(ctx, &banktypes.QueryDenomOwnersRequest{Denom: types.BaseDenom, Pagination: page})
		return res.GetDenomOwners(), res.GetPagination(), err
	})
	if err != nil {
		return nil, err
	}
	held, sum := map[string]sdkmath.Int{}, sdkmath.ZeroInt()
	for _, o := range owners {
		held[o.Address] = o.Balance.Amount
		sum = sum.Add(o.Balance.Amount)
	}
	s.say("supply                     %24s", supply.Amount.Amount)
	s.say("sum of %3d balances        %24s", len(held), sum)
	for _, pool := range []string{escrowtypes.FeePoolName, escrowtypes.BurnPoolName} {
		if n, left := held[authtypes.NewModuleAddress(pool).String()]; left && !n.IsZero() {
			return nil, fmt.Errorf("pool %s: expected nothing after a block, got %s", pool, n)
		}
	}
	return held, check("sum of all balances", sum.String(), supply.Amount.Amount.String())
}

// checkLocks compares what rests in vaults with all locks, which it returns by
// owner and reference.
func (s *show) checkLocks(ctx context.Context, held map[string]sdkmath.Int) (map[string]sdkmath.Int, error) {
	escrow := escrowtypes.NewQueryClient(s.client.Conn())
	locks, err := client.All(func(page *query.PageRequest) ([]escrowtypes.LockEntry, *query.PageResponse, error) {
		res, err := escrow.Locks(ctx, &escrowtypes.QueryLocksRequest{Pagination: page})
		return res.GetLocks(), res.GetPagination(), err
	})
	if err != nil {
		return nil, err
	}
	claimables, err := client.All(func(page *query.PageRequest) ([]escrowtypes.Claimable, *query.PageResponse, error) {
		res, err := escrow.Claimables(ctx, &escrowtypes.QueryClaimablesRequest{Pagination: page})
		return res.GetClaimables(), res.GetPagination(), err
	})
	if err != nil {
		return nil, err
	}
	locked, sum, payers := map[string]sdkmath.Int{}, sdkmath.ZeroInt(), map[string]bool{}
	for _, l := range locks {
		amount := l.Lock.Coins.AmountOf(types.BaseDenom)
		locked[l.Owner+"/"+l.Reference] = amount
		sum, payers[l.Lock.Payer] = sum.Add(amount), true
	}
	for _, c := range claimables {
		sum, payers[c.Payer] = sum.Add(c.Coins.AmountOf(types.BaseDenom)), true
	}
	rests := sdkmath.ZeroInt()
	for payer := range payers {
		vault, err := escrow.Vault(ctx, &escrowtypes.QueryVaultRequest{Payer: payer})
		if err != nil {
			return nil, err
		}
		if n, found := held[vault.Address]; found {
			rests = rests.Add(n)
		}
	}
	s.say("in vaults                  %24s", rests)
	s.say("locks and claimables       %24s", sum)
	return locked, check("coins in vaults", rests.String(), sum.String())
}

// checkBonds compares the bonds of all agents with their locks, and takes those
// out of the map.
func (s *show) checkBonds(ctx context.Context, locked map[string]sdkmath.Int) error {
	registry := registrytypes.NewQueryClient(s.client.Conn())
	agents, err := client.All(func(page *query.PageRequest) ([]registrytypes.AgentRecord, *query.PageResponse, error) {
		res, err := registry.Agents(ctx, &registrytypes.QueryAgentsRequest{Pagination: page})
		return res.GetAgents(), res.GetPagination(), err
	})
	if err != nil {
		return err
	}
	for _, r := range agents {
		key := fmt.Sprintf("%s/%016x", registrytypes.ModuleName, r.Agent.Id)
		s.say("bond of agent %d            %24s, of which reserved %s", r.Agent.Id, r.Bond.Bonded, r.Bond.Reserved)
		if got, found := locked[key]; !found || !got.Equal(r.Bond.Bonded) {
			return fmt.Errorf("bond of agent %d: expected a lock %s of %s among %v", r.Agent.Id, key, r.Bond.Bonded, locked)
		}
		if !r.Bond.Reserved.IsZero() {
			return fmt.Errorf("bond of agent %d: expected nothing reserved after all jobs, got %s", r.Agent.Id, r.Bond.Reserved)
		}
		delete(locked, key)
	}
	return nil
}

// checkJobs shows where the money of each job went, and demands that no lock is
// left that nobody accounts for.
func (s *show) checkJobs(ctx context.Context, locked map[string]sdkmath.Int) error {
	jobs, err := s.jobs(ctx)
	if err != nil {
		return err
	}
	s.say("%-5s %-10s %12s = %12s + %10s + %12s   %8s %8s", "job", "status", "funded", "to agent", "fees", "refunded", "of bond", "burned")
	for _, r := range jobs {
		l := r.Progress.Ledger
		s.say("%-5d %-10s %12s = %12s + %10s + %12s   %8s %8s", r.Job.Sequence, r.Progress.Status.Text(),
			l.Funded, l.Released, l.Fees, l.Refunded, l.Slashed, l.Burned)
		if !r.Progress.Ended() || !l.Left().IsZero() {
			return fmt.Errorf("job %d: expected it to have ended with nothing left, got %s with %s", r.Job.Sequence, r.Progress.Status.Text(), l.Left())
		}
	}
	if len(locked) != 0 {
		return fmt.Errorf("locks that no bond and no job accounts for: %v", locked)
	}
	s.say("every unit is accounted for")
	return nil
}
