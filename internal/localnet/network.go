package localnet

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/cosmos/cosmos-sdk/crypto/keyring"
)

// Network is a network on disk, whose nodes run or don't. Its methods may be
// called by several goroutines; several programs are kept apart by a lock on the
// directory.
type Network struct {
	home string

	mu    sync.Mutex
	state State
}

// New makes a network in o.Home, which must be absent or empty, and starts
// nothing. It leaves nothing behind if it fails.
func New(o Options) (*Network, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	home, err := filepath.Abs(o.Home)
	if err != nil {
		return nil, fmt.Errorf("--home: %w", err)
	}
	o.Home = home
	if o.Binary, err = FindBinary(o.Binary); err != nil {
		return nil, err
	}
	state, err := build(o)
	if err != nil {
		return nil, err
	}
	return &Network{home: home, state: state}, nil
}

// Open returns the network in a directory, or an error that is ErrNoNetwork.
func Open(home string) (*Network, error) {
	home, err := filepath.Abs(home)
	if err != nil {
		return nil, fmt.Errorf("--home: %w", err)
	}
	state, err := readState(home)
	if err != nil {
		return nil, err
	}
	return &Network{home: home, state: state}, nil
}

// Home is the directory of the network.
func (n *Network) Home() string { return n.home }

// State returns a copy of the network's description.
func (n *Network) State() State {
	n.mu.Lock()
	defer n.mu.Unlock()
	s := n.state
	s.Nodes = slices.Clone(s.Nodes)
	s.Accounts = slices.Clone(s.Accounts)
	return s
}

// NodeHome is the home directory of a node, for aitbcd's --home.
func (n *Network) NodeHome(index int) string { return filepath.Join(n.home, nodeName(index)) }

// Keyring opens the keys of all named accounts.
func (n *Network) Keyring() (keyring.Keyring, error) {
	enc, err := Encoding()
	if err != nil {
		return nil, err
	}
	return openKeyring(n.NodeHome(0), enc.Codec)
}

// UseBinary makes later starts run another binary.
func (n *Network) UseBinary(path string) error {
	path, err := FindBinary(path)
	if err != nil {
		return err
	}
	return n.change(func(s *State) error {
		s.Binary = path
		return nil
	})
}

// Start starts the given nodes, all if none is given, that don't run, and
// returns their indexes. If one can't be started, none stays started.
func (n *Network) Start(indexes ...int) ([]int, error) {
	var started []int
	err := n.change(func(s *State) error {
		binary, err := FindBinary(s.Binary)
		if err != nil {
			return fmt.Errorf("%s, with which this network was made, is not there any more: name another with --binary", s.Binary)
		}
		waiting := slices.DeleteFunc(n.pick(*s, indexes), func(i int) bool { return alive(s.Nodes[i].PID, n.NodeHome(i)) })
		for _, i := range waiting {
			if err := s.Nodes[i].Ports.checkFree(s.Nodes[i].Name); err != nil {
				return err
			}
		}
		for _, i := range waiting {
			pid, err := spawn(binary, n.NodeHome(i))
			s.Nodes[i].PID = pid // of a failed start too, if its process could not be ended
			if err != nil {
				return errors.Join(fmt.Errorf("%s: %w", s.Nodes[i].Name, err), n.killAll(s, started))
			}
			s.Nodes[i].StartedAt = time.Now().UTC()
			started = append(started, i)
			// At once: should this program be killed, the next one must find the node.
			if err := writeState(n.home, *s); err != nil {
				return errors.Join(err, n.killAll(s, started))
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return started, nil
}

// Stopped tells how a node ended.
type Stopped struct {
	Name string `json:"name"`
	// Running is whether it ran before.
	Running bool `json:"was_running"`
	// Killed is whether it had to be killed, because it did not stop by itself.
	Killed bool `json:"killed"`
}

// Stop stops the given nodes, all if none is given, at the same time: politely
// first, by force after StopGrace.
func (n *Network) Stop(indexes ...int) ([]Stopped, error) {
	var results []Stopped
	err := n.change(func(s *State) error {
		picked := n.pick(*s, indexes)
		results = make([]Stopped, len(picked))
		errs := make([]error, len(picked))
		var wg sync.WaitGroup
		for at, i := range picked {
			node := &s.Nodes[i]
			results[at] = Stopped{Name: node.Name, Running: alive(node.PID, n.NodeHome(i))}
			wg.Go(func() {
				if results[at].Killed, errs[at] = stopProcess(node.PID, n.NodeHome(i)); errs[at] == nil {
					node.PID = 0
				}
			})
		}
		wg.Wait()
		return errors.Join(errs...)
	})
	return results, err
}

// Kill ends a node at once (SIGKILL), as a crash or a power cut would.
func (n *Network) Kill(indexes ...int) error {
	return n.change(func(s *State) error { return n.killAll(s, n.pick(*s, indexes)) })
}

func (n *Network) killAll(s *State, indexes []int) error {
	var errs []error
	for _, i := range indexes {
		err := killProcess(s.Nodes[i].PID, n.NodeHome(i))
		if err == nil {
			s.Nodes[i].PID = 0
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// Pause stops a node's process where it is (SIGSTOP) until Resume.
func (n *Network) Pause(index int) error { return n.signal(index, syscall.SIGSTOP) }

// Resume lets a paused node go on (SIGCONT).
func (n *Network) Resume(index int) error { return n.signal(index, syscall.SIGCONT) }

func (n *Network) signal(index int, sig syscall.Signal) error {
	node := n.State().Nodes[index]
	if !alive(node.PID, n.NodeHome(index)) {
		return fmt.Errorf("%s does not run", node.Name)
	}
	return signalNode(node.PID, n.NodeHome(index), sig)
}

// Running tells whether a node's process is there, paused or not.
func (n *Network) Running(index int) bool {
	return alive(n.State().Nodes[index].PID, n.NodeHome(index))
}

// Remove stops all nodes and deletes the network. The marker goes last, so that
// an interrupted removal can be repeated.
func (n *Network) Remove() error {
	if _, err := n.Stop(); err != nil {
		return err
	}
	for i := range n.State().Nodes {
		if err := os.RemoveAll(n.NodeHome(i)); err != nil {
			return fmt.Errorf("delete %s: %w", n.NodeHome(i), err)
		}
	}
	if err := os.RemoveAll(n.home); err != nil {
		return fmt.Errorf("delete %s: %w", n.home, err)
	}
	return nil
}

func (n *Network) pick(s State, indexes []int) []int {
	if len(indexes) > 0 {
		return slices.Clone(indexes)
	}
	all := make([]int, len(s.Nodes))
	for i := range all {
		all[i] = i
	}
	return all
}

// change runs fn on the network's current description while no other program
// changes it, and stores the result even if fn fails: processes may have been
// started or stopped before it did.
func (n *Network) change(fn func(*State) error) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	unlock, err := lockDir(n.home)
	if err != nil {
		return err
	}
	defer unlock()
	if n.state, err = readState(n.home); err != nil {
		return err
	}
	err = fn(&n.state)
	return errors.Join(err, writeState(n.home, n.state))
}

// lockDir keeps other programs from changing the same network. The lock ends
// with the process, and needs no file of its own.
func lockDir(dir string) (func(), error) {
	f, err := os.Open(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNoNetwork
	}
	if err != nil {
		return nil, fmt.Errorf("--home: %w", err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		_ = f.Close()
		return nil, fmt.Errorf("another aitbc command is working on %s: wait for it to end", dir)
	}
	if err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("lock %s: %w", dir, err)
	}
	return func() { _ = f.Close() }, nil
}
