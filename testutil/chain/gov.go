package chain

import (
	"time"

	sdk "github.com/cosmos/cosmos-sdk/types"
	govv1 "github.com/cosmos/cosmos-sdk/x/gov/types/v1"
)

// Authority returns the address that proposals act as.
func (c *Chain) Authority() string {
	return c.App.GovKeeper.GetGovernanceAccount(c.Context()).GetAddress().String()
}

// Govern carries these messages through governance: the first account proposes
// and pays the deposit, every validator's operator votes yes, and the block after
// the voting period decides. It returns the proposal with its outcome, which need
// not be success.
func (c *Chain) Govern(msgs ...sdk.Msg) *govv1.Proposal {
	c.tb.Helper()
	id := c.SubmitProposal(msgs...)
	c.VoteYes(id)
	c.EndVoting(id)
	return c.Proposal(id)
}

// SubmitProposal puts a proposal of these messages to the vote and returns its id.
func (c *Chain) SubmitProposal(msgs ...sdk.Msg) uint64 {
	c.tb.Helper()
	params, err := c.App.GovKeeper.Params.Get(c.Context())
	if err != nil {
		c.tb.Fatalf("governance parameters: %v", err)
	}
	proposer := c.Account(0)
	submit, err := govv1.NewMsgSubmitProposal(msgs, params.MinDeposit, proposer.String(), "", "a proposal", "what it is for", false)
	if err != nil {
		c.tb.Fatalf("proposal: %v", err)
	}
	res := c.Tx(proposer, submit).Gas(2 * DefaultGas).MustDeliver()
	var answer govv1.MsgSubmitProposalResponse
	c.Unpack(res.Data, &answer)
	return answer.ProposalId
}

// VoteYes casts the votes of all genesis validators in one block.
func (c *Chain) VoteYes(id uint64) {
	c.tb.Helper()
	txs := make([][]byte, 0, len(c.validators))
	for _, v := range c.validators {
		txs = append(txs, c.Tx(v.Operator, govv1.NewMsgVote(v.Operator.Addr, id, govv1.OptionYes, "")).Bytes())
	}
	for i, res := range c.NextBlock(txs...).Results {
		if !res.IsOK() {
			c.tb.Fatalf("vote of %s: %s", c.validators[i].Operator.Name, summary(res))
		}
	}
}

// EndVoting commits the block in which the proposal is decided.
func (c *Chain) EndVoting(id uint64) {
	c.tb.Helper()
	end := c.Proposal(id).VotingEndTime
	if end == nil {
		c.tb.Fatalf("proposal %d is not in its voting period", id)
	}
	c.Advance(end.Sub(c.Time()) + time.Second)
	c.NextBlock()
}

// Proposal returns a proposal by its id.
func (c *Chain) Proposal(id uint64) *govv1.Proposal {
	c.tb.Helper()
	p, err := c.App.GovKeeper.Proposals.Get(c.Context(), id)
	if err != nil {
		c.tb.Fatalf("proposal %d: %v", id, err)
	}
	return &p
}
