package localnet

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/shirou/gopsutil/v4/process"
)

const (
	// pollInterval is how often a process or an endpoint is asked again.
	pollInterval = 50 * time.Millisecond
	// StopGrace is how long a node may take to stop before it is killed.
	StopGrace = 15 * time.Second
	// killGrace is how long the kernel may take to remove a killed process.
	killGrace = 10 * time.Second

	// memoryLimit keeps many nodes on one machine from growing with garbage.
	memoryLimit = "GOMEMLIMIT=512MiB"
	// envPrefix starts the variables that set flags of aitbcd. One of the user's,
	// such as AITBCD_HOME, must not reach all nodes.
	envPrefix = "AITBCD_"

	logName = "node.log"
)

// LogPath is where the node of a home writes its log.
func LogPath(nodeHome string) string { return filepath.Join(nodeHome, logName) }

// spawn starts a node detached from the terminal, in a session of its own. The
// process outlives its parent; while the parent lives it is reaped by it. With an
// error the process number is 0, unless a process is left that could not be ended.
func spawn(binary, nodeHome string) (int, error) {
	return spawnShown(binary, nodeHome, awaitShown)
}

// spawnShown is spawn with another way to find out that the process is there.
func spawnShown(binary, nodeHome string, shown func(pid int, nodeHome string, ended <-chan struct{}) error) (int, error) {
	logFile, err := os.OpenFile(LogPath(nodeHome), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, fmt.Errorf("open the log: %w", err)
	}
	defer func() { _ = logFile.Close() }()

	// Its life must not end with a context: it is ended by signals.
	cmd := exec.Command(binary, startArgs(nodeHome)...) //nolint:gosec // the user names the binary
	cmd.Dir = nodeHome
	cmd.Env = nodeEnv(os.Environ())
	cmd.Stdout, cmd.Stderr = logFile, logFile
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return 0, fmt.Errorf("start %s: %w", binary, err)
	}
	pid := cmd.Process.Pid
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait() // the reason shows in its log
		close(ended)
	}()
	if err := shown(pid, nodeHome, ended); err != nil {
		// Nobody would find it again by its arguments.
		if failed := endChild(cmd.Process, ended); failed != nil {
			return pid, errors.Join(err, failed)
		}
		return 0, err
	}
	return pid, nil
}

// endChild kills a process of this program and returns when it has been reaped.
func endChild(child *os.Process, ended <-chan struct{}) error {
	if err := child.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("kill process %d: %w", child.Pid, err)
	}
	select {
	case <-ended:
		return nil
	case <-time.After(killGrace):
		return fmt.Errorf("process %d does not end", child.Pid)
	}
}

// awaitShown returns when the process can be recognised, or has ended already.
// For a moment after it began, the kernel knows a program without its arguments.
func awaitShown(pid int, nodeHome string, ended <-chan struct{}) error {
	ctx, cancel := context.WithTimeout(context.Background(), killGrace)
	defer cancel()
	return poll(ctx, fmt.Sprintf("start of process %d", pid), func(context.Context) (bool, error) {
		select {
		case <-ended:
			return true, nil
		default:
			return alive(pid, nodeHome), nil
		}
	})
}

func startArgs(nodeHome string) []string {
	return []string{"start", "--home", nodeHome, "--log_no_color"}
}

// nodeEnv is the environment of a node. A limit that the user set wins.
func nodeEnv(own []string) []string {
	env := slices.DeleteFunc(slices.Clone(own), func(kv string) bool { return strings.HasPrefix(kv, envPrefix) })
	return append([]string{memoryLimit}, env...)
}

// alive tells whether pid is the process of a node's home. A number that now
// belongs to another program, or to a process that has ended, is not.
func alive(pid int, nodeHome string) bool {
	args, err := arguments(pid)
	return err == nil && isNode(args, nodeHome)
}

// gone tells whether nothing is left of a node's process. One that ends loses its
// arguments first and its ports and locks a moment later.
func gone(pid int, nodeHome string) bool {
	args, err := arguments(pid)
	if err != nil {
		return true
	}
	if len(args) > 0 {
		return !isNode(args, nodeHome)
	}
	p, err := process.NewProcess(int32(pid))
	if err != nil {
		return true
	}
	status, err := p.Status()
	return err != nil || slices.Contains(status, process.Zombie)
}

// arguments returns how a process was started; none for one that is beginning or
// ending. An error means that there is no such process.
func arguments(pid int) ([]string, error) {
	if pid <= 0 || pid > math.MaxInt32 {
		return nil, process.ErrorProcessNotRunning
	}
	p, err := process.NewProcess(int32(pid))
	if err != nil {
		return nil, err
	}
	return p.CmdlineSlice()
}

func isNode(args []string, nodeHome string) bool {
	i := slices.Index(args, "--home")
	return i > 0 && i+1 < len(args) && args[i+1] == nodeHome && slices.Contains(args[:i], "start")
}

// signalNode sends a signal to the process of a node's home, if it is there.
func signalNode(pid int, nodeHome string, sig syscall.Signal) error {
	if !alive(pid, nodeHome) {
		return nil
	}
	if err := syscall.Kill(pid, sig); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("send %s to process %d: %w", sig, pid, err)
	}
	return nil
}

// stopProcess asks a node to stop and kills it if it doesn't within StopGrace.
// It reports whether killing was needed.
func stopProcess(pid int, nodeHome string) (bool, error) {
	if !alive(pid, nodeHome) {
		return false, nil
	}
	if err := signalNode(pid, nodeHome, syscall.SIGTERM); err != nil {
		return false, err
	}
	// A paused process handles nothing before it goes on.
	if err := signalNode(pid, nodeHome, syscall.SIGCONT); err != nil {
		return false, err
	}
	if waitGone(pid, nodeHome, StopGrace) == nil {
		return false, nil
	}
	return true, killProcess(pid, nodeHome)
}

// killProcess ends a node at once, as a crash would.
func killProcess(pid int, nodeHome string) error {
	if !alive(pid, nodeHome) {
		return nil
	}
	if err := signalNode(pid, nodeHome, syscall.SIGKILL); err != nil {
		return err
	}
	return waitGone(pid, nodeHome, killGrace)
}

func waitGone(pid int, nodeHome string, limit time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	return poll(ctx, fmt.Sprintf("end of process %d", pid), func(context.Context) (bool, error) {
		return gone(pid, nodeHome), nil
	})
}

// poll asks until the answer is yes, or an error, or the context ends; its error
// then names what was waited for.
func poll(ctx context.Context, what string, ask func(context.Context) (bool, error)) error {
	ticker := time.NewTicker(pollInterval)
	defer ticker.Stop()
	for {
		done, err := ask(ctx)
		if done || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s did not come: %w", what, ctx.Err())
		case <-ticker.C:
		}
	}
}
