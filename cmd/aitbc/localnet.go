package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	sdkmath "cosmossdk.io/math"

	"github.com/aitbc/aitbc/internal/localnet"
	"github.com/aitbc/aitbc/types"
)

const (
	flagHome       = "home"
	flagValidators = "validators"
	flagFullNodes  = "full-nodes"
	flagBlockTime  = "block-time"
	flagChainID    = "chain-id"
	flagBasePort   = "base-port"
	flagBinary     = "binary"
	flagTimeout    = "timeout"
	flagFollow     = "follow"
	flagLines      = "lines"

	defaultTimeout = 3 * time.Minute
	defaultLines   = 20
)

func newLocalnetCommand() *cobra.Command {
	cmd := group("localnet", "Run a network of real nodes on this machine",
		`Run a network of real nodes on this machine.

Each node is an aitbcd process of its own on 127.0.0.1. The network keeps running
when this command ends; it is stopped by "down" and resumed by "up".`)
	cmd.PersistentFlags().String(flagHome, localnet.DefaultHome(), "directory of the network")
	cmd.AddCommand(newUpCommand(), newStatusCommand(), newLogsCommand(), newDownCommand(), newResetCommand())
	return cmd
}

func newUpCommand() *cobra.Command {
	o := localnet.DefaultOptions()
	cmd := &cobra.Command{
		Use:   "up",
		Short: "Make a network and start it, or resume the one that is there",
		Long: `Make a network and start it, or resume the one that is there.

Genesis: 1,000,000,000 AIT over validators, users (alice, bob, carol, dave, erin)
and the faucet, whose keys have no password. Governance votes take 20 s.`,
		Example: `  aitbc localnet up
  aitbc localnet up --validators 10 --full-nodes 2 --block-time 2s
  aitbcd --home ~/.aitbc-localnet/node0 keys list`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return runUp(cmd, o) },
	}
	f := cmd.Flags()
	f.IntVar(&o.Validators, flagValidators, o.Validators, fmt.Sprintf("number of voting nodes, 1 to %d", localnet.MaxValidators))
	f.IntVar(&o.FullNodes, flagFullNodes, 0, fmt.Sprintf("number of further nodes, 0 to %d", localnet.MaxFullNodes))
	f.DurationVar(&o.BlockTime, flagBlockTime, o.BlockTime, "pause after each block")
	f.StringVar(&o.ChainID, flagChainID, o.ChainID, "id of the chain: name-number")
	f.IntVar(&o.BasePort, flagBasePort, o.BasePort, "where the ports of node0 start; each node takes the next ten")
	f.StringVar(&o.Binary, flagBinary, "", "path of aitbcd (default: next to aitbc, then in PATH)")
	f.Duration(flagTimeout, defaultTimeout, "how long to wait for the first block")
	return cmd
}

// upResult is the JSON of `localnet up`.
type upResult struct {
	Home string `json:"home"`
	localnet.UpReport
	Network localnet.State `json:"network"`
}

func runUp(cmd *cobra.Command, o localnet.Options) error {
	o.Home, _ = cmd.Flags().GetString(flagHome)
	timeout, _ := cmd.Flags().GetDuration(flagTimeout)
	if timeout <= 0 {
		return fmt.Errorf("--%s: expected a positive time, got %s", flagTimeout, timeout)
	}
	ctx, cancel := context.WithTimeout(cmd.Context(), timeout)
	defer cancel()
	n, report, err := localnet.Up(ctx, o, cmd.Flags().Changed, newProgress(cmd))
	if err != nil {
		return err
	}
	result := upResult{Home: n.Home(), UpReport: report, Network: n.State()}
	return printResult(cmd, result, func(w io.Writer) error { return printUp(w, result) })
}

func printUp(w io.Writer, r upResult) error {
	s := r.Network
	nodes := [][]string{{"NODE", "ROLE", "RPC", "REST", "GRPC", "P2P", "METRICS", "PID"}}
	for _, n := range s.Nodes {
		p := n.Ports
		nodes = append(nodes, []string{
			n.Name, role(n.Validator), strconv.Itoa(p.RPC), strconv.Itoa(p.REST), strconv.Itoa(p.GRPC),
			strconv.Itoa(p.P2P), strconv.Itoa(p.Metrics), strconv.Itoa(n.PID),
		})
	}
	accounts := [][]string{{"ACCOUNT", "ADDRESS", "AIT", "BONDED"}}
	for _, a := range s.Accounts {
		bonded := ""
		if a.Bonded > 0 {
			bonded = types.FormatAIT(sdkmath.NewInt(a.Bonded))
		}
		accounts = append(accounts, []string{a.Name, a.Address, types.FormatAIT(sdkmath.NewInt(a.Balance)), bonded})
	}
	first := s.Nodes[0].Ports
	return errors.Join(
		line(w, ""),
		line(w, "chain %s in %s: validators %d, full nodes %d", s.ChainID, r.Home, s.Validators, s.FullNodes()),
		line(w, "time to first block: %.1f s", r.FirstBlock.Seconds()),
		line(w, ""),
		table(w, nodes),
		line(w, ""),
		table(w, accounts),
		line(w, ""),
		line(w, "API docs  http://127.0.0.1:%d/swagger/", first.REST),
		line(w, "keys      aitbcd --home %s keys list", r.Home+"/node0"),
		line(w, "stop      aitbc localnet down%s", homeFlag(r.Home)),
	)
}

func line(w io.Writer, format string, args ...any) error {
	_, err := fmt.Fprintf(w, format+"\n", args...)
	return err
}

// homeFlag is what a suggested command needs to find the network.
func homeFlag(home string) string {
	if home == localnet.DefaultHome() {
		return ""
	}
	return " --home " + home
}

func role(validator bool) string {
	if validator {
		return "validator"
	}
	return "full node"
}

// openNetwork opens the network of --home.
func openNetwork(cmd *cobra.Command) (*localnet.Network, error) {
	home, _ := cmd.Flags().GetString(flagHome)
	n, err := localnet.Open(home)
	if errors.Is(err, localnet.ErrNoNetwork) {
		return nil, fmt.Errorf("--home: there is no localnet in %s: `aitbc localnet up` makes one", home)
	}
	return n, err
}

// statusResult is the JSON of `localnet status`.
type statusResult struct {
	Home    string                `json:"home"`
	ChainID string                `json:"chain_id"`
	Nodes   []localnet.NodeStatus `json:"nodes"`
	Down    []string              `json:"down"`
}

func newStatusCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "status",
		Short: "Show height, peers, power and app hash of every node",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			n, err := openNetwork(cmd)
			if err != nil {
				return err
			}
			r := statusResult{Home: n.Home(), ChainID: n.State().ChainID, Nodes: n.Status(cmd.Context()), Down: []string{}}
			for _, s := range r.Nodes {
				if !s.Answering {
					r.Down = append(r.Down, s.Name)
				}
			}
			return printResult(cmd, r, func(w io.Writer) error { return printStatus(w, r) })
		},
	}
}

const shownHashLength = 16

func printStatus(w io.Writer, r statusResult) error {
	rows := [][]string{{"NODE", "ROLE", "STATE", "HEIGHT", "PEERS", "POWER", "APP HASH", "PID"}}
	for _, s := range r.Nodes {
		if !s.Answering {
			rows = append(rows, []string{s.Name, role(s.Validator), stateText(s), "", "", "", "", pidText(s.PID)})
			continue
		}
		rows = append(rows, []string{
			s.Name, role(s.Validator), stateText(s), strconv.FormatInt(s.Height, 10), strconv.Itoa(s.Peers),
			strconv.FormatInt(s.VotingPower, 10), s.AppHash[:min(shownHashLength, len(s.AppHash))], pidText(s.PID),
		})
	}
	down := "all nodes answer"
	if len(r.Down) > 0 {
		down = "down: " + strings.Join(r.Down, ", ")
	}
	return errors.Join(line(w, "chain %s in %s", r.ChainID, r.Home), line(w, ""), table(w, rows), line(w, ""), line(w, "%s", down))
}

func stateText(s localnet.NodeStatus) string {
	switch {
	case !s.Running:
		return "stopped"
	case !s.Answering:
		return "not answering"
	case s.CatchingUp:
		return "catching up"
	default:
		return "in step"
	}
}

func pidText(pid int) string {
	if pid == 0 {
		return ""
	}
	return strconv.Itoa(pid)
}

func newLogsCommand() *cobra.Command {
	var lines int
	var follow bool
	cmd := &cobra.Command{
		Use:     "logs [node]",
		Short:   "Show the logs of one node or of all",
		Example: "  aitbc localnet logs node2 --follow\n  aitbc localnet logs -n 5",
		Args:    cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			n, err := openNetwork(cmd)
			if err != nil {
				return err
			}
			if lines < 0 {
				return fmt.Errorf("--%s: expected 0 or more, got %d", flagLines, lines)
			}
			var picked []int
			if len(args) == 1 {
				nodes := n.State().Nodes
				i := slices.IndexFunc(nodes, func(node localnet.Node) bool { return node.Name == args[0] })
				if i < 0 {
					return fmt.Errorf("node: expected node0 to node%d, got %q", len(nodes)-1, args[0])
				}
				picked = []int{i}
			}
			return n.Logs(cmd.Context(), lines, follow, lineEmitter(cmd, len(picked) == 1), picked...)
		},
	}
	cmd.Flags().IntVarP(&lines, flagLines, "n", defaultLines, "how many of the last lines")
	cmd.Flags().BoolVarP(&follow, flagFollow, "f", false, "go on with new lines until interrupted")
	return cmd
}
