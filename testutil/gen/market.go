package gen

import (
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/testutil/chain"
	"github.com/aitbc/aitbc/testutil/market"
	escrowtypes "github.com/aitbc/aitbc/x/escrow/types"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

const (
	// shortest and longest are the delivery times of random jobs in seconds.
	shortest, longest = 20, 40
	// busiest is up to which number agents are looked for.
	busiest = 12
)

// AddMarket puts the market's messages into the mix: agents that register, come and go
// and make offers, hires of them, legal and illegal steps of their jobs, transfers to
// vaults.
// The chain's shortest window must be 20 s.
func (t *Traffic) AddMarket() {
	t.addAgents()
	t.Add(4, (*Traffic).publish)
	t.Add(20, (*Traffic).hire)
	t.Add(12, (*Traffic).legalStep)
	t.Add(8, (*Traffic).anyStep)
	t.Add(3, (*Traffic).sendToVault)
	t.Add(2, (*Traffic).claim)
}

func (t *Traffic) publish() []byte {
	agent := t.agent()
	terms := market.Terms(chain.Uait(1_000), chain.AIT(30))
	terms.MinDeliverySeconds = shortest
	signer := t.signerOf(agent)
	return t.c.Tx(signer, market.Publish(signer, agent, terms)).Bytes()
}

func (t *Traffic) hire() []byte {
	client := t.User()
	amounts := make([]sdk.Coin, 1+t.r.Intn(3))
	for i := range amounts {
		amounts[i] = chain.Uait(1_000 + t.r.Int63n(3_000_000))
	}
	msg := market.Post(client, t.agent(), 1, amounts...)
	msg.ReviewSeconds = uint64(shortest + t.r.Intn(longest-shortest))
	for i := range msg.Milestones {
		msg.Milestones[i].DeliverySeconds = uint64(shortest + t.r.Intn(longest-shortest))
	}
	if t.r.Intn(3) == 0 {
		msg.ClientRef = market.Skill // the second time it names the first job
	}
	return t.c.Tx(client, msg).Bytes()
}

// job returns one of the live jobs of some agent, or one that does not exist.
func (t *Traffic) job() jobmarkettypes.JobRecord {
	for range busiest {
		jobs, err := t.c.App.JobMarketKeeper.LiveJobs(t.c.Context(), t.agent())
		if err != nil {
			panic(err)
		}
		if len(jobs) > 0 {
			return jobs[t.r.Intn(len(jobs))]
		}
	}
	return jobmarkettypes.JobRecord{
		Job:      jobmarkettypes.Job{Client: t.User().String(), Sequence: 1_000_000, AgentId: 1},
		Progress: jobmarkettypes.Progress{Milestone: 1, Milestones: []jobmarkettypes.MilestoneStatus{jobmarkettypes.MILESTONE_STATUS_WORKING}},
	}
}

func (t *Traffic) account(address string) *chain.Account {
	for _, a := range t.c.Accounts() {
		if a.String() == address {
			return a
		}
	}
	return t.User()
}

// legalStep is what the job's state allows, by who may do it.
func (t *Traffic) legalStep() []byte {
	record := t.job()
	var legal []jobmarkettypes.Action
	for _, action := range jobmarkettypes.Actions() {
		if jobmarkettypes.Allows(record.Progress.Live(), action) {
			legal = append(legal, action)
		}
	}
	return t.step(record, legal[t.r.Intn(len(legal))])
}

// anyStep is any action, mostly an impossible one.
func (t *Traffic) anyStep() []byte {
	all := jobmarkettypes.Actions()
	return t.step(t.job(), all[t.r.Intn(len(all))])
}

func (t *Traffic) step(record jobmarkettypes.JobRecord, action jobmarkettypes.Action) []byte {
	job, milestone := record.Job, record.Progress.Milestone
	client, signer := t.account(job.Client), t.signerOf(job.AgentId)
	switch action {
	case jobmarkettypes.ActionSubmit:
		msg := market.Submit(signer, client, job.Sequence, milestone)
		return t.c.Tx(signer, msg).Bytes()
	case jobmarkettypes.ActionQuit:
		return t.c.Tx(signer, &jobmarkettypes.MsgQuitMilestone{
			Signer: signer.String(), Client: job.Client, Sequence: job.Sequence, Milestone: milestone,
		}).Bytes()
	case jobmarkettypes.ActionAccept:
		return t.c.Tx(client, market.Accept(client, job.Sequence, milestone)).Bytes()
	case jobmarkettypes.ActionReject:
		return t.c.Tx(client, &jobmarkettypes.MsgRejectMilestone{
			Client: client.String(), Sequence: job.Sequence, Milestone: milestone, Reason: jobmarkettypes.REJECT_REASON_INCORRECT,
		}).Bytes()
	case jobmarkettypes.ActionCancel:
		return t.c.Tx(client, &jobmarkettypes.MsgCancelMilestone{
			Client: client.String(), Sequence: job.Sequence, Milestone: milestone,
		}).Bytes()
	case jobmarkettypes.ActionWaive:
		return t.c.Tx(client, &jobmarkettypes.MsgWaiveMilestone{
			Client: client.String(), Sequence: job.Sequence, Milestone: milestone,
		}).Bytes()
	case jobmarkettypes.ActionTimeout:
	}
	sender := t.User()
	return t.c.Tx(sender, &jobmarkettypes.MsgTriggerTimeout{
		Sender: sender.String(), Client: job.Client, Sequence: job.Sequence,
	}).Bytes()
}

func (t *Traffic) sendToVault() []byte {
	from, to := t.Pair()
	vault := &chain.Account{Name: "vault", Addr: escrowtypes.VaultAddress(to.Addr)}
	return t.c.Tx(from, chain.Send(from, vault, t.Amount())).Bytes()
}

func (t *Traffic) claim() []byte {
	payee := t.User()
	return t.c.Tx(payee, &escrowtypes.MsgClaim{Payee: payee.String()}).Bytes()
}
