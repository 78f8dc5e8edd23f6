package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/aitbc/aitbc/internal/demo"
)

const flagKeep = "keep"

func newDemoCommand() *cobra.Command {
	var o demo.Options
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Show the chain at work: a network, a payment, a vote, a key change",
		Long: `Show the chain at work: a network of four validators, a payment, a governance
vote, the change of a validator's key. Each step shows what happened and what it
cost, as read back from the chain. Takes about a minute; nothing is left behind.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f := cmd.Flags(); f.Changed(flagBasePort) && o.BasePort <= 0 {
				return fmt.Errorf("--%s: expected a positive number, got %d", flagBasePort, o.BasePort)
			}
			// The story is the result for people; with JSON it is progress.
			story := cmd.OutOrStdout()
			if outputOf(cmd) == outputJSON {
				story = cmd.ErrOrStderr()
			}
			report, err := demo.Run(cmd.Context(), o, func(text string) { _ = line(story, "%s", text) })
			if err != nil {
				return err
			}
			return printResult(cmd, report, func(io.Writer) error { return nil })
		},
	}
	cmd.Flags().BoolVar(&o.Keep, flagKeep, false, "leave the network running")
	cmd.Flags().IntVar(&o.BasePort, flagBasePort, 0, "where ports start (default: the first free ones)")
	cmd.Flags().StringVar(&o.Binary, flagBinary, "", "path of aitbcd (default: next to aitbc, then in PATH)")
	return cmd
}
