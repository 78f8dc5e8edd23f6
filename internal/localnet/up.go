package localnet

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"
)

// UpReport says what Up did.
type UpReport struct {
	// Resumed is whether the network was there before.
	Resumed bool `json:"resumed"`
	// Started are the nodes that did not run before.
	Started []string `json:"started"`
	// Height is a height that all nodes have reached.
	Height int64 `json:"height"`
	// Assembly is how long keys, genesis and settings took; zero if resumed.
	Assembly time.Duration `json:"assembly_ns"`
	// FirstBlock is how long it took from the call until node0 had a new block.
	FirstBlock time.Duration `json:"first_block_ns"`
	// Ready is how long it took until all nodes had it.
	Ready time.Duration `json:"ready_ns"`
}

// Up brings a network up: it makes one if o.Home has none, otherwise it resumes
// the one there. given tells which options the user has set, by flag name; one
// that an existing network does not have is an error. Up waits for a new block
// on all nodes. If it fails or ctx ends, it stops what it started.
func Up(ctx context.Context, o Options, given func(flag string) bool, progress func(string)) (*Network, UpReport, error) {
	var report UpReport
	begin := time.Now()
	n, err := openOrNew(o, given, &report, progress)
	if err != nil {
		return nil, report, err
	}
	if err := ctx.Err(); err != nil {
		return nil, report, err
	}
	started, err := n.Start()
	if err != nil {
		return nil, report, err
	}
	for _, i := range started {
		report.Started = append(report.Started, nodeName(i))
	}
	progress(startedText(len(started), len(n.State().Nodes)))
	if err := n.awaitBlock(ctx, begin, &report, progress); err != nil {
		if len(started) == 0 {
			return nil, report, err
		}
		_, stopErr := n.Stop(started...)
		return nil, report, errors.Join(err, stopErr)
	}
	return n, report, nil
}

func startedText(started, all int) string {
	switch started {
	case 0:
		return fmt.Sprintf("all %d nodes run already", all)
	case all:
		return fmt.Sprintf("started %d nodes", all)
	default:
		return fmt.Sprintf("started %d of %d nodes, the others run already", started, all)
	}
}

func openOrNew(o Options, given func(string) bool, report *UpReport, progress func(string)) (*Network, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	n, err := Open(o.Home)
	switch {
	case err == nil:
		report.Resumed = true
		if err := n.State().checkSame(n.home, o, given); err != nil {
			return nil, err
		}
		if given("binary") {
			if err := n.UseBinary(o.Binary); err != nil {
				return nil, err
			}
		}
		progress(fmt.Sprintf("resuming %s: validators %d, full nodes %d", n.State().ChainID, n.State().Validators, n.State().FullNodes()))
		return n, nil
	case !errors.Is(err, ErrNoNetwork):
		return nil, err
	}
	begin := time.Now()
	if n, err = New(o); err != nil {
		return nil, err
	}
	report.Assembly = time.Since(begin)
	progress(fmt.Sprintf("made keys, genesis and settings of %d nodes in %s", o.Nodes(), n.home))
	return n, nil
}

// checkSame returns an error if the user asks an existing network to be another.
func (s State) checkSame(home string, o Options, given func(string) bool) error {
	for _, d := range []struct {
		flag      string
		has, asks any
	}{
		{"validators", s.Validators, o.Validators},
		{"full-nodes", s.FullNodes(), o.FullNodes},
		{"chain-id", s.ChainID, o.ChainID},
		{"block-time", s.BlockTime, o.BlockTime},
		{"base-port", s.BasePort, o.BasePort},
	} {
		if given(d.flag) && d.has != d.asks {
			return fmt.Errorf("--%s: the network in %s has %v, not %v: leave the flag out to resume it, or delete it with `aitbc localnet reset`",
				d.flag, home, d.has, d.asks)
		}
	}
	return nil
}

// awaitBlock waits for one more block than the nodes had when they came up.
func (n *Network) awaitBlock(ctx context.Context, begin time.Time, report *UpReport, progress func(string)) error {
	if err := n.WaitHeight(ctx, 0); err != nil {
		return err
	}
	progress("all nodes answer")
	var from int64
	for _, s := range n.Status(ctx) {
		from = max(from, s.Height)
	}
	report.Height = from + 1
	if err := n.WaitHeight(ctx, report.Height, 0); err != nil {
		return err
	}
	report.FirstBlock = time.Since(begin)
	progress(fmt.Sprintf("block %d", report.Height))
	if err := n.WaitHeight(ctx, report.Height); err != nil {
		return err
	}
	report.Ready = time.Since(begin)
	return nil
}

// AddFullNode adds a node without a vote to a network, with the settings of the
// others and no blocks, and starts it. It returns its index.
func (n *Network) AddFullNode() (int, error) {
	s := n.State()
	index := len(s.Nodes)
	node := Node{Index: index, Name: nodeName(index), Ports: PortsOf(s.BasePort, index)}
	if s.FullNodes() == MaxFullNodes {
		return 0, fmt.Errorf("a network has at most %d full nodes", MaxFullNodes)
	}
	home := n.NodeHome(index)
	if _, err := createNodeKeys(home, &node); err != nil {
		return 0, err
	}
	o := Options{ChainID: s.ChainID, BlockTime: s.BlockTime}
	if err := writeConfigs(o, home, node, peersOf(s.Nodes, index)); err != nil {
		return 0, err
	}
	genesis := filepath.Join("config", "genesis.json")
	if err := copyFile(filepath.Join(n.NodeHome(0), genesis), filepath.Join(home, genesis)); err != nil {
		return 0, err
	}
	err := n.change(func(s *State) error {
		s.Nodes = append(s.Nodes, node)
		return nil
	})
	if err != nil {
		return 0, err
	}
	_, err = n.Start(index)
	return index, err
}
