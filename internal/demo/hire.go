package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/aitbc/aitbc/agent/executor"
	"github.com/aitbc/aitbc/types"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

const (
	skill      = "text.summarize"
	clientName = "alice"
	bond       = "50" // AIT of each agent

	// longInput is the size of the input that the second agent does not finish:
	// enough for the kill to come in the middle.
	longInput = 3 << 20

	shownLines = 6
	pollState  = 250 * time.Millisecond
)

// worker is an agent of the demo.
type worker struct {
	owner string
	price string // AIT
	id    uint64
	*process
}

// startAgents registers the agents of bob and carol and starts their workers.
func (s *show) startAgents(ctx context.Context) error {
	ports, err := freePorts()
	if err != nil {
		return err
	}
	s.workers = []*worker{{owner: "bob", price: "1"}, {owner: "carol", price: "2.5"}}
	for i, w := range s.workers {
		if err := s.startAgent(ctx, w, ports[i]); err != nil {
			return fmt.Errorf("agent of %s: %w", w.owner, err)
		}
	}
	return nil
}

func (s *show) startAgent(ctx context.Context, w *worker, port int) error {
	dir := filepath.Join(s.work, "agent-"+w.owner)
	address := fmt.Sprintf("127.0.0.1:%d", port)
	var made struct {
		AgentID uint64 `json:"agent_id"`
		Config  string `json:"config"`
	}
	err := s.tool(ctx, &made, "agent", "init", "--dir", dir, "--name", w.owner+" summarises", "--skill", skill,
		"--price", w.price, "--bond", bond, "--listen", address, "--url", "http://"+address, "--from", w.owner)
	if err != nil {
		return err
	}
	w.id = made.AgentID
	s.say("agent %d of %s: %s for %s AIT, bond %s AIT; 1 AIT burned to register", w.id, w.owner, skill, w.price, bond)
	w.process, err = s.start(filepath.Join(s.work, w.owner+".log"), "agent", "run", "--config", made.Config)
	if err != nil {
		return err
	}
	if err := w.awaitReady(ctx, "http://"+address+"/v1/health"); err != nil {
		return err
	}
	s.say("its worker is process %d and answers on %s", w.pid(), address)
	return nil
}

// hireOne is the whole loop: alice hires bob's agent, gets the result, and pays.
func (s *show) hireOne(ctx context.Context) error {
	text, err := os.ReadFile(s.options.Input)
	if err != nil {
		return fmt.Errorf("input: %w", err)
	}
	bob := s.workers[0]
	before, err := s.purses(ctx)
	if err != nil {
		return err
	}
	out := filepath.Join(s.work, "result.md")
	var done hired
	if err := s.tool(ctx, &done, "hire", skill, s.options.Input, "--budget", bob.price, "--accept", "--out", out, "--from", clientName); err != nil {
		return err
	}
	after, err := s.purses(ctx)
	if err != nil {
		return err
	}
	result, err := os.ReadFile(out)
	if err != nil {
		return err
	}
	s.say("the result, opened by alice's key (%d bytes):", len(result))
	lines := strings.Split(strings.TrimSpace(string(result)), "\n")
	for _, line := range lines[:min(shownLines, len(lines))] {
		s.say("  | %s", shorten(line))
	}
	if err := checkResult(ctx, s.options.Input, text, result); err != nil {
		return err
	}
	s.say("the same text gives the same summary here: it is what was ordered")
	return s.checkPayment(ctx, bob, done, before, after)
}

// checkResult does the work once more and compares.
func checkResult(ctx context.Context, name string, text, result []byte) error {
	mediaType := "text/plain"
	if strings.HasSuffix(name, ".md") {
		mediaType = "text/markdown"
	}
	want, err := executor.Embedded{}.Run(ctx, executor.Task{Skill: skill, MediaType: mediaType, Input: text})
	if err != nil {
		return err
	}
	if !bytes.Equal(want.Body, result) {
		return fmt.Errorf("result: expected the summary of %s, got something else", name)
	}
	return nil
}

// checkPayment shows what everybody has now and compares it, to the unit, with what
// the job's ledger says.
func (s *show) checkPayment(ctx context.Context, w *worker, done hired, before, after purses) error {
	record, err := s.awaitJob(ctx, done.Job.Sequence, func(r jobmarkettypes.JobRecord) bool { return r.Progress.Ended() })
	if err != nil {
		return err
	}
	l, fees := record.Progress.Ledger, done.fees()
	s.say("job %d: %s AIT gross, %s to agent %d, %s market fee, half of it burned", record.Job.Sequence,
		exact(record.Job.Amount(1).Int64()), exact(l.Released.Int64()), w.id, exact(l.Fees.Int64()))
	s.say(balanceRow, "AIT", "before", "after", "change")
	s.sayBalance(clientName, before.client, after.client)
	s.sayBalance(w.owner, before.workers[w.owner], after.workers[w.owner])
	spent := l.Released.Add(l.Fees).Add(record.Job.Terms.PostingFee).Int64() + fees
	s.say("alice: %s to the agent, %s market fee, %s posting fee, %s for gas", exact(l.Released.Int64()), exact(l.Fees.Int64()),
		exact(record.Job.Terms.PostingFee.Int64()), exact(fees))
	if err := check("what alice spent", before.client-after.client, spent); err != nil {
		return err
	}
	gas := l.Released.Int64() - (after.workers[w.owner] - before.workers[w.owner])
	s.say("%s: %s earned, %s for the gas of its delivery", w.owner, exact(l.Released.Int64()), exact(gas))
	if gas <= 0 || gas > maxGasCost {
		return fmt.Errorf("gas of %s's delivery: expected 1 to %d uait, got %d", w.owner, maxGasCost, gas)
	}
	return nil
}

// hireAndKill lets alice hire carol's agent for a long text, and kills the worker as
// soon as it has the input, and then alice's own program.
func (s *show) hireAndKill(ctx context.Context) error {
	text, err := os.ReadFile(s.options.Input)
	if err != nil {
		return fmt.Errorf("input: %w", err)
	}
	long := filepath.Join(s.work, "long"+filepath.Ext(s.options.Input))
	if err := os.WriteFile(long, bytes.Repeat(append(text, '\n'), 1+longInput/(len(text)+1))[:longInput], 0o600); err != nil {
		return err
	}
	carol := s.workers[1]
	if s.killed.before, err = s.purses(ctx); err != nil {
		return err
	}
	hire, err := s.start(filepath.Join(s.work, "alice.log"), "hire", skill, long, "--agent", fmt.Sprint(carol.id),
		"--budget", carol.price, "--delivery", "20s", "--accept", "--out", filepath.Join(s.work, "never.md"), "--from", clientName)
	if err != nil {
		return err
	}
	if err := hire.awaitLine(ctx, "has the input"); err != nil {
		return err
	}
	if err := carol.kill(); err != nil {
		return err
	}
	s.say("agent %d has the input, and its process %d is killed", carol.id, carol.pid())
	if err := hire.kill(); err != nil {
		return err
	}
	s.say("alice's program %d is killed too: nobody is left who could act", hire.pid())
	record, err := s.newestJob(ctx)
	if err != nil {
		return err
	}
	s.killed.job = record.Job.Sequence
	if got := record.Progress.Live(); got != jobmarkettypes.MILESTONE_STATUS_WORKING {
		return fmt.Errorf("job %d: expected it to be in the middle of its work, got %s", record.Job.Sequence, got.Text())
	}
	s.say("job %d is %s; %s AIT are locked for it", record.Job.Sequence, record.Progress.Live().Text(), exact(record.Progress.Ledger.Left().Int64()))
	return nil
}

// refundByTimeout waits for the chain to end the job by itself.
func (s *show) refundByTimeout(ctx context.Context) error {
	carol := s.workers[1]
	missed, err := s.awaitJob(ctx, s.killed.job, func(r jobmarkettypes.JobRecord) bool {
		return r.Progress.Live() != jobmarkettypes.MILESTONE_STATUS_WORKING
	})
	if err != nil {
		return err
	}
	s.say("the delivery deadline has passed: milestone 1 is %s; carol's bond loses %s AIT for alice, and %s AIT that are burned",
		missed.Progress.Live().Text(), exact(missed.Progress.Ledger.Slashed.Int64()), exact(missed.Progress.Ledger.Burned.Int64()))
	if err := s.checkPaused(ctx, carol); err != nil {
		return err
	}
	ended, err := s.awaitJob(ctx, s.killed.job, func(r jobmarkettypes.JobRecord) bool { return r.Progress.Ended() })
	if err != nil {
		return err
	}
	l := ended.Progress.Ledger
	s.say("alice's time to choose another agent has passed: job %d is %s; %s AIT go back to alice", s.killed.job,
		ended.Progress.Status.Text(), exact(l.Refunded.Int64()))
	after, err := s.purses(ctx)
	if err != nil {
		return err
	}
	s.say(balanceRow, "AIT", "before", "after", "change")
	s.sayBalance(clientName, s.killed.before.client, after.client)
	s.sayBalance(carol.owner, s.killed.before.workers[carol.owner], after.workers[carol.owner])
	gas := s.killed.before.client - after.client + l.Slashed.Int64() - ended.Job.Terms.PostingFee.Int64()
	s.say("alice: %s from the bond, less %s posting fee and %s for gas", exact(l.Slashed.Int64()), exact(ended.Job.Terms.PostingFee.Int64()), exact(gas))
	if gas <= 0 || gas > maxGasCost {
		return fmt.Errorf("gas of alice's hire: expected 1 to %d uait, got %d", maxGasCost, gas)
	}
	for _, err := range []error{
		check("status of the job", ended.Progress.Status, jobmarkettypes.JOB_STATUS_REFUNDED),
		check("paid for undelivered work", l.Released.String(), "0"),
		check("refund", l.Refunded.String(), l.Funded.String()),
	} {
		if err != nil {
			return err
		}
	}
	return nil
}

// checkPaused demands that an agent that was silent takes no new work until somebody says
// that it is there again.
func (s *show) checkPaused(ctx context.Context, w *worker) error {
	res, err := registrytypes.NewQueryClient(s.client.Conn()).Agent(ctx, &registrytypes.QueryAgentRequest{AgentId: w.id})
	if err != nil {
		return err
	}
	agent := res.Agent.Agent
	s.say("agent %d is %s, because it was silent: nobody else can hire it until %s's program is back", w.id, agent.Status.Text(), w.owner)
	return check("why agent is not active", agent.PauseReason, registrytypes.PAUSE_REASON_SILENCE)
}

// maxGasCost is more than any transaction of a demo costs, in uait.
const maxGasCost = 5_000

// hired is the part of the JSON of `aitbc hire` that the demo needs.
type hired struct {
	Job struct {
		Sequence uint64 `json:"sequence"`
	} `json:"job"`
	Txs map[string]struct {
		Fee struct {
			Uait json.Number `json:"uait"`
		} `json:"fee"`
	} `json:"txs"`
}

// fees returns what the client's transactions cost, in uait.
func (h hired) fees() int64 {
	sum := int64(0)
	for _, tx := range h.Txs {
		n, err := tx.Fee.Uait.Int64()
		if err == nil {
			sum += n
		}
	}
	return sum
}

// purses are what the people of the demo hold, in uait.
type purses struct {
	client  int64
	workers map[string]int64
}

func (s *show) purses(ctx context.Context) (purses, error) {
	p := purses{workers: map[string]int64{}}
	for _, name := range []string{clientName, s.workers[0].owner, s.workers[1].owner} {
		account, err := s.net.Account(name)
		if err != nil {
			return p, err
		}
		res, err := banktypes.NewQueryClient(s.client.Conn()).Balance(ctx, banktypes.NewQueryBalanceRequest(mustAddress(account), types.BaseDenom))
		if err != nil {
			return p, err
		}
		if name == clientName {
			p.client = res.Balance.Amount.Int64()
		} else {
			p.workers[name] = res.Balance.Amount.Int64()
		}
	}
	return p, nil
}
