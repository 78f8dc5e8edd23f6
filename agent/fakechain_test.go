package agent_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/cosmos/gogoproto/proto"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/agent"
	"github.com/aitbc/aitbc/client"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

const (
	chainID  = "aitbc-test-1"
	owner    = "ait1owner"
	agentID  = uint64(7)
	genesis  = uint64(1_700_000_000) // market time of the first block
	delivery = uint64(3600)
	review   = uint64(600)
	blockGap = uint64(1) // market time between blocks, in seconds
)

var errDown = errors.New("connection refused")

type jobName struct {
	client   string
	sequence uint64
}

// fakeChain keeps agents, offers and jobs, with the machine of the real market, and
// makes a block of each change.
type fakeChain struct {
	mu      sync.Mutex
	news    chan struct{} // closed at each block
	down    bool
	silent  bool   // no block is told of
	follows int    // how often somebody began to follow
	hires   uint64 // who is hired
	height  int64
	base    int64 // the first height whose block is there
	market  uint64
	blocks  map[int64][]client.Event
	agents  map[uint64]registrytypes.AgentRecord
	offers  map[uint32]jobmarkettypes.Offer
	jobs    map[jobName]jobmarkettypes.JobRecord
	hidden  map[jobName]int // how often a job is not shown yet, as by a node behind
	sent    []sdk.Msg       // what had an effect
	refused int
	// before and after are called around each message, outside of the lock. An error
	// of after is what the sender gets although the message had its effect.
	before, after func(sdk.Msg) error
}

var _ agent.Registry = (*fakeChain)(nil)

func newFakeChain() *fakeChain {
	return &fakeChain{
		news: make(chan struct{}), height: 100, base: 1, market: genesis, hires: agentID,
		blocks: map[int64][]client.Event{},
		agents: map[uint64]registrytypes.AgentRecord{},
		offers: map[uint32]jobmarkettypes.Offer{},
		jobs:   map[jobName]jobmarkettypes.JobRecord{},
		hidden: map[jobName]int{},
	}
}

// block makes a block with these events. The caller holds the lock.
func (c *fakeChain) block(events ...proto.Message) {
	c.height++
	c.market += blockGap
	for _, e := range events {
		event, err := sdk.TypedEventToEvent(e)
		if err != nil {
			panic(err)
		}
		c.blocks[c.height] = append(c.blocks[c.height], client.Event{Type: event.Type, Attributes: event.Attributes})
	}
	c.wake()
}

// wake lets those who wait look again. The caller holds the lock.
func (c *fakeChain) wake() {
	close(c.news)
	c.news = make(chan struct{})
}

// await waits until it is so.
func (c *fakeChain) await(t *testing.T, is func() bool) {
	t.Helper()
	for {
		c.mu.Lock()
		news, ok := c.news, is()
		c.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-news:
		case <-t.Context().Done():
			t.Fatal("the test is over")
		}
	}
}

// with changes the chain and makes a block.
func (c *fakeChain) with(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f()
	c.block()
}

func (c *fakeChain) setDown(down bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.down = down
	c.wake()
}

// post posts a job with a milestone for each input hash.
func (c *fakeChain) post(name jobName, ref string, key registrytypes.MessagingKey, hashes ...[sha256.Size]byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	job := jobmarkettypes.Job{
		Client: name.client, Sequence: name.sequence, ClientRef: ref, AgentId: c.hires, OfferId: 1,
		Skill: "text.summarize", ReviewSeconds: review, MessagingKey: key, PostedAt: c.market,
		Terms: jobmarkettypes.Terms{
			FeeBps: 250, KillFeeBps: 2000, ReassignSeconds: 600, PostingFee: sdkmath.NewInt(1000),
			PerformanceBondBps: 1_000, DisputeDeposit: sdkmath.ZeroInt(), Reserved: sdkmath.NewInt(1_000_000),
		},
	}
	for _, hash := range hashes {
		job.Milestones = append(job.Milestones, jobmarkettypes.MilestoneTerms{
			Amount: registrytypes.Uait(sdkmath.NewInt(1_000_000)), DeliverySeconds: delivery, DescriptionHash: hash[:],
		})
	}
	c.jobs[name] = jobmarkettypes.JobRecord{Job: job, Progress: job.Begin()}
	c.block(&jobmarkettypes.EventJobPosted{
		Client: name.client, Sequence: name.sequence, AgentId: c.hires, ClientRef: ref, OfferId: 1, Skill: job.Skill,
		Budget: registrytypes.Uait(sdkmath.OneInt()), DisputeDeposit: registrytypes.Uait(sdkmath.ZeroInt()),
		PostingFee: registrytypes.Uait(sdkmath.ZeroInt()), Reserved: registrytypes.Uait(sdkmath.ZeroInt()),
		Status: jobmarkettypes.JOB_STATUS_ACTIVE, Deadline: job.PostedAt + delivery,
	})
}

// step takes a step of a job, as the market does. The caller holds the lock.
func (c *fakeChain) step(name jobName, step jobmarkettypes.Step) error {
	record, ok := c.jobs[name]
	if !ok {
		return jobmarkettypes.ErrJobNotFound
	}
	step.Now = c.market
	out, err := record.Job.Next(record.Progress, step)
	if err != nil {
		return err
	}
	record.Progress = out.Progress
	c.jobs[name] = record
	// One event names the job as well as another.
	c.block(&jobmarkettypes.EventMilestoneStarted{
		Client: name.client, Sequence: name.sequence, AgentId: agentID, Milestone: out.Milestone,
		OldStatus: out.From, NewStatus: out.To, Deadline: out.Progress.Deadline,
	})
	return nil
}

// act is a step of the client, or of time.
func (c *fakeChain) act(t *testing.T, name jobName, action jobmarkettypes.Action) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	record := c.jobs[name]
	if action == jobmarkettypes.ActionTimeout {
		c.market = max(c.market, record.Progress.Deadline)
	}
	if err := c.step(name, jobmarkettypes.Step{Action: action, Milestone: record.Progress.Milestone}); err != nil {
		t.Fatal(err)
	}
}

func (c *fakeChain) record(name jobName) jobmarkettypes.JobRecord {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.jobs[name]
}

// live returns the status of a job's live milestone. The caller holds the lock.
func (c *fakeChain) live(name jobName) jobmarkettypes.MilestoneStatus {
	return c.jobs[name].Progress.Live()
}

func (c *fakeChain) count(action string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := 0
	for _, msg := range c.sent {
		if sdk.MsgTypeURL(msg) == "/aitbc.jobmarket.v1.Msg"+action {
			n++
		}
	}
	return n
}

// up locks the chain if it answers.
func (c *fakeChain) up() error {
	c.mu.Lock()
	if c.down {
		c.mu.Unlock()
		return errDown
	}
	return nil
}

func (c *fakeChain) ChainID(context.Context) (string, error) {
	if err := c.up(); err != nil {
		return "", err
	}
	defer c.mu.Unlock()
	return chainID, nil
}

func (c *fakeChain) Height(context.Context) (int64, error) {
	if err := c.up(); err != nil {
		return 0, err
	}
	defer c.mu.Unlock()
	return c.height, nil
}

func (c *fakeChain) MarketTime(context.Context) (time.Time, error) {
	if err := c.up(); err != nil {
		return time.Time{}, err
	}
	defer c.mu.Unlock()
	return time.Unix(int64(c.market), 0), nil
}

func (c *fakeChain) Agent(_ context.Context, id uint64) (registrytypes.AgentRecord, error) {
	if err := c.up(); err != nil {
		return registrytypes.AgentRecord{}, err
	}
	defer c.mu.Unlock()
	record, ok := c.agents[id]
	if !ok {
		return record, agent.ErrNotFound
	}
	return record, nil
}

func (c *fakeChain) AgentsByOwner(_ context.Context, owner string) ([]registrytypes.AgentRecord, error) {
	if err := c.up(); err != nil {
		return nil, err
	}
	defer c.mu.Unlock()
	var out []registrytypes.AgentRecord
	for _, id := range slices.Sorted(maps.Keys(c.agents)) {
		if c.agents[id].Agent.Owner == owner {
			out = append(out, c.agents[id])
		}
	}
	return out, nil
}

func (c *fakeChain) Offers(context.Context, uint64) ([]jobmarkettypes.Offer, error) {
	if err := c.up(); err != nil {
		return nil, err
	}
	defer c.mu.Unlock()
	var out []jobmarkettypes.Offer
	for _, id := range slices.Sorted(maps.Keys(c.offers)) {
		out = append(out, c.offers[id])
	}
	return out, nil
}

func (c *fakeChain) Job(_ context.Context, client string, sequence uint64) (jobmarkettypes.JobRecord, error) {
	if err := c.up(); err != nil {
		return jobmarkettypes.JobRecord{}, err
	}
	defer c.mu.Unlock()
	name := jobName{client, sequence}
	record, ok := c.jobs[name]
	if c.hidden[name] > 0 {
		c.hidden[name]--
		ok = false
	}
	if !ok {
		return jobmarkettypes.JobRecord{}, agent.ErrNotFound
	}
	return record, nil
}

func (c *fakeChain) LiveJobs(_ context.Context, id uint64) ([]jobmarkettypes.JobRecord, error) {
	if err := c.up(); err != nil {
		return nil, err
	}
	defer c.mu.Unlock()
	var out []jobmarkettypes.JobRecord
	for _, record := range c.jobs {
		if record.Job.AgentId == id && !record.Progress.Ended() {
			out = append(out, record)
		}
	}
	return out, nil
}

func (c *fakeChain) Follow(ctx context.Context, from int64, f func(client.Block) error) error {
	c.mu.Lock()
	c.follows++
	c.wake()
	c.mu.Unlock()
	for height := from; ; {
		if err := c.up(); err != nil {
			return err
		}
		news, newest, base, events := c.news, c.height, c.base, c.blocks[height]
		if c.silent {
			newest = height - 1
		}
		c.mu.Unlock()
		switch {
		case height < base:
			return fmt.Errorf("height %d: %w", height, agent.ErrPruned)
		case height <= newest:
			if err := f(client.Block{Height: height, Events: events}); err != nil {
				return err
			}
			height++
		default:
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-news:
			}
		}
	}
}

func (c *fakeChain) Send(ctx context.Context, msgs ...sdk.Msg) (string, error) {
	for _, msg := range msgs {
		if c.before != nil {
			if err := c.before(msg); err != nil {
				return "", err
			}
		}
		if err := ctx.Err(); err != nil {
			return "", err
		}
		if err := c.deliver(msg); err != nil {
			return "", err
		}
		if c.after != nil {
			if err := c.after(msg); err != nil {
				return "", err
			}
		}
	}
	return "AB", nil
}

func (c *fakeChain) deliver(msg sdk.Msg) error {
	if err := c.up(); err != nil {
		return err
	}
	defer c.mu.Unlock()
	var err error
	switch m := msg.(type) {
	case *jobmarkettypes.MsgSubmitMilestone:
		if err = m.Result.Validate(); err == nil {
			err = c.step(jobName{m.Client, m.Sequence}, jobmarkettypes.Step{
				Action: jobmarkettypes.ActionSubmit, Milestone: m.Milestone, Result: m.Result,
			})
		}
	case *jobmarkettypes.MsgQuitMilestone:
		err = c.step(jobName{m.Client, m.Sequence}, jobmarkettypes.Step{Action: jobmarkettypes.ActionQuit, Milestone: m.Milestone})
	default:
		err = c.deliverRegistry(msg)
	}
	if err != nil {
		c.refused++
		c.wake()
		return &client.TxError{Codespace: "test", Code: 1, Log: err.Error()}
	}
	c.sent = append(c.sent, msg)
	return nil
}

func (c *fakeChain) deliverRegistry(msg sdk.Msg) error {
	switch m := msg.(type) {
	case *registrytypes.MsgRegisterAgent:
		id := uint64(len(c.agents) + 1)
		c.agents[id] = newAgent(id, m.Owner, m.Profile, m.Bond.Amount)
	case *registrytypes.MsgBondAgent:
		a := c.agents[m.AgentId]
		a.Bond.Bonded = a.Bond.Bonded.Add(m.Amount.Amount)
		c.agents[m.AgentId] = a
	case *registrytypes.MsgUpdateAgent:
		a := c.agents[m.AgentId]
		a.Profile = m.Profile
		c.agents[m.AgentId] = a
	case *registrytypes.MsgHeartbeat:
		a := c.agents[m.AgentId]
		a.LastSeen = c.market
		c.agents[m.AgentId] = a
	case *registrytypes.MsgResumeAgent:
		a := c.agents[m.AgentId]
		a.LastSeen = c.market
		a.Agent.Status, a.Agent.PauseReason = registrytypes.AGENT_STATUS_ACTIVE, registrytypes.PAUSE_REASON_UNSPECIFIED
		c.agents[m.AgentId] = a
	case *jobmarkettypes.MsgPublishOffer:
		id := uint32(len(c.sent) + 1)
		c.offers[id] = jobmarkettypes.Offer{AgentId: m.AgentId, OfferId: id, Terms: m.Terms}
	case *jobmarkettypes.MsgWithdrawOffer:
		if _, ok := c.offers[m.OfferId]; !ok {
			return jobmarkettypes.ErrOfferNotFound
		}
		delete(c.offers, m.OfferId)
	default:
		return fmt.Errorf("unexpected %T", msg)
	}
	c.block()
	return nil
}

func newAgent(id uint64, owner string, profile registrytypes.Profile, bonded sdkmath.Int) registrytypes.AgentRecord {
	return registrytypes.AgentRecord{
		Agent:   registrytypes.Agent{Id: id, Owner: owner, Operator: owner, Payout: owner, Status: registrytypes.AGENT_STATUS_ACTIVE},
		Profile: profile,
		Bond:    registrytypes.Bond{Bonded: bonded, Reserved: sdkmath.ZeroInt(), Unbonding: sdkmath.ZeroInt()},
		// Seen when the chain began.
		LastSeen: genesis,
	}
}
