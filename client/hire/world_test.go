package hire_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/client"
	"github.com/aitbc/aitbc/client/hire"
	"github.com/aitbc/aitbc/client/payload"
	"github.com/aitbc/aitbc/client/seal"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

const (
	chainID  = "test-1"
	me       = "ait1client"
	skill    = "text.summarize"
	endpoint = "http://agent.test"
	price    = 2_000_000
	gasFee   = 500
	wealth   = 100_000_000

	mediaType = "text/markdown"
)

var (
	input  = []byte("# A long text\n\nof which a short one is wanted.\n")
	result = []byte("short\n")

	errKilled = errors.New("killed")
	errDown   = errors.New("connection refused")
)

// world is a chain with one market, agents and their endpoints. Its jobs move by the
// market's own state machine. Time passes only when somebody waits.
type world struct {
	t      *testing.T
	now    uint64
	agents []registrytypes.AgentRecord
	offers map[uint64][]jobmarkettypes.Offer
	keys   map[uint64]seal.PrivateKey
	jobs   []*jobmarkettypes.JobRecord

	balance sdkmath.Int
	sent    []string // the messages that took effect
	fees    int      // transactions that were paid for

	// inputs are what endpoints have got, by the job's number.
	inputs map[uint64][]byte
	// results are what endpoints serve, by address.
	results map[string][]byte
	// answer makes the result of an agent from the opened input.
	answer func(j jobmarkettypes.Job, input []byte) []byte
	// work is how many seconds an agent takes.
	work uint64

	// down says what doesn't answer: node, endpoint, fetch.
	down map[string]bool
	// health replaces what an endpoint says about itself.
	health map[string]payload.Info

	delivered [][]byte
	decision  hire.Decision
	reviews   []hire.Review
	events    []hire.Event

	// asking keeps those apart who ask endpoints at the same time.
	asking sync.Mutex

	// each is called after each second.
	each []func()

	// killAt stops the program at that call: before it has an effect, or after.
	calls, killAt int
	killAfter     bool
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{
		t: t, now: 1_000_000, balance: sdkmath.NewInt(wealth), decision: hire.Accept, work: 3, killAt: -1,
		offers: map[uint64][]jobmarkettypes.Offer{}, keys: map[uint64]seal.PrivateKey{}, inputs: map[uint64][]byte{},
		results: map[string][]byte{}, down: map[string]bool{}, health: map[string]payload.Info{},
	}
	w.answer = w.sealed
	w.addAgent(price)
	return w
}

// addAgent adds an agent that can be hired at that price, and returns its record.
func (w *world) addAgent(price int64) *registrytypes.AgentRecord {
	w.t.Helper()
	id := uint64(len(w.agents) + 1)
	key, err := seal.GenerateKey(seal.X25519)
	if err != nil {
		w.t.Fatal(err)
	}
	w.keys[id] = key
	owner := fmt.Sprintf("ait1owner%d", id)
	w.agents = append(w.agents, registrytypes.AgentRecord{
		Agent: registrytypes.Agent{Id: id, Owner: owner, Operator: owner, Payout: owner, Status: registrytypes.AGENT_STATUS_ACTIVE},
		Profile: registrytypes.Profile{
			Name:   fmt.Sprintf("Agent %d", id),
			Skills: []registrytypes.Skill{{Id: skill, InputMediaTypes: []string{"text/plain", mediaType}}},
			Interfaces: []registrytypes.Interface{
				{Url: "grpc://elsewhere", Binding: "GRPC"}, {Url: fmt.Sprintf("%s/%d", endpoint, id), Binding: "HTTP+JSON"},
			},
			MessagingKeys: []registrytypes.MessagingKey{{Suite: registrytypes.HpkeSuite(seal.X25519), PublicKey: key.Public().Bytes()}},
		},
		Bond: registrytypes.Bond{Bonded: sdkmath.NewInt(25_000_000), Reserved: sdkmath.ZeroInt(), Unbonding: sdkmath.ZeroInt()},
	})
	w.offers[id] = []jobmarkettypes.Offer{{AgentId: id, OfferId: 1, Terms: jobmarkettypes.OfferTerms{
		Skill:     skill,
		Price:     registrytypes.Price{Model: registrytypes.PRICE_MODEL_FLAT, Amount: registrytypes.Uait(sdkmath.NewInt(price))},
		MinAmount: registrytypes.Uait(sdkmath.NewInt(price)), MaxAmount: registrytypes.Uait(sdkmath.NewInt(10 * price)),
		MinDeliverySeconds: 60, MaxDeliverySeconds: 86_400, MaxReviewSeconds: 86_400, MaxLiveJobs: 3, MaxMilestones: 16,
	}}}
	return &w.agents[id-1]
}

func order() hire.Order {
	return hire.Order{Skill: skill, Input: input, InputName: "text.md", MediaType: mediaType}
}

// hirer returns a program that was just started, with the journal of the directory.
func (w *world) hirer(dir string) *hire.Hirer {
	w.t.Helper()
	h, err := hire.New(hire.Config{
		Market: w, Wallet: w, Transport: w, Journal: hire.OpenJournal(dir), ChainID: chainID,
		Deliver: w.deliver, Decide: w.decide, Wait: w.wait,
		Progress: func(e hire.Event) {
			w.boundary(func() { w.events = append(w.events, e) })
		},
		Now: func() time.Time { return time.Unix(int64(w.now), 0) },
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return h
}

// boundary is where a program can be killed: around everything it does to the outside.
func (w *world) boundary(effect func()) {
	w.calls++
	if w.calls == w.killAt && !w.killAfter {
		panic(errKilled)
	}
	effect()
	if w.calls == w.killAt {
		panic(errKilled)
	}
}

func (w *world) steps() string {
	var names []string
	for _, e := range w.events {
		names = append(names, string(e.Step))
	}
	return strings.Join(names, " ")
}

// wait lets time pass, second by second.
func (w *world) wait(ctx context.Context, d time.Duration) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	w.pass(uint64(d / time.Second))
	return nil
}

func (w *world) pass(seconds uint64) {
	for range seconds {
		w.now++
		for _, j := range w.jobs {
			w.tick(j)
		}
		for _, f := range w.each {
			f()
		}
	}
}

// tick is what agents and the chain do by themselves.
func (w *world) tick(j *jobmarkettypes.JobRecord) {
	if j.Progress.Ended() {
		return
	}
	sealed, has := w.inputs[j.Job.Sequence]
	if j.Progress.Live() == jobmarkettypes.MILESTONE_STATUS_WORKING && has && w.now >= j.Job.PostedAt+w.work && !w.down["agent"] {
		b := seal.Binding{ChainID: chainID, Client: me, ClientRef: j.Job.ClientRef, Milestone: 1, Role: seal.RoleInput}
		plain, kind, err := seal.OpenBytes(w.keys[j.Job.AgentId], b, sealed)
		if err != nil || kind != mediaType {
			w.t.Fatalf("the agent can't open what it got: %v", err)
		}
		data := w.answer(j.Job, plain)
		ref := payload.RefOf(data)
		uri := fmt.Sprintf("%s/%d/v1/payloads/%s", endpoint, j.Job.AgentId, ref)
		w.results[uri] = data
		w.step(j, jobmarkettypes.Step{Action: jobmarkettypes.ActionSubmit, Milestone: 1, Result: jobmarkettypes.Result{
			Sha256: ref.SHA256[:], Size_: uint64(ref.Size), MediaType: mediaType, Uri: uri,
		}})
	}
	if w.now >= j.Progress.Deadline {
		w.step(j, jobmarkettypes.Step{Action: jobmarkettypes.ActionTimeout})
	}
}

// step moves a job and its money.
func (w *world) step(j *jobmarkettypes.JobRecord, s jobmarkettypes.Step) error {
	s.Now = w.now
	out, err := j.Job.Next(j.Progress, s)
	if err != nil {
		return err
	}
	l := out.Progress.Ledger
	if out.Pay.IsPositive() {
		fee := j.Job.Fee(out.Pay)
		l = l.WithPay(out.Pay.Sub(fee), fee)
	}
	l = l.WithSlash(out.Slash, out.Burn)
	w.balance = w.balance.Add(out.Slash)
	if left := l.Left(); out.Ended && left.IsPositive() {
		l = l.WithRefund(left)
		w.balance = w.balance.Add(left)
	}
	j.Progress = out.Progress
	j.Progress.Ledger = l
	return nil
}

// sealed is an honest agent's answer.
func (w *world) sealed(j jobmarkettypes.Job, plain []byte) []byte {
	if !bytes.Equal(plain, input) {
		w.t.Fatalf("expected the input, got %q", plain)
	}
	return w.sealFor(j, j.MessagingKey.PublicKey)
}

func (w *world) sealFor(j jobmarkettypes.Job, key []byte) []byte {
	to, err := seal.ParsePublicKey(seal.Suite(j.MessagingKey.Suite), key)
	if err != nil {
		w.t.Fatal(err)
	}
	b := seal.Binding{ChainID: chainID, Client: me, ClientRef: j.ClientRef, Milestone: 1, Role: seal.RoleResult}
	data, _, err := seal.SealBytes(to, b, mediaType, result)
	if err != nil {
		w.t.Fatal(err)
	}
	return data
}

// ask is a question to the node.
func ask[T any](w *world, answer func() (T, error)) (T, error) {
	var out T
	var err error
	w.boundary(func() {
		if w.down["node"] {
			err = errDown
			return
		}
		out, err = answer()
	})
	return out, err
}

func (w *world) Rules(context.Context) (hire.Rules, error) {
	return ask(w, func() (hire.Rules, error) {
		return hire.Rules{Market: jobmarkettypes.DefaultParams(), MinBond: registrytypes.DefaultParams().MinBond.Amount}, nil
	})
}

func (w *world) Now(context.Context) (uint64, error) {
	return ask(w, func() (uint64, error) { return w.now, nil })
}

func (w *world) Agent(_ context.Context, id uint64) (registrytypes.AgentRecord, error) {
	return ask(w, func() (registrytypes.AgentRecord, error) {
		if id == 0 || id > uint64(len(w.agents)) {
			return registrytypes.AgentRecord{}, hire.ErrNotFound
		}
		return w.agents[id-1], nil
	})
}

func (w *world) AgentsBySkill(_ context.Context, wanted string) ([]registrytypes.AgentRecord, error) {
	return ask(w, func() ([]registrytypes.AgentRecord, error) {
		return slices.DeleteFunc(slices.Clone(w.agents), func(a registrytypes.AgentRecord) bool {
			return a.Profile.Skills[0].Id != wanted
		}), nil
	})
}

func (w *world) Offers(_ context.Context, id uint64) ([]jobmarkettypes.Offer, error) {
	return ask(w, func() ([]jobmarkettypes.Offer, error) { return w.offers[id], nil })
}

func (w *world) JobByRef(_ context.Context, client, ref string) (jobmarkettypes.JobRecord, error) {
	return ask(w, func() (jobmarkettypes.JobRecord, error) {
		for _, j := range w.jobs {
			if j.Job.Client == client && j.Job.ClientRef == ref {
				return *j, nil
			}
		}
		return jobmarkettypes.JobRecord{}, hire.ErrNotFound
	})
}

func (w *world) Address() string { return me }

func (w *world) Balance(context.Context) (sdkmath.Int, error) {
	return ask(w, func() (sdkmath.Int, error) { return w.balance, nil })
}

func (w *world) Estimate(context.Context, sdk.Msg) (uint64, sdk.Coin, error) {
	coin, err := ask(w, func() (sdk.Coin, error) { return sdk.NewInt64Coin("uait", gasFee), nil })
	return 200_000, coin, err
}

// Send carries out a message at once.
func (w *world) Send(_ context.Context, msg sdk.Msg) (hire.Tx, error) {
	return ask(w, func() (hire.Tx, error) {
		if err := w.execute(msg); err != nil {
			return hire.Tx{}, &client.TxError{Codespace: "jobmarket", Code: 2, Log: err.Error()}
		}
		w.fees++
		w.balance = w.balance.SubRaw(gasFee)
		w.sent = append(w.sent, strings.TrimPrefix(sdk.MsgTypeURL(msg), "/aitbc.jobmarket.v1.Msg"))
		return hire.Tx{Hash: fmt.Sprint("TX", w.fees), Height: int64(w.now), Fee: sdk.NewInt64Coin("uait", gasFee)}, nil
	})
}

func (w *world) execute(msg sdk.Msg) error {
	switch m := msg.(type) {
	case *jobmarkettypes.MsgPostJob:
		return w.post(m)
	case *jobmarkettypes.MsgAcceptMilestone:
		return w.step(w.jobs[m.Sequence-1], jobmarkettypes.Step{Action: jobmarkettypes.ActionAccept, Milestone: m.Milestone})
	case *jobmarkettypes.MsgRejectMilestone:
		w.sent = append(w.sent, m.Reason.Text())
		return w.step(w.jobs[m.Sequence-1], jobmarkettypes.Step{Action: jobmarkettypes.ActionReject, Milestone: m.Milestone})
	case *jobmarkettypes.MsgWaiveMilestone:
		return w.step(w.jobs[m.Sequence-1], jobmarkettypes.Step{Action: jobmarkettypes.ActionWaive, Milestone: m.Milestone})
	default:
		w.t.Fatalf("unexpected message %T", msg)
		return nil
	}
}

func (w *world) post(m *jobmarkettypes.MsgPostJob) error {
	for _, j := range w.jobs {
		if j.Job.ClientRef == m.ClientRef {
			return nil
		}
	}
	params := jobmarkettypes.DefaultParams()
	j := &jobmarkettypes.JobRecord{Job: jobmarkettypes.Job{
		Client: m.Client, Sequence: uint64(len(w.jobs) + 1), ClientRef: m.ClientRef, AgentId: m.AgentId, OfferId: m.OfferId,
		Skill: skill, Milestones: m.Milestones, ReviewSeconds: m.ReviewSeconds, MessagingKey: m.MessagingKey,
		Terms: params.Terms(m.Milestones), PostedAt: w.now,
	}}
	j.Progress = j.Job.Begin()
	cost := j.Job.Funded().Add(params.PostingFee.Amount)
	if w.balance.LT(cost) {
		return errors.New("insufficient funds")
	}
	w.balance = w.balance.Sub(cost)
	w.jobs = append(w.jobs, j)
	return nil
}

func (w *world) Health(_ context.Context, url string) (payload.Info, error) {
	var info payload.Info
	var err error
	w.asking.Lock()
	defer w.asking.Unlock()
	w.boundary(func() {
		if w.down["endpoint"] || w.down[url] {
			err = payload.ErrUnavailable
			return
		}
		var ok bool
		if info, ok = w.health[url]; !ok {
			info = payload.Info{ChainID: chainID, Ready: true}
			_, err = fmt.Sscanf(url, endpoint+"/%d", &info.AgentID)
		}
	})
	return info, err
}

func (w *world) PutInput(_ context.Context, url, client string, sequence uint64, _ uint32, ref payload.Ref, r io.ReadSeeker) error {
	var err error
	w.boundary(func() {
		if w.down["endpoint"] || w.down[url] {
			err = payload.ErrUnavailable
			return
		}
		data, _ := io.ReadAll(r)
		j := w.jobs[sequence-1]
		hash := sha256.Sum256(data)
		if client != me || payload.RefOf(data) != ref || !bytes.Equal(hash[:], j.Job.Milestones[0].DescriptionHash) {
			w.t.Error("the agent got other bytes than the chain has the hash of")
		}
		w.inputs[sequence] = data
	})
	return err
}

func (w *world) Fetch(_ context.Context, address string, ref payload.Ref, _ int64) ([]byte, error) {
	var data []byte
	var err error
	w.boundary(func() {
		if w.down["endpoint"] || w.down["fetch"] {
			err = payload.ErrUnavailable
			return
		}
		if data = w.results[address]; payload.RefOf(data) != ref {
			data, err = nil, &payload.MismatchError{Want: ref, Got: payload.RefOf(data)}
		}
	})
	return data, err
}

func (w *world) deliver(_ context.Context, d hire.Delivery) (string, error) {
	w.boundary(func() { w.delivered = append(w.delivered, d.Plain) })
	if d.MediaType != mediaType || d.InputName != "text.md" {
		w.t.Errorf("unexpected delivery %+v", d)
	}
	return "text.result.md", nil
}

func (w *world) decide(_ context.Context, r hire.Review) (hire.Decision, error) {
	w.boundary(func() { w.reviews = append(w.reviews, r) })
	if r.Problem != nil && w.decision == hire.Accept {
		return hire.Reject, nil
	}
	return w.decision, nil
}

// start plans and starts the usual hire.
func (w *world) start(dir string) (hire.Outcome, error) {
	h := w.hirer(dir)
	plan, err := h.Plan(context.Background(), order())
	if err != nil {
		return hire.Outcome{}, err
	}
	return h.Start(context.Background(), plan)
}

// sdkMsg is a message of a transaction.
type sdkMsg = sdk.Msg

func sameType(a, b sdkMsg) bool { return sdk.MsgTypeURL(a) == sdk.MsgTypeURL(b) }

// latest is the newest hire of a journal.
func latest(t *testing.T, dir string) hire.Entry {
	t.Helper()
	e, err := hire.OpenJournal(dir).Find(func(hire.Entry) bool { return true })
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// leftovers are files that a hire should not leave in its directory.
func leftovers(t *testing.T, dir string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "*", ".part-*"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = os.Stat(filepath.Join(dir, latest(t, dir).Ref, "input.sealed"))
	if err == nil {
		found = append(found, "input.sealed")
	}
	return found
}
