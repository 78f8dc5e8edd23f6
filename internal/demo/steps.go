package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"
	govtypes "github.com/cosmos/cosmos-sdk/x/gov/types"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"

	"github.com/aitbc/aitbc/client"
	"github.com/aitbc/aitbc/internal/localnet"
	"github.com/aitbc/aitbc/types"
	clocktypes "github.com/aitbc/aitbc/x/clock/types"
)

const (
	transferred = 1_250_500_000 // uait
	newMaxStep  = 8 * time.Second

	proposalPoll = 250 * time.Millisecond

	balanceRow = "%-10s %22s %22s %18s"
)

func uait(n int64) sdk.Coins { return sdk.NewCoins(sdk.NewInt64Coin(types.BaseDenom, n)) }

func (s *show) transfer(ctx context.Context) error {
	alice, bob, err := s.pair("alice", "bob")
	if err != nil {
		return err
	}
	before, err := s.balances(ctx, alice, bob)
	if err != nil {
		return err
	}
	res, err := s.client.Send(ctx, "alice", banktypes.NewMsgSend(mustAddress(alice), mustAddress(bob), uait(transferred)))
	if err != nil {
		return err
	}
	after, err := s.balances(ctx, alice, bob)
	if err != nil {
		return err
	}
	fee := res.Fee.Amount.Int64()
	s.say("in block %d; gas %d of %d; fee %s AIT", res.Height, res.GasUsed, res.GasLimit, types.FormatAIT(sdkmath.NewInt(fee)))
	s.say(balanceRow, "AIT", "before", "after", "change")
	s.sayBalance("alice", before[0], after[0])
	s.sayBalance("bob", before[1], after[1])
	return check("balances after the transfer", after, []int64{before[0] - transferred - fee, before[1] + transferred})
}

// governance raises x/clock's longest step by a proposal of alice.
func (s *show) governance(ctx context.Context) error {
	clock := clocktypes.NewQueryClient(s.client.Conn())
	old, err := clock.Params(ctx, &clocktypes.QueryParamsRequest{})
	if err != nil {
		return err
	}
	s.say("max_step, by which market time advances in a block at most, is %s", old.Params.MaxStep)
	params := old.Params
	params.MaxStep = newMaxStep
	alice, err := s.net.Account("alice")
	if err != nil {
		return err
	}
	before, err := s.balances(ctx, alice)
	if err != nil {
		return err
	}
	id, deposit, fee, err := s.propose(ctx, alice, params)
	if err != nil {
		return err
	}
	if err := s.vote(ctx, id); err != nil {
		return err
	}
	s.say("waiting for the end of the voting period of %s", localnet.VotingPeriod)
	proposal, err := s.awaitProposal(ctx, id)
	if err != nil {
		return err
	}
	if proposal.Status != govv1.StatusPassed {
		return fmt.Errorf("proposal %d: expected %s, got %s %s", id, govv1.StatusPassed, proposal.Status, proposal.FailedReason)
	}
	now, err := clock.Params(ctx, &clocktypes.QueryParamsRequest{})
	if err != nil {
		return err
	}
	after, err := s.balances(ctx, alice)
	if err != nil {
		return err
	}
	s.say("passed; alice has her deposit of %s AIT back; max_step is %s now", types.FormatAIT(sdkmath.NewInt(deposit)), now.Params.MaxStep)
	return errors.Join(
		check("max_step", now.Params.MaxStep, newMaxStep),
		check("balance of alice after the vote", after[0], before[0]-fee),
	)
}

// vote lets all validators say yes.
func (s *show) vote(ctx context.Context, id uint64) error {
	for i := range validators {
		name := localnet.ValidatorName(i)
		voter, err := s.net.Account(name)
		if err != nil {
			return err
		}
		res, err := s.client.Send(ctx, name, govv1.NewMsgVote(mustAddress(voter), id, govv1.OptionYes, ""))
		if err != nil {
			return err
		}
		s.say("%s votes yes with %s AIT in block %d; fee %s AIT", name,
			types.FormatAIT(sdkmath.NewInt(voter.Bonded)), res.Height, types.FormatAIT(res.Fee.Amount))
	}
	return nil
}

// propose sends the proposal with its whole deposit. It returns the proposal's
// number, the deposit and the fee in uait.
func (s *show) propose(ctx context.Context, alice localnet.Account, params clocktypes.Params) (uint64, int64, int64, error) {
	gov, err := govv1.NewQueryClient(s.client.Conn()).Params(ctx, &govv1.QueryParamsRequest{ParamsType: govv1.ParamDeposit})
	if err != nil {
		return 0, 0, 0, err
	}
	authority := authtypes.NewModuleAddress(govtypes.ModuleName).String()
	msg, err := govv1.NewMsgSubmitProposal(
		[]sdk.Msg{&clocktypes.MsgUpdateParams{Authority: authority, Params: params}},
		gov.Params.MinDeposit, alice.Address, "",
		"Shorter steps of market time", "Lower max_step to "+params.MaxStep.String()+".", false)
	if err != nil {
		return 0, 0, 0, err
	}
	res, err := s.client.Send(ctx, "alice", msg)
	if err != nil {
		return 0, 0, 0, err
	}
	id, err := proposalID(res)
	if err != nil {
		return 0, 0, 0, err
	}
	deposit := sdk.NewCoins(gov.Params.MinDeposit...).AmountOf(types.BaseDenom).Int64()
	fee := res.Fee.Amount.Int64()
	s.say("alice proposes %s (proposal %d, block %d); deposit %s AIT, fee %s AIT",
		params.MaxStep, id, res.Height, types.FormatAIT(sdkmath.NewInt(deposit)), types.FormatAIT(sdkmath.NewInt(fee)))
	return id, deposit, fee, nil
}

func proposalID(res client.Result) (uint64, error) {
	for _, event := range res.Events {
		for _, attr := range event.Attributes {
			if event.Type == govtypes.EventTypeSubmitProposal && attr.Key == govtypes.AttributeKeyProposalID {
				var id uint64
				_, err := fmt.Sscan(attr.Value, &id)
				return id, err
			}
		}
	}
	return 0, fmt.Errorf("transaction %s has no proposal id", res.Hash)
}

// awaitProposal returns a proposal when its vote has ended.
func (s *show) awaitProposal(ctx context.Context, id uint64) (*govv1.Proposal, error) {
	gov := govv1.NewQueryClient(s.client.Conn())
	ticker := time.NewTicker(proposalPoll)
	defer ticker.Stop()
	for {
		res, err := gov.Proposal(ctx, &govv1.QueryProposalRequest{ProposalId: id})
		if err != nil {
			return nil, err
		}
		if st := res.Proposal.Status; st != govv1.StatusVotingPeriod && st != govv1.StatusDepositPeriod {
			return res.Proposal, nil
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("end of the vote on proposal %d: %w", id, ctx.Err())
		case <-ticker.C:
		}
	}
}

// agreement compares all nodes at the latest height that all have.
func (s *show) agreement(ctx context.Context) error {
	height, err := s.net.Height(ctx, 0)
	if err != nil {
		return err
	}
	for i := range validators {
		if err := s.net.WaitHeight(ctx, height, i); err != nil {
			return err
		}
		one, err := s.net.AgreementOf(ctx, i, height)
		if err != nil {
			return err
		}
		s.say("node%d at height %d: app hash %s", i, height, one.AppHash)
	}
	_, err = s.net.CheckAgreement(ctx, height)
	return err
}

func (s *show) pair(a, b string) (localnet.Account, localnet.Account, error) {
	first, err := s.net.Account(a)
	if err != nil {
		return first, first, err
	}
	second, err := s.net.Account(b)
	return first, second, err
}

// balances returns what accounts hold, in uait.
func (s *show) balances(ctx context.Context, accounts ...localnet.Account) ([]int64, error) {
	bank := banktypes.NewQueryClient(s.client.Conn())
	out := make([]int64, len(accounts))
	for i, a := range accounts {
		res, err := bank.Balance(ctx, banktypes.NewQueryBalanceRequest(mustAddress(a), types.BaseDenom))
		if err != nil {
			return nil, err
		}
		out[i] = res.Balance.Amount.Int64()
	}
	return out, nil
}

func (s *show) sayBalance(name string, before, after int64) {
	s.say(balanceRow, name, types.FormatExactAIT(sdkmath.NewInt(before)), types.FormatExactAIT(sdkmath.NewInt(after)), types.FormatExactAIT(sdkmath.NewInt(after-before)))
}

// mustAddress decodes an address that the network's own genesis has.
func mustAddress(a localnet.Account) sdk.AccAddress { return sdk.MustAccAddressFromBech32(a.Address) }

// check returns an error that names what differs.
func check[T any](what string, got, want T) error {
	if fmt.Sprint(got) != fmt.Sprint(want) {
		return fmt.Errorf("%s: expected %v, got %v", what, want, got)
	}
	return nil
}
