package main

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/aitbc/aitbc/client/hire"
)

// fetchResult is the JSON of `jobs fetch`.
type fetchResult struct {
	Job    jobView `json:"job"`
	Result string  `json:"result,omitempty"`
	// Problem says what the agent did wrong.
	Problem string `json:"problem,omitempty"`
}

func newJobsFetchCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "fetch JOB",
		Short: "Fetch, check and open the result of a job that you hired here",
		Long: `Fetch, check and open the result of a job that you hired here. The key of the
result is in the journal of the hire, and nowhere else.`,
		Example: "  aitbc jobs fetch 3 --from alice\n  aitbc jobs fetch 3 --from alice --out summary.md",
		Args:    arguments("JOB"),
		RunE:    runJobsFetch,
	}
	cmd.Flags().String(flagOut, "", "where the result goes (default: NAME.result.EXT here)")
	cmd.Flags().Bool(flagForce, false, "replace the file of --out")
	return cmd
}

func runJobsFetch(cmd *cobra.Command, args []string) error {
	var h hireFlags
	h.out, _ = cmd.Flags().GetString(flagOut)
	h.force, _ = cmd.Flags().GetBool(flagForce)
	if err := h.checkOut(cmd.Flags().Changed(flagOut)); err != nil {
		return err
	}
	c, err := openChain(cmd)
	if err != nil {
		return err
	}
	defer c.close()
	name, err := c.parseJob(cmd, args[0])
	if err != nil {
		return err
	}
	me, err := c.lookUp(name.client)
	if err != nil {
		return err
	}
	record, err := c.job(cmd.Context(), name)
	if err != nil {
		return err
	}
	entry, err := hire.OpenJournal(c.hires()).Find(func(e hire.Entry) bool {
		return e.ChainID == c.chainID && e.Client == name.client && e.Ref == record.Job.ClientRef
	})
	if errors.Is(err, hire.ErrNoHire) {
		return fmt.Errorf("job: %s/%d was not hired with the journal in %s, so the key of its result is not here", name.client, name.sequence, c.hires())
	}
	if err != nil {
		return err
	}
	d := newDesk(cmd, c, me, h)
	hirer, err := d.hirer()
	if err != nil {
		return err
	}
	outcome, err := hirer.Receive(cmd.Context(), entry.Ref)
	if err != nil {
		return err
	}
	return d.printFetched(outcome)
}

func (d *desk) printFetched(o hire.Outcome) error {
	now, err := d.chain.nowFor(d.cmd.Context(), o.Job)
	if err != nil {
		return err
	}
	result := fetchResult{Job: viewJob(o.Job, "", now), Result: o.Place}
	if o.Problem != nil {
		// What an earlier run fetched is not what this one found.
		result.Problem, o.Place, result.Result = o.Problem.Error(), "", ""
	}
	err = printResult(d.cmd, result, func(w io.Writer) error { return printHire(w, o, result.Job, sameChain(d.cmd)) })
	return errors.Join(err, withoutResult(o))
}
