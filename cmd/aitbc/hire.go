package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/aitbc/aitbc/client"
	"github.com/aitbc/aitbc/client/hire"
	"github.com/aitbc/aitbc/client/payload"
	"github.com/aitbc/aitbc/client/seal"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

const (
	flagBudget    = "budget"
	flagDelivery  = "delivery"
	flagReview    = "review"
	flagOut       = "out"
	flagForce     = "force"
	flagAccept    = "accept"
	flagResume    = "resume"
	flagDryRun    = "dry-run"
	flagMediaType = "media-type"

	resumeLatest = "latest"
)

func newHireCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "hire SKILL FILE",
		Short: "Hire an agent for a file, and get its result",
		Long: `Hire an agent for a file, and get its result.

The cheapest agent that answers is hired, or the one of --agent. The money is locked
in escrow, the file goes to the agent encrypted, and only you can read the result. It
is checked against what the agent committed to on the chain before you are asked to
accept it. An agent that delivers nothing is not paid.

Everything goes through a journal: a hire that was interrupted, by Ctrl-C or a power
cut, goes on with --resume latest. It is never paid or posted twice.

Without --budget you are asked before anything is paid; without --accept you are
asked to accept the result, or told how to, if there is no terminal. With --accept, a
result that can't be fetched or opened is rejected.` + chainHelp,
		Example: `  aitbc hire text.summarize README.md --from alice
  aitbc hire text.summarize README.md --from alice --dry-run
  aitbc hire text.summarize README.md --from alice --budget 1 --accept --out summary.md
  aitbc hire --resume latest --from alice`,
		Args: func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed(flagResume) {
				return arguments()(cmd, args)
			}
			return arguments("SKILL", "FILE")(cmd, args)
		},
		RunE: runHire,
	}
	addChainFlags(cmd)
	f := cmd.Flags()
	f.Uint64(flagAgent, 0, "hire this agent, by its id (default: the cheapest)")
	f.String(flagBudget, "", "the most to pay the agent, such as 0.5 (AIT) or 500000uait")
	f.Duration(flagDelivery, 0, "how long the agent has, such as 30m (default: 10m, or what its offer allows)")
	f.Duration(flagReview, 0, "how long you have to look at the result (default: what the market says)")
	f.String(flagMediaType, "", "what the file is, such as text/markdown (default: by its name)")
	f.String(flagOut, "", "where the result goes (default: NAME.result.EXT here)")
	f.Bool(flagForce, false, "replace the file of --out")
	f.Bool(flagAccept, false, "accept a result that opens, reject one that doesn't, ask nothing")
	f.String(flagResume, "", "go on with a hire: its name, or latest")
	f.Bool(flagDryRun, false, "show whom and for how much, and hire nobody")
	return cmd
}

// hireFlags are those of a hire, checked.
type hireFlags struct {
	order  hire.Order
	resume string
	out    string
	force  bool
	accept bool
	dryRun bool
}

// readHireFlags checks everything that needs no chain.
func readHireFlags(cmd *cobra.Command, args []string) (hireFlags, error) {
	f := cmd.Flags()
	var h hireFlags
	h.resume, _ = f.GetString(flagResume)
	h.out, _ = f.GetString(flagOut)
	h.force, _ = f.GetBool(flagForce)
	h.accept, _ = f.GetBool(flagAccept)
	h.dryRun, _ = f.GetBool(flagDryRun)
	if err := h.checkOut(f.Changed(flagOut)); err != nil {
		return h, err
	}
	if f.Changed(flagResume) {
		for _, name := range []string{flagAgent, flagBudget, flagDelivery, flagReview, flagMediaType, flagDryRun} {
			if f.Changed(name) {
				return h, fmt.Errorf("--%s: expected nothing with --%s: the hire is made already", name, flagResume)
			}
		}
		if h.resume == "" {
			return h, fmt.Errorf("--%s: expected the name of a hire or %s, got nothing", flagResume, resumeLatest)
		}
		return h, nil
	}
	o := &h.order
	o.Skill = args[0]
	o.Delivery, _ = f.GetDuration(flagDelivery)
	o.Review, _ = f.GetDuration(flagReview)
	for name, d := range map[string]time.Duration{flagDelivery: o.Delivery, flagReview: o.Review} {
		if f.Changed(name) && (d < time.Second || d%time.Second != 0) {
			return h, fmt.Errorf("--%s: expected whole seconds, such as 10m or 1h30m, got %s", name, d)
		}
	}
	o.AgentID, _ = f.GetUint64(flagAgent)
	if f.Changed(flagAgent) && o.AgentID == 0 {
		return h, fmt.Errorf("--%s: expected the id of an agent, from 1, got 0", flagAgent)
	}
	var err error
	if o.Budget, err = parseAmount(cmd, flagBudget); err != nil {
		return h, err
	}
	if err := h.readInput(args[1]); err != nil {
		return h, err
	}
	if given, _ := f.GetString(flagMediaType); f.Changed(flagMediaType) {
		if !strings.Contains(given, "/") || given != strings.ToLower(given) {
			return h, fmt.Errorf("--%s: expected one such as text/markdown, got %q", flagMediaType, given)
		}
		o.MediaType = given
	}
	return h, o.Validate()
}

// checkOut makes sure that the result will have a place, before it is paid for.
func (h *hireFlags) checkOut(given bool) error {
	if !given {
		if h.force {
			return fmt.Errorf("--%s: expected --%s with it: without, no file is ever replaced", flagForce, flagOut)
		}
		return nil
	}
	if h.out == "" {
		return fmt.Errorf("--%s: expected a file, got nothing", flagOut)
	}
	if info, err := os.Stat(h.out); err == nil && info.IsDir() {
		return fmt.Errorf("--%s: expected a file, but %s is a directory", flagOut, h.out)
	} else if err == nil && !h.force {
		return fmt.Errorf("--%s: %s exists; --%s replaces it", flagOut, h.out, flagForce)
	}
	if dir := filepath.Dir(h.out); !isDir(dir) {
		return fmt.Errorf("--%s: there is no directory %s", flagOut, dir)
	}
	return nil
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// readInput reads the file, which is bounded before it is read.
func (h *hireFlags) readInput(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("file: expected one that can be read: %w", err)
	}
	defer func() { _ = file.Close() }()
	if info, err := file.Stat(); err == nil && info.IsDir() {
		return fmt.Errorf("file: expected a file, but %s is a directory", path)
	}
	data, err := io.ReadAll(io.LimitReader(file, seal.MaxPlaintextBytes+1))
	switch {
	case err != nil:
		return fmt.Errorf("file: %w", err)
	case len(data) == 0:
		return fmt.Errorf("file: expected at least one byte, but %s is empty", path)
	case int64(len(data)) > seal.MaxPlaintextBytes:
		return fmt.Errorf("file: expected at most %d MiB, but %s is larger", seal.MaxPlaintextBytes>>20, path)
	}
	h.order.Input, h.order.InputName = data, filepath.Base(path)
	h.order.MediaType = mediaTypeOf(h.order.InputName, data)
	return nil
}

func runHire(cmd *cobra.Command, args []string) error {
	h, err := readHireFlags(cmd, args)
	if err != nil {
		return err
	}
	c, err := openChain(cmd)
	if err != nil {
		return err
	}
	defer c.close()
	me, err := c.signer(cmd)
	if err != nil {
		return err
	}
	desk := newDesk(cmd, c, me, h)
	hirer, err := desk.hirer()
	if err != nil {
		return err
	}
	if h.resume != "" {
		return desk.resume(cmd.Context(), hirer)
	}
	plan, err := hirer.Plan(cmd.Context(), h.order)
	if err != nil {
		return err
	}
	if h.dryRun {
		return printPlan(cmd, c, plan)
	}
	if err := desk.confirm(cmd.Context(), plan); err != nil {
		return err
	}
	outcome, err := hirer.Start(cmd.Context(), plan)
	return desk.end(cmd.Context(), outcome, err)
}

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
		Transport: payload.NewClient(payload.Options{}), Journal: hire.OpenJournal(d.chain.hires()),
		ChainID: d.chain.chainID, Deliver: d.deliver, Decide: d.decide, Progress: d.tell,
	})
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
		r.Place, ait(r.Job.Job.Amount(1)), left))
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
		text, _ := d.answers.ReadString('\n') // no answer is no
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
	next := fmt.Sprintf("go on with `aitbc hire --%s %s%s`", flagResume, o.Ref, sameChain(d.cmd))
	if ctx.Err() != nil {
		return errors.New(next) // main says that it was interrupted
	}
	return fmt.Errorf("%w; %s", err, next)
}

// missedOrRefunded reports whether the client has got its money back.
func refunded(o hire.Outcome) bool {
	return o.Ended && o.Receipt.Status == jobmarkettypes.JOB_STATUS_REFUNDED
}
