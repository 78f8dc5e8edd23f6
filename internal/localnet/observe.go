package localnet

import (
	"context"
	"fmt"
	"sync"
	"time"

	rpchttp "github.com/cometbft/cometbft/rpc/client/http"
	coretypes "github.com/cometbft/cometbft/rpc/core/types"
)

const (
	// askTimeout bounds one question to a node: a paused one accepts connections
	// and never answers.
	askTimeout = 2 * time.Second
	// tailLines is how much of a log an error shows.
	tailLines = 12
)

// RPC returns a client of a node's CometBFT RPC.
func (n *Network) RPC(index int) (*rpchttp.HTTP, error) {
	return rpchttp.New(tcpURL(n.State().Nodes[index].Ports.RPC), "/websocket")
}

// GRPCAddress is host:port of a node's gRPC server.
func (n *Network) GRPCAddress(index int) string { return hostPort(n.State().Nodes[index].Ports.GRPC) }

// RESTAddress is the URL of a node's REST gateway.
func (n *Network) RESTAddress(index int) string {
	return "http://" + hostPort(n.State().Nodes[index].Ports.REST)
}

// NodeStatus is what a node says about itself.
type NodeStatus struct {
	Name      string `json:"name"`
	Validator bool   `json:"validator"`
	// Running is whether its process is there; PID is 0 if not.
	Running bool `json:"running"`
	PID     int  `json:"pid"`
	// Answering is whether its RPC answered; what follows is zero if not.
	Answering   bool   `json:"answering"`
	Height      int64  `json:"height"`
	CatchingUp  bool   `json:"catching_up"`
	Peers       int    `json:"peers"`
	VotingPower int64  `json:"voting_power"`
	AppHash     string `json:"app_hash"`
	Ports       Ports  `json:"ports"`
	Log         string `json:"log"`
}

// Status asks all nodes at the same time.
func (n *Network) Status(ctx context.Context) []NodeStatus {
	nodes := n.State().Nodes
	out := make([]NodeStatus, len(nodes))
	var wg sync.WaitGroup
	for i := range nodes {
		wg.Go(func() { out[i] = n.nodeStatus(ctx, nodes[i]) })
	}
	wg.Wait()
	return out
}

func (n *Network) nodeStatus(ctx context.Context, node Node) NodeStatus {
	s := NodeStatus{
		Name: node.Name, Validator: node.Validator, Ports: node.Ports,
		Running: alive(node.PID, n.NodeHome(node.Index)), Log: LogPath(n.NodeHome(node.Index)),
	}
	if !s.Running {
		return s
	}
	s.PID = node.PID
	status, err := n.ask(ctx, node.Index)
	if err != nil {
		return s
	}
	s.Answering = true
	s.Height = status.SyncInfo.LatestBlockHeight
	s.CatchingUp = status.SyncInfo.CatchingUp
	s.VotingPower = status.ValidatorInfo.VotingPower
	s.AppHash = status.SyncInfo.LatestAppHash.String()
	if rpc, err := n.RPC(node.Index); err == nil {
		ctx, cancel := context.WithTimeout(ctx, askTimeout)
		defer cancel()
		if info, err := rpc.NetInfo(ctx); err == nil {
			s.Peers = info.NPeers
		}
	}
	return s
}

func (n *Network) ask(ctx context.Context, index int) (*coretypes.ResultStatus, error) {
	rpc, err := n.RPC(index)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	return rpc.Status(ctx)
}

// Height returns the latest height of a node.
func (n *Network) Height(ctx context.Context, index int) (int64, error) {
	status, err := n.ask(ctx, index)
	if err != nil {
		return 0, fmt.Errorf("%s does not answer: %w", nodeName(index), err)
	}
	return status.SyncInfo.LatestBlockHeight, nil
}

// WaitHeight returns when the given nodes, all if none is given, have committed
// the height. A node that was started by Start and ends meanwhile is an error,
// with the end of its log.
func (n *Network) WaitHeight(ctx context.Context, height int64, indexes ...int) error {
	for _, i := range n.pick(n.State(), indexes) {
		err := poll(ctx, fmt.Sprintf("height %d of %s", height, nodeName(i)), func(ctx context.Context) (bool, error) {
			at, err := n.Height(ctx, i)
			if err == nil {
				return at >= height, nil
			}
			if ctx.Err() == nil && n.ended(i) {
				return false, n.endedError(i)
			}
			return false, nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// WaitCaughtUp returns when the given nodes, all if none is given, take part in
// consensus again, having all blocks that their peers have.
func (n *Network) WaitCaughtUp(ctx context.Context, indexes ...int) error {
	for _, i := range n.pick(n.State(), indexes) {
		err := poll(ctx, nodeName(i)+" in step", func(ctx context.Context) (bool, error) {
			status, err := n.ask(ctx, i)
			if err == nil {
				return !status.SyncInfo.CatchingUp && status.SyncInfo.LatestBlockHeight > 0, nil
			}
			if ctx.Err() == nil && n.ended(i) {
				return false, n.endedError(i)
			}
			return false, nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// ended tells whether a node ended that was started and not stopped by us.
func (n *Network) ended(index int) bool {
	return n.State().Nodes[index].PID != 0 && !n.Running(index)
}

// endedError tells that a node has ended, with the end of its log.
func (n *Network) endedError(index int) error {
	path := LogPath(n.NodeHome(index))
	if last := tail(path, tailLines); last != "" {
		return fmt.Errorf("%s has ended; its log %s ends with\n%s", nodeName(index), path, last)
	}
	return fmt.Errorf("%s has ended without a word: is %s really %s?", nodeName(index), n.State().Binary, binaryName)
}

// Agreement is what all nodes must have in common at a height.
type Agreement struct {
	Height    int64  `json:"height"`
	BlockHash string `json:"block_hash"`
	// AppHash is the state before the block, LastResultsHash the outcome of the
	// transactions of the block before it.
	AppHash         string `json:"app_hash"`
	LastResultsHash string `json:"last_results_hash"`
	ValidatorsHash  string `json:"validators_hash"`
}

// AgreementOf returns what a node has at a height that it has committed.
func (n *Network) AgreementOf(ctx context.Context, index int, height int64) (Agreement, error) {
	rpc, err := n.RPC(index)
	if err != nil {
		return Agreement{}, err
	}
	res, err := rpc.Commit(ctx, &height)
	if err != nil {
		return Agreement{}, fmt.Errorf("block %d of %s: %w", height, nodeName(index), err)
	}
	h := res.Header
	return Agreement{
		Height: h.Height, BlockHash: res.Commit.BlockID.Hash.String(), AppHash: h.AppHash.String(),
		LastResultsHash: h.LastResultsHash.String(), ValidatorsHash: h.ValidatorsHash.String(),
	}, nil
}

// CheckAgreement waits until the given nodes, all if none is given, have the
// height, and returns what they have in common; it is an error if they differ.
func (n *Network) CheckAgreement(ctx context.Context, height int64, indexes ...int) (Agreement, error) {
	picked := n.pick(n.State(), indexes)
	if err := n.WaitHeight(ctx, height, picked...); err != nil {
		return Agreement{}, err
	}
	var common Agreement
	for at, i := range picked {
		one, err := n.AgreementOf(ctx, i, height)
		if err != nil {
			return Agreement{}, err
		}
		if at == 0 {
			common = one
		} else if one != common {
			return Agreement{}, fmt.Errorf("%s and %s differ at height %d: %+v and %+v",
				nodeName(picked[0]), nodeName(i), height, common, one)
		}
	}
	return common, nil
}
