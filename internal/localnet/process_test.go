package localnet_test

import (
	"errors"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"testing"

	"github.com/shirou/gopsutil/v4/process"

	"github.com/aitbc/aitbc/internal/localnet"
)

// actAsNode makes this test binary run as a node that only waits for its end.
const actAsNode = "LOCALNET_TEST_ACT_AS_NODE"

func TestMain(m *testing.M) {
	if os.Getenv(actAsNode) == "" {
		os.Exit(m.Run())
	}
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGTERM)
	<-asked
}

// idleNetwork is a network whose nodes run, do nothing, and end when told.
func idleNetwork(t *testing.T) *localnet.Network {
	t.Helper()
	t.Setenv(actAsNode, "1")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	o := options(t)
	o.Binary = self
	n, err := localnet.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Kill(); err != nil {
			t.Error(err)
		}
	})
	return n
}

// TestStartAndStopLoseNoProcess would leave processes behind if one that has just
// begun, of which the kernel has no arguments yet, were taken for one that ended.
func TestStartAndStopLoseNoProcess(t *testing.T) {
	n := idleNetwork(t)
	for round := range 20 {
		started, err := n.Start()
		if err != nil || len(started) != 2 {
			t.Fatalf("round %d: expected two started nodes, got %v and %v", round, started, err)
		}
		if again, err := n.Start(); err != nil || len(again) != 0 {
			t.Fatalf("round %d: expected nothing left to start, got %v and %v", round, again, err)
		}
		pids := []int{n.State().Nodes[0].PID, n.State().Nodes[1].PID}
		stopped, err := n.Stop()
		if err != nil {
			t.Fatal(err)
		}
		for i, s := range stopped {
			if !s.Running || s.Killed {
				t.Errorf("round %d: expected %s to run and to stop by itself, got %+v", round, s.Name, s)
			}
			if !ended(pids[i]) {
				t.Errorf("round %d: process %d of %s is still there", round, pids[i], s.Name)
			}
		}
	}
}

// TestFailedStartLeavesNoProcess covers a process that runs but can't be recognised
// as a node: nobody could stop it later.
func TestFailedStartLeavesNoProcess(t *testing.T) {
	t.Setenv(actAsNode, "1")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var started int
	unseen := errors.New("not seen")
	pid, err := localnet.SpawnShown(self, t.TempDir(), func(pid int, _ string, gone <-chan struct{}) error {
		started = pid
		select {
		case <-gone:
			t.Error("the process ended before it was told to")
		default:
		}
		return unseen
	})
	if !errors.Is(err, unseen) || pid != 0 {
		t.Errorf("expected the error and no process, got %v and %d", err, pid)
	}
	if started == 0 || !ended(started) {
		t.Errorf("process %d is still there", started)
	}
}

// ended tells whether a process holds nothing any more. Its number stays until
// its parent, which is this test, has asked for its exit status.
func ended(pid int) bool {
	p, err := process.NewProcess(int32(pid))
	if err != nil {
		return true
	}
	status, err := p.Status()
	return err != nil || slices.Contains(status, process.Zombie)
}

func TestKillPauseResume(t *testing.T) {
	n := idleNetwork(t)
	if _, err := n.Start(0); err != nil {
		t.Fatal(err)
	}
	if n.Running(1) {
		t.Error("node1 was not started")
	}
	if err := n.Pause(1); err == nil {
		t.Error("expected a node that does not run to be refused")
	}
	if err := n.Pause(0); err != nil {
		t.Error(err)
	}
	// A paused node stops too, and one that another program opened.
	other, err := localnet.Open(n.Home())
	if err != nil {
		t.Fatal(err)
	}
	stopped, err := other.Stop(0)
	if err != nil || !stopped[0].Running || stopped[0].Killed {
		t.Errorf("expected the paused node to stop by itself, got %+v and %v", stopped, err)
	}
	if _, err := n.Start(0); err != nil {
		t.Fatal(err)
	}
	if err := n.Kill(0); err != nil || n.Running(0) {
		t.Errorf("expected the node to be gone, got %v", err)
	}
	if err := n.SwapConsensusKey(0, "/no/such/key"); err == nil {
		t.Error("expected a key that is not there to be refused")
	}
}
