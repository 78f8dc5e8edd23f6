package market_test

import (
	"cmp"
	"encoding/binary"
	"encoding/hex"
	"slices"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/testutil/market"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	escrowtypes "github.com/aitbc/aitbc/x/escrow/types"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

// What the modules must export if the model is right: all of their state but the
// queues and indexes, which the keepers' own invariants compare with it.

var jobStatus = map[status]jobmarkettypes.MilestoneStatus{
	notBegun: jobmarkettypes.MILESTONE_STATUS_PENDING, working: jobmarkettypes.MILESTONE_STATUS_WORKING,
	submitted: jobmarkettypes.MILESTONE_STATUS_SUBMITTED, paid: jobmarkettypes.MILESTONE_STATUS_PAID,
	missed: jobmarkettypes.MILESTONE_STATUS_MISSED, cancelled: jobmarkettypes.MILESTONE_STATUS_CANCELLED,
	refunded: jobmarkettypes.MILESTONE_STATUS_REFUNDED,
}

func text(a address) string { return sdk.AccAddress(a).String() }

func coins(n int64) sdk.Coins { return sdk.NewCoins(uait(n)) }

func number(n int64) sdkmath.Int { return sdkmath.NewInt(n) }

func bigEndian(n uint64) []byte { return binary.BigEndian.AppendUint64(nil, n) }

// reference is what a job is called in escrow and in the registry.
func (j *job) reference() []byte { return append([]byte(j.client), bigEndian(j.sequence)...) }

// byName returns the jobs in the order of their clients and numbers.
func (s *spec) byName() []*job {
	sorted := slices.Clone(s.jobs)
	slices.SortFunc(sorted, func(a, b *job) int {
		return cmp.Or(cmp.Compare(a.client, b.client), cmp.Compare(a.sequence, b.sequence))
	})
	return sorted
}

func (s *spec) escrowState() *escrowtypes.GenesisState {
	gs := &escrowtypes.GenesisState{Params: escrowtypes.Params{FeeBurnBps: uint32(s.feeBurnBps)}}
	for _, a := range s.agents {
		if a.bonded > 0 {
			gs.Locks = append(gs.Locks, escrowtypes.LockEntry{
				Owner: "agentregistry", Reference: hex.EncodeToString(bigEndian(a.id)),
				Lock: escrowtypes.Lock{Payer: text(a.owner), Coins: coins(a.bonded)},
			})
		}
	}
	for _, j := range s.byName() {
		if j.left() > 0 {
			gs.Locks = append(gs.Locks, escrowtypes.LockEntry{
				Owner: "jobmarket", Reference: hex.EncodeToString(j.reference()),
				Lock: escrowtypes.Lock{Payer: text(j.client), Coins: coins(j.left()), Terms: escrowtypes.Terms{FeeBps: uint32(j.feeBps)}},
			})
		}
	}
	for c, n := range s.claims {
		gs.Claimables = append(gs.Claimables, escrowtypes.Claimable{Payee: text(c.payee), Payer: text(c.payer), Coins: coins(n)})
	}
	slices.SortFunc(gs.Claimables, func(a, b escrowtypes.Claimable) int {
		bytes := func(s string) string { return string(sdk.MustAccAddressFromBech32(s)) }
		return cmp.Or(cmp.Compare(bytes(a.Payee), bytes(b.Payee)), cmp.Compare(bytes(a.Payer), bytes(b.Payer)))
	})
	return gs
}

// profile is what an agent tells about itself: only name and skills differ.
func profile(name string, list []string) registrytypes.Profile {
	p := market.Profile(name)
	template := p.Skills[0]
	p.Skills = nil
	for _, id := range list {
		skill := template
		skill.Id = id
		p.Skills = append(p.Skills, skill)
	}
	return p
}

func (s *spec) registryState() *registrytypes.GenesisState {
	gs := &registrytypes.GenesisState{Params: s.agency.message(), NextAgentId: uint64(len(s.agents) + 1)}
	for _, a := range s.agents {
		if a.gone {
			continue
		}
		reserved, jobs := s.reserved(a)
		var change *registrytypes.PayoutChange
		if a.change != nil {
			change = &registrytypes.PayoutChange{Payout: text(a.change.to), ActsAt: uint64(a.change.at)}
		}
		var transfer *registrytypes.Transfer
		if a.transfer != nil {
			transfer = &registrytypes.Transfer{NewOwner: text(a.transfer.to), ExpiresAt: uint64(a.transfer.at)}
		}
		gs.Agents = append(gs.Agents, registrytypes.AgentRecord{
			Agent: registrytypes.Agent{
				Id: a.id, Owner: text(a.owner), Operator: text(a.operator), Payout: text(a.payout),
				Status: a.status, PauseReason: a.why, RegisteredAt: a.registeredAt,
				StatusUntil: uint64(a.until), PayoutChange: change, Transfer: transfer,
			},
			Profile: profile(a.name, a.skills), LastSeen: uint64(a.seen),
			Bond: registrytypes.Bond{
				Bonded: number(a.bonded), Reserved: number(reserved), Reservations: uint32(jobs),
				Unbonding: number(a.unbonding()), Unbondings: uint32(len(a.leaving)),
			},
		})
		for _, j := range s.byName() {
			if j.agent == a && j.holds {
				gs.Reservations = append(gs.Reservations, registrytypes.Reservation{
					AgentId: a.id, Holder: "jobmarket", Reference: j.reference(), Amount: number(j.reserved),
				})
			}
		}
		for at, n := range a.leaving {
			gs.Unbondings = append(gs.Unbondings, registrytypes.Unbonding{AgentId: a.id, CompletesAt: uint64(at), Amount: number(n)})
		}
	}
	for operator, deadline := range s.consents {
		gs.UsedConsents = append(gs.UsedConsents, registrytypes.UsedConsent{Operator: text(operator), Deadline: uint64(deadline)})
	}
	slices.SortFunc(gs.UsedConsents, func(a, b registrytypes.UsedConsent) int {
		return slices.Compare(sdk.MustAccAddressFromBech32(a.Operator), sdk.MustAccAddressFromBech32(b.Operator))
	})
	slices.SortFunc(gs.Unbondings, func(a, b registrytypes.Unbonding) int {
		return cmp.Or(cmp.Compare(a.AgentId, b.AgentId), cmp.Compare(a.CompletesAt, b.CompletesAt))
	})
	return gs
}

func (s *spec) marketState() *jobmarkettypes.GenesisState {
	gs := &jobmarkettypes.GenesisState{Params: s.market.message()}
	for _, a := range s.agents {
		if len(a.offers) > 0 {
			gs.OfferSequences = append(gs.OfferSequences, jobmarkettypes.OfferSequence{AgentId: a.id, Last: uint32(len(a.offers))})
		}
		for _, o := range a.offers {
			if o.stands {
				gs.Offers = append(gs.Offers, jobmarkettypes.Offer{AgentId: a.id, OfferId: o.id, Terms: o.terms()})
			}
		}
	}
	for client, last := range s.posted {
		gs.JobSequences = append(gs.JobSequences, jobmarkettypes.JobSequence{Client: text(client), Last: last})
	}
	slices.SortFunc(gs.JobSequences, func(a, b jobmarkettypes.JobSequence) int {
		return slices.Compare(sdk.MustAccAddressFromBech32(a.Client), sdk.MustAccAddressFromBech32(b.Client))
	})
	for _, j := range s.byName() {
		gs.Jobs = append(gs.Jobs, j.record())
		if j.parked {
			gs.Parked = append(gs.Parked, jobmarkettypes.JobKey{Client: text(j.client), Sequence: j.sequence})
		}
	}
	return gs
}

// record is everything about a job as the module keeps it.
func (j *job) record() jobmarkettypes.JobRecord {
	r := jobmarkettypes.JobRecord{
		Job: jobmarkettypes.Job{
			Client: text(j.client), Sequence: j.sequence, ClientRef: j.ref, Award: jobmarkettypes.AWARD_MODE_OFFER,
			AgentId: j.agent.id, OfferId: j.offer, Skill: j.skill, Milestones: j.milestones,
			ReviewSeconds: uint64(j.review), MessagingKey: messagingKey,
			Terms: jobmarkettypes.Terms{
				FeeBps: uint32(j.feeBps), KillFeeBps: uint32(j.killBps), ReassignSeconds: uint64(j.reassign),
				PostingFee: number(j.postingFee), PerformanceBondBps: uint32(j.bondBps), DisputeDeposit: number(j.deposit),
				Reserved: number(j.reserve),
			},
			PostedAt: uint64(j.postedAt),
		},
		Progress: jobmarkettypes.Progress{
			Status: j.endStatus(), Milestone: uint32(j.live + 1), Deadline: uint64(j.deadline),
			Submissions: j.results, EndedAt: uint64(j.endedAt),
			Ledger: jobmarkettypes.Ledger{
				Funded: number(j.funded), Released: number(j.released), Fees: number(j.fees),
				Refunded: number(j.back), Slashed: number(j.slashed), Burned: number(j.burned),
			},
		},
	}
	for _, st := range j.statuses {
		r.Progress.Milestones = append(r.Progress.Milestones, jobStatus[st])
	}
	return r
}

// messagingKey is the key of all clients.
var messagingKey = market.Key("client")
