package agent_test

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"

	sdkmath "cosmossdk.io/math"

	"github.com/aitbc/aitbc/agent"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

func TestEdges(t *testing.T) {
	const want = `await_input -- input stored -> ready
await_input -- refused -> refused
await_input -- submitted -> submitted
await_input -- done -> done
ready -- input lost -> await_input
ready -- refused -> refused
ready -- sealed -> ready
ready -- executed -> executed
ready -- submitted -> submitted
ready -- done -> done
refused -- submitted -> submitted
refused -- done -> done
executed -- result lost -> ready
executed -- submitted -> submitted
executed -- done -> done
submitted -- done -> done
`
	if got := agent.Edges(); got != want {
		t.Errorf("got\n%s", got)
	}
}

// Nodes lag behind each other, so records come in any order. What is known never goes
// back.
func TestMergeNeverGoesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		path := randomLife(t)
		var seen []jobmarkettypes.JobRecord
		newest := 0
		for range rapid.IntRange(1, 12).Draw(t, "looks") {
			at := rapid.IntRange(0, len(path)-1).Draw(t, "at")
			newest = max(newest, at)
			seen = append(seen, path[at])
		}
		got, stages := agent.Merge(seen...)
		a, _ := got.Marshal()
		b, _ := path[newest].Marshal()
		if !bytes.Equal(a, b) {
			t.Fatalf("expected %v, got %v", path[newest].Progress, got.Progress)
		}
		for i, status := range got.Progress.Milestones {
			want := "done"
			switch status { //nolint:exhaustive // all others are done
			case working, jobmarkettypes.MILESTONE_STATUS_PENDING:
				want = "await_input"
			case submitted:
				want = "submitted"
			}
			if stages[i] != want {
				t.Fatalf("milestone %d is %s: expected stage %s, got %s", i+1, status, want, stages[i])
			}
		}
	})
}

// randomLife returns the records of a job from its post to some end.
func randomLife(t *rapid.T) []jobmarkettypes.JobRecord {
	job := newJob(rapid.IntRange(1, 4).Draw(t, "milestones"))
	path := []jobmarkettypes.JobRecord{{Job: job, Progress: job.Begin()}}
	now := genesis
	for last := path[0].Progress; !last.Ended(); last = path[len(path)-1].Progress {
		step := jobmarkettypes.Step{
			Action: rapid.SampledFrom(jobmarkettypes.Actions()).Draw(t, "action"), Milestone: last.Milestone, Now: now,
		}
		if step.Action == jobmarkettypes.ActionTimeout {
			now = last.Deadline
			step.Now = now
		}
		if out, err := job.Next(last, step); err == nil {
			path = append(path, jobmarkettypes.JobRecord{Job: job, Progress: out.Progress})
		}
	}
	return path
}

func newJob(milestones int) jobmarkettypes.Job {
	job := jobmarkettypes.Job{
		Client: "ait1client", Sequence: 1, AgentId: agentID, ReviewSeconds: review, PostedAt: genesis,
		Terms: jobmarkettypes.Terms{
			PostingFee: sdkmath.ZeroInt(), PerformanceBondBps: 1_000, DisputeDeposit: sdkmath.ZeroInt(), Reserved: sdkmath.OneInt(),
		},
	}
	for range milestones {
		job.Milestones = append(job.Milestones, jobmarkettypes.MilestoneTerms{
			Amount: registrytypes.Uait(sdkmath.NewInt(1000)), DeliverySeconds: delivery, DescriptionHash: make([]byte, 32),
		})
	}
	return job
}

// A chain that was started anew under its old name has other jobs of the same names.
func TestMergeAnotherChain(t *testing.T) {
	old := jobmarkettypes.JobRecord{Job: newJob(1)}
	old.Progress = old.Job.Begin()
	next := old
	next.Job.PostedAt++
	next.Progress = next.Job.Begin()
	old.Progress.Status = jobmarkettypes.JOB_STATUS_COMPLETED
	old.Progress.Milestones = []jobmarkettypes.MilestoneStatus{paid}
	got, stages := agent.Merge(old, next)
	if got.Progress.Ended() || stages[0] != "await_input" {
		t.Errorf("got %v, %v", got.Progress, stages)
	}
}
