package demo

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	sdkmath "cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/types/query"

	"github.com/aitbc/aitbc/client"
	"github.com/aitbc/aitbc/types"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

const (
	pollLog   = 5 * time.Millisecond // how soon a line of a program is seen
	shownText = 100                  // characters of a line
)

// command returns a run of aitbc on the demo's network.
func (s *show) command(ctx context.Context, args []string) *exec.Cmd {
	//nolint:gosec // the program that runs this, or the one that the caller names
	cmd := exec.CommandContext(ctx, s.options.Tool, append(args, "--localnet="+s.net.Home())...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd
}

// tool runs aitbc to its end, tells its progress, and decodes its JSON into out.
func (s *show) tool(ctx context.Context, out any, args ...string) error {
	cmd := s.command(ctx, append(args, "--output", "json"))
	s.say("$ aitbc %s", strings.Join(args, " "))
	var stdout bytes.Buffer
	cmd.Stdout = &stdout
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start aitbc: %w", err)
	}
	last := ""
	for lines := bufio.NewScanner(stderr); lines.Scan(); {
		last = lines.Text()
		s.say("  %s", last)
	}
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("aitbc %s: %w: %s", args[0], err, last)
	}
	if err := json.Unmarshal(stdout.Bytes(), out); err != nil {
		return fmt.Errorf("aitbc %s: its output is not JSON: %w", args[0], err)
	}
	return nil
}

// process is a run of aitbc in the background, with its output in a file.
type process struct {
	cmd  *exec.Cmd
	log  string
	done chan struct{} // closed when it has ended
}

// start runs aitbc in the background.
func (s *show) start(log string, args ...string) (*process, error) {
	file, err := os.Create(log)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // the process has its own
	// Not bound to the step's context: the process outlives the step.
	cmd := s.command(context.WithoutCancel(context.Background()), args)
	cmd.Stdout, cmd.Stderr = file, file
	s.say("$ aitbc %s &", strings.Join(args, " "))
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start aitbc: %w", err)
	}
	p := &process{cmd: cmd, log: log, done: make(chan struct{})}
	go func() {
		_ = cmd.Wait()
		close(p.done)
	}()
	s.processes = append(s.processes, p)
	return p, nil
}

func (p *process) pid() int { return p.cmd.Process.Pid }

// kill ends the process at once, as a power cut would.
func (p *process) kill() error {
	if err := p.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("kill process %d: %w", p.pid(), err)
	}
	<-p.done
	return nil
}

// awaitLine waits until the process has written some text.
func (p *process) awaitLine(ctx context.Context, text string) error {
	return p.await(ctx, pollLog, fmt.Sprintf("the line %q", text), func() bool {
		written, err := os.ReadFile(p.log)
		return err == nil && bytes.Contains(written, []byte(text))
	})
}

// awaitReady waits until a worker says that it is ready.
func (p *process) awaitReady(ctx context.Context, url string) error {
	return p.await(ctx, pollState, "an answer of "+url, func() bool {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return false
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			return false
		}
		defer func() { _ = res.Body.Close() }()
		var health struct {
			Ready bool `json:"ready"`
		}
		return json.NewDecoder(res.Body).Decode(&health) == nil && health.Ready
	})
}

// await asks again and again; a process that ends meanwhile is an error.
func (p *process) await(ctx context.Context, every time.Duration, what string, happened func() bool) error {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for !happened() {
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s: %w (see %s)", what, ctx.Err(), p.log)
		case <-p.done:
			if happened() {
				return nil
			}
			return fmt.Errorf("%s: the process has ended; its last words:\n%s", what, tail(p.log))
		case <-ticker.C:
		}
	}
	return nil
}

func tail(path string) string {
	const most = 2_000
	text, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-most):])
}

// freePorts returns two ports of this machine that nobody listens on.
func freePorts() ([2]int, error) {
	a, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return [2]int{}, err
	}
	defer func() { _ = a.Close() }()
	b, err := net.Listen("tcp", "127.0.0.1:0") // another one: the first is still held
	if err != nil {
		return [2]int{}, err
	}
	defer func() { _ = b.Close() }()
	return [2]int{a.Addr().(*net.TCPAddr).Port, b.Addr().(*net.TCPAddr).Port}, nil
}

// jobs returns all jobs of alice.
func (s *show) jobs(ctx context.Context) ([]jobmarkettypes.JobRecord, error) {
	alice, err := s.net.Account(clientName)
	if err != nil {
		return nil, err
	}
	market := jobmarkettypes.NewQueryClient(s.client.Conn())
	return client.All(func(page *query.PageRequest) ([]jobmarkettypes.JobRecord, *query.PageResponse, error) {
		res, err := market.Jobs(ctx, &jobmarkettypes.QueryJobsRequest{Client: alice.Address, Pagination: page})
		return res.GetJobs(), res.GetPagination(), err
	})
}

// newestJob returns the job that alice posted last.
func (s *show) newestJob(ctx context.Context) (jobmarkettypes.JobRecord, error) {
	jobs, err := s.jobs(ctx)
	if err != nil {
		return jobmarkettypes.JobRecord{}, err
	}
	if len(jobs) == 0 {
		return jobmarkettypes.JobRecord{}, errors.New("alice has posted no job")
	}
	return jobs[len(jobs)-1], nil
}

// awaitJob waits until a job of alice is as it should be.
func (s *show) awaitJob(ctx context.Context, sequence uint64, is func(jobmarkettypes.JobRecord) bool) (jobmarkettypes.JobRecord, error) {
	ticker := time.NewTicker(pollState)
	defer ticker.Stop()
	for {
		jobs, err := s.jobs(ctx)
		if err != nil {
			return jobmarkettypes.JobRecord{}, err
		}
		for _, r := range jobs {
			if r.Job.Sequence == sequence && is(r) {
				return r, nil
			}
		}
		select {
		case <-ctx.Done():
			return jobmarkettypes.JobRecord{}, fmt.Errorf("job %d: %w", sequence, ctx.Err())
		case <-ticker.C:
		}
	}
}

func exact(uait int64) string { return types.FormatExactAIT(sdkmath.NewInt(uait)) }

func shorten(line string) string {
	runes := []rune(line)
	if len(runes) <= shownText {
		return line
	}
	return string(runes[:shownText]) + "..."
}
