package main

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/aitbc/aitbc/internal/demo"
)

const (
	flagKeep  = "keep"
	flagStory = "story"
	flagInput = "input"
)

func newDemoCommand() *cobra.Command {
	var o demo.Options
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Show the market at work: a hire that is paid, and one that is refunded",
		Long: `Show the market at work on a network of four validators. Two agents go to work; a
client hires one for a text file, gets the summary back and pays; then the other one
is killed in the middle of its work, and the chain gives the client its money back.
At the end the books are checked from the state of the chain.

--story chain shows what the market rests on: a payment, a governance vote, the
change of a validator's key.

Each step shows what happened and what it cost, as read back from the chain. Takes
about two minutes; nothing is left behind.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f := cmd.Flags(); f.Changed(flagBasePort) && o.BasePort <= 0 {
				return fmt.Errorf("--%s: expected a positive number, got %d", flagBasePort, o.BasePort)
			}
			var err error
			if o.Tool, err = os.Executable(); err != nil {
				return fmt.Errorf("where is this program: %w", err)
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
	cmd.Flags().StringVar(&o.Story, flagStory, demo.StoryHire, "what to show: "+strings.Join(demo.Stories(), " or "))
	cmd.Flags().StringVar(&o.Input, flagInput, "README.md", "the text file that the client has summarised")
	cmd.Flags().BoolVar(&o.Keep, flagKeep, false, "leave the network running")
	cmd.Flags().IntVar(&o.BasePort, flagBasePort, 0, "where ports start (default: the first free ones)")
	cmd.Flags().StringVar(&o.Binary, flagBinary, "", "path of aitbcd (default: next to aitbc, then in PATH)")
	return cmd
}
