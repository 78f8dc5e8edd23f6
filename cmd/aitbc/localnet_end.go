package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/aitbc/aitbc/internal/localnet"
)

// lineEmitter prints log lines: as they are for one node, with the node's name
// in front for several, one object a line as JSON.
func lineEmitter(cmd *cobra.Command, single bool) func(localnet.LogLine) error {
	w := cmd.OutOrStdout()
	if outputOf(cmd) == outputJSON {
		enc := json.NewEncoder(w)
		return func(l localnet.LogLine) error { return enc.Encode(l) }
	}
	return func(l localnet.LogLine) error {
		if single {
			return line(w, "%s", l.Line)
		}
		return line(w, "%-6s | %s", l.Node, l.Line)
	}
}

// downResult is the JSON of `localnet down`.
type downResult struct {
	Home  string             `json:"home"`
	Nodes []localnet.Stopped `json:"nodes"`
}

func newDownCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "down",
		Short: "Stop all nodes; nothing is lost",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			n, err := openNetwork(cmd)
			if err != nil {
				return err
			}
			newProgress(cmd)(fmt.Sprintf("stopping %d nodes", len(n.State().Nodes)))
			stopped, err := n.Stop()
			if err != nil {
				return err
			}
			r := downResult{Home: n.Home(), Nodes: stopped}
			return printResult(cmd, r, func(w io.Writer) error { return printDown(w, r) })
		},
	}
}

func printDown(w io.Writer, r downResult) error {
	rows := [][]string{{"NODE", "RESULT"}}
	for _, s := range r.Nodes {
		text := "was not running"
		switch {
		case s.Killed:
			text = fmt.Sprintf("killed: did not stop within %s", localnet.StopGrace)
		case s.Running:
			text = "stopped"
		}
		rows = append(rows, []string{s.Name, text})
	}
	return errors.Join(table(w, rows), line(w, ""), line(w, "resume    aitbc localnet up%s", homeFlag(r.Home)))
}

// resetResult is the JSON of `localnet reset`.
type resetResult struct {
	Home    string `json:"home"`
	Deleted bool   `json:"deleted"`
}

func newResetCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "reset",
		Short: "Stop all nodes and delete the network with its keys and blocks",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			n, err := openNetwork(cmd)
			if err != nil {
				return err
			}
			newProgress(cmd)(fmt.Sprintf("stopping %d nodes and deleting %s", len(n.State().Nodes), n.Home()))
			if err := n.Remove(); err != nil {
				return err
			}
			r := resetResult{Home: n.Home(), Deleted: true}
			return printResult(cmd, r, func(w io.Writer) error { return line(w, "deleted %s", r.Home) })
		},
	}
}
