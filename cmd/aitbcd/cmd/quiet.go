package cmd

import (
	"bytes"
	"io"

	"github.com/spf13/cobra"
)

// hideDebug takes debug lines out of what a command and its subcommands print:
// the SDK's pruning and snapshot tools log to their output at every level.
func hideDebug(cmd *cobra.Command) {
	for _, c := range cmd.Commands() {
		hideDebug(c)
	}
	if cmd.RunE == nil {
		return
	}
	run := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		filter := &lineFilter{out: cmd.OutOrStdout()}
		cmd.SetOut(filter)
		err := run(cmd, args)
		cmd.SetOut(filter.out)
		return err
	}
}

// lineFilter drops the log lines of level debug. A logger writes whole lines.
type lineFilter struct{ out io.Writer }

// Write implements io.Writer.
func (f *lineFilter) Write(p []byte) (int, error) {
	for line := range bytes.Lines(p) {
		if bytes.Contains(line, []byte(" DBG ")) || bytes.Contains(line, []byte(" DBG\x1b")) {
			continue
		}
		if _, err := f.out.Write(line); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}
