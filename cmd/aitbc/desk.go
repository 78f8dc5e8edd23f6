package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/aitbc/aitbc/client"
	"github.com/aitbc/aitbc/client/hire"
	"github.com/aitbc/aitbc/client/payload"
)

// desk is where a person and a hire meet.
type desk struct {
	cmd      *cobra.Command
	chain    *chain
	me       signer
	flags    hireFlags
	progress func(string)
	// terminal says that somebody can be asked.
	terminal bool
	answers  *bufio.Reader
}

func newDesk(cmd *cobra.Command, c *chain, me signer, h hireFlags) *desk {
	return &desk{
		cmd: cmd, chain: c, me: me, flags: h, progress: newProgress(cmd),
		terminal: isTerminal(cmd.InOrStdin()), answers: bufio.NewReader(cmd.InOrStdin()),
	}
}

func (d *desk) hirer() (*hire.Hirer, error) {
	return hire.New(hire.Config{
		Market: hire.NewMarket(d.chain.client.Conn()), Wallet: d.chain.wallet(d.me),
		Transport: newTransport(), Journal: hire.OpenJournal(d.chain.hires()),
		ChainID: d.chain.chainID, Deliver: d.deliver, Decide: d.decide, Progress: d.tell,
	})
}

// transport asks quickly whether an agent is there, and is patient with payloads.
type transport struct {
	*payload.Client
	quick *payload.Client
}

func newTransport() transport {
	return transport{
		Client: payload.NewClient(payload.Options{}),
		quick:  payload.NewClient(payload.Options{Attempts: healthAttempts, AttemptTimeout: healthTimeout}),
	}
}

// Health implements hire.Transport.
func (t transport) Health(ctx context.Context, baseURL string) (payload.Info, error) {
	return t.quick.Health(ctx, baseURL)
}

// resume goes on with a hire of the journal.
func (d *desk) resume(ctx context.Context, h *hire.Hirer) error {
	ref := d.flags.resume
	if ref == resumeLatest {
		e, err := hire.OpenJournal(d.chain.hires()).Find(func(e hire.Entry) bool {
			return e.Ended == "" && e.ChainID == d.chain.chainID && e.Client == d.me.address
		})
		if errors.Is(err, hire.ErrNoHire) {
			return fmt.Errorf("--%s: %s has no hire in %s that could go on", flagResume, d.me.name, d.chain.hires())
		}
		if err != nil {
			return err
		}
		ref = e.Ref
	}
	outcome, err := h.Resume(ctx, ref)
	if errors.Is(err, hire.ErrNoHire) {
		return fmt.Errorf("--%s: expected a hire of %s or %s, got %q", flagResume, d.chain.hires(), resumeLatest, ref)
	}
	if outcome.Ref == "" {
		return err // there is nothing that could go on
	}
	return d.end(ctx, outcome, err)
}

// confirm asks before anything is paid, unless a budget says what may be.
func (d *desk) confirm(ctx context.Context, p hire.Plan) error {
	if !p.Order.Budget.IsNil() {
		return nil
	}
	if !d.terminal {
		return fmt.Errorf("--%s: expected the most to pay, such as %s, because there is no terminal to ask at",
			flagBudget, amountOf(p.Quote.Amount).AIT)
	}
	yes, err := d.ask(ctx, fmt.Sprintf("Hire agent %d (%s) for %s? Locked: %s until it ends. Burned: %s.",
		p.Agent.ID, p.Agent.Name, ait(p.Quote.Amount), ait(p.Quote.Locked()), ait(p.Quote.PostingFee)))
	if err != nil {
		return err
	}
	if !yes {
		return errors.New("not hired: nothing was paid")
	}
	return nil
}

// decide answers what becomes of a result.
func (d *desk) decide(ctx context.Context, r hire.Review) (hire.Decision, error) {
	if r.Problem != nil {
		d.progress("agent's fault: " + r.Problem.Error())
	}
	switch {
	case d.flags.accept && r.Problem == nil:
		return hire.Accept, nil
	case d.flags.accept:
		return hire.Reject, nil
	case !d.terminal:
		return hire.Leave, nil
	}
	left := lasting(r.SecondsLeft)
	if r.Problem != nil {
		yes, err := d.ask(ctx, fmt.Sprintf("Reject it as %s and take the money back? In %s silence pays the agent.", reasonName(r.Problem.Reason), left))
		if yes {
			return hire.Reject, err
		}
		return hire.Leave, err
	}
	yes, err := d.ask(ctx, fmt.Sprintf("The result is in %s. Accept it and pay %s? You have %s to look at it.",
		readable(r.Place), ait(r.Job.Job.Amount(1)), left))
	if yes {
		return hire.Accept, err
	}
	return hire.Leave, err
}

// ask asks a question that is answered with y or N. It ends with ctx.
func (d *desk) ask(ctx context.Context, question string) (bool, error) {
	d.cmd.PrintErrf("\n%s [y/N] ", question)
	answer := make(chan string, 1)
	go func() {
		text, err := d.answers.ReadString('\n')
		if err != nil {
			d.cmd.PrintErrln() // no answer is no
		}
		answer <- strings.ToLower(strings.TrimSpace(text))
	}()
	select {
	case <-ctx.Done():
		d.cmd.PrintErrln()
		return false, ctx.Err()
	case text := <-answer:
		return text == "y" || text == "yes", nil
	}
}

// again returns the flags that a hire that goes on needs once more.
func (h hireFlags) again() string {
	out := ""
	if h.accept {
		out += " --" + flagAccept
	}
	if h.out != "" {
		out += " --" + flagOut + " " + quoted(h.out)
	}
	if h.force {
		out += " --" + flagForce
	}
	return out
}

// end prints the outcome. An error says how to go on.
func (d *desk) end(ctx context.Context, o hire.Outcome, err error) error {
	if err == nil {
		return d.printOutcome(o)
	}
	if o.Ref == "" {
		return err
	}
	if refused := (*client.TxError)(nil); errors.As(err, &refused) && o.Job.Job.Sequence == 0 {
		return fmt.Errorf("the chain did not take the job, and nothing was locked: %w", err)
	}
	next := fmt.Sprintf("go on with `aitbc hire --%s %s%s%s`", flagResume, o.Ref, d.flags.again(), sameChain(d.cmd))
	if ctx.Err() != nil {
		return errors.New(next) // main says that it was interrupted
	}
	return fmt.Errorf("%w; %s", err, next)
}
