// Package demo shows the chain at work on a network of real processes: each step
// does something that users do, reads the outcome back from the chain, and tells
// it with every amount. What differs from what should be is an error.
package demo

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/aitbc/aitbc/client"
	"github.com/aitbc/aitbc/internal/localnet"
)

const (
	validators = 4
	// limit is when a step that hangs is given up.
	limit = 5 * time.Minute
)

// Options say how to run the demo.
type Options struct {
	// Binary is the path of aitbcd, as in localnet.Options.
	Binary string
	// BasePort is where ports start; 0 takes the first free ones.
	BasePort int
	// Keep leaves the network running.
	Keep bool
	// Story is StoryHire or StoryChain.
	Story string
	// Input is the file that the client of StoryHire has summarised.
	Input string
	// Tool is the path of aitbc, which agents and clients run.
	Tool string
}

// The stories.
const (
	// StoryHire hires an agent, and another one that is killed in the middle of its
	// work.
	StoryHire = "hire"
	// StoryChain shows what the chain rests on: a payment, a vote, a key change.
	StoryChain = "chain"
)

// Stories returns the names of all stories, the default first.
func Stories() []string { return []string{StoryHire, StoryChain} }

// Step is one thing that was shown.
type Step struct {
	Title string        `json:"title"`
	Lines []string      `json:"lines"`
	Took  time.Duration `json:"took_ns"`
}

// Report is what was shown.
type Report struct {
	Home       string        `json:"home"`
	FirstBlock time.Duration `json:"first_block_ns"`
	Took       time.Duration `json:"took_ns"`
	Kept       bool          `json:"kept"`
	Steps      []Step        `json:"steps"`
}

// show is a demo that runs.
type show struct {
	options Options
	tell    func(string)
	report  Report

	net    *localnet.Network
	client *client.Client

	// work is a folder for what the people of the story keep.
	work      string
	workers   []*worker
	processes []*process
	// killed is the job whose agent is killed.
	killed struct {
		job    uint64
		before purses
	}
}

// Run shows everything and removes the network, unless it is to be kept. If a
// step fails, the nodes are stopped and their logs are kept; the error says where.
// If ctx ends, everything is removed. tell gets the story line by line.
func Run(ctx context.Context, o Options, tell func(string)) (Report, error) {
	bounded, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	s := &show{options: o, tell: tell}
	begin := time.Now()
	err := s.prepare()
	if err == nil {
		err = s.steps(bounded)
	}
	err = errors.Join(err, s.endProcesses())
	if s.client != nil {
		err = errors.Join(err, s.client.Close())
	}
	if err != nil {
		return s.report, s.abort(ctx, err)
	}
	if err := s.finish(); err != nil {
		return s.report, err
	}
	s.report.Took = time.Since(begin)
	tell("")
	tell(fmt.Sprintf("Done in %.0f s.", s.report.Took.Seconds()))
	return s.report, nil
}

// prepare checks what the story needs and makes its folder.
func (s *show) prepare() error {
	if s.options.Story == StoryHire {
		input, err := filepath.Abs(s.options.Input)
		if err != nil {
			return err
		}
		if info, err := os.Stat(input); err != nil || !info.Mode().IsRegular() {
			return fmt.Errorf("input: expected a text file, got %q", s.options.Input)
		}
		s.options.Input = input
	}
	var err error
	s.work, err = os.MkdirTemp("", "aitbc-demo-work-")
	return err
}

// endProcesses kills what still runs and removes the folder of the story.
func (s *show) endProcesses() error {
	var errs []error
	for _, p := range s.processes {
		errs = append(errs, p.kill())
	}
	if s.work != "" {
		errs = append(errs, os.RemoveAll(s.work))
	}
	return errors.Join(errs...)
}

// step is a part of a story.
type step struct {
	title string
	run   func(context.Context) error
}

func (s *show) story() ([]step, error) {
	first := step{"A network of four validators", s.network}
	last := step{"All nodes have the same state", s.agreement}
	switch s.options.Story {
	case StoryHire:
		return []step{
			first,
			{"Two agents go to work: bob's and carol's", s.startAgents},
			{"Alice hires one for " + s.options.Input, s.hireOne},
			{"Alice hires the other, which is killed in the middle of its work", s.hireAndKill},
			{"Nobody does anything: the chain gives the money back", s.refundByTimeout},
			{"The books", s.books},
			last,
		}, nil
	case StoryChain:
		return []step{
			first,
			{"A transfer: alice pays bob", s.transfer},
			{"Governance: validators change a parameter of x/clock", s.governance},
			{"A validator changes its consensus key, the others go on", s.rotation},
			last,
		}, nil
	default:
		return nil, fmt.Errorf("story: expected one of %s, got %q", strings.Join(Stories(), ", "), s.options.Story)
	}
}

func (s *show) steps(ctx context.Context) error {
	story, err := s.story()
	if err != nil {
		return err
	}
	for i, step := range story {
		begin := time.Now()
		s.report.Steps = append(s.report.Steps, Step{Title: step.title})
		s.tell("")
		s.tell(fmt.Sprintf("%d  %s", i+1, step.title))
		if err := step.run(ctx); err != nil {
			return fmt.Errorf("step %d (%s): %w", i+1, step.title, err)
		}
		took := time.Since(begin)
		s.report.Steps[i].Took = took
		s.tell(fmt.Sprintf("   (%.1f s)", took.Seconds()))
	}
	return nil
}

// say tells one line of the current step.
func (s *show) say(format string, args ...any) {
	line := fmt.Sprintf(format, args...)
	step := &s.report.Steps[len(s.report.Steps)-1]
	step.Lines = append(step.Lines, line)
	s.tell("   " + line)
}

// network makes and starts the network.
func (s *show) network(ctx context.Context) error {
	o := localnet.DefaultOptions()
	o.Validators = validators
	o.Binary = s.options.Binary
	o.BasePort = s.options.BasePort
	var err error
	if o.BasePort == 0 {
		if o.BasePort, err = localnet.FreeBasePort(localnet.DefaultBasePort, validators); err != nil {
			return err
		}
	}
	if o.Home, err = os.MkdirTemp("", "aitbc-demo-"); err != nil {
		return fmt.Errorf("make a temporary folder: %w", err)
	}
	s.report.Home = o.Home
	none := func(string) bool { return false }
	net, up, err := localnet.Up(ctx, o, none, func(line string) { s.say("%s", line) })
	if err != nil {
		return err
	}
	s.net, s.report.FirstBlock = net, up.FirstBlock
	s.say("time to first block: %.1f s", up.FirstBlock.Seconds())
	last := net.State().Nodes[validators-1].Ports.RPC
	s.say("each node is a process of its own: RPC on ports %d to %d", net.State().Nodes[0].Ports.RPC, last)
	s.client, err = net.Client()
	return err
}

// finish stops and removes the network, or says how to.
func (s *show) finish() error {
	s.tell("")
	if s.options.Keep {
		s.report.Kept = true
		s.tell("The network keeps running. Look at it and remove it with")
		s.tell("   aitbc localnet status --home " + s.report.Home)
		s.tell("   aitbc localnet reset --home " + s.report.Home)
		return nil
	}
	if err := s.net.Remove(); err != nil {
		return err
	}
	s.tell("The network is stopped and removed.")
	return nil
}

// abort ends a demo that failed or was interrupted.
func (s *show) abort(ctx context.Context, cause error) error {
	if s.report.Home == "" {
		return cause
	}
	net, err := localnet.Open(s.report.Home)
	if errors.Is(err, localnet.ErrNoNetwork) {
		return errors.Join(cause, os.RemoveAll(s.report.Home))
	}
	if err != nil {
		return errors.Join(cause, err)
	}
	if ctx.Err() != nil {
		return errors.Join(cause, net.Remove())
	}
	if _, err := net.Stop(); err != nil {
		return errors.Join(cause, err)
	}
	return fmt.Errorf("%w (the nodes are stopped; their logs are %s)", cause,
		filepath.Join(s.report.Home, "node*", "node.log"))
}
