package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/aitbc/aitbc/client/hire"
	"github.com/aitbc/aitbc/client/seal"
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

	// An agent that says nothing in this time is passed over.
	healthAttempts = 2
	healthTimeout  = 5 * time.Second
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
	if err := readInput(args[1], o); err != nil {
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
func (h hireFlags) checkOut(given bool) error {
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

// readInput reads the file of an order, bounded.
func readInput(path string, o *hire.Order) error {
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
	o.Input, o.InputName = data, filepath.Base(path)
	o.MediaType = mediaTypeOf(o.InputName, data)
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
	if err == nil && h.dryRun {
		return printPlan(cmd, c, plan)
	}
	if err == nil {
		err = desk.confirm(cmd.Context(), plan)
	}
	if err != nil {
		if cmd.Context().Err() != nil {
			return errors.New("nothing was posted") // main says that it was interrupted
		}
		return err
	}
	outcome, err := hirer.Start(cmd.Context(), plan)
	return desk.end(cmd.Context(), outcome, err)
}
