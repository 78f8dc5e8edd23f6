package agent

import (
	"bytes"
	"crypto/sha256"
	"slices"

	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

// jobKey names a job.
type jobKey struct {
	client   string
	sequence uint64
}

func keyOf(record jobmarkettypes.JobRecord) jobKey {
	return jobKey{client: record.Job.Client, sequence: record.Job.Sequence}
}

// job is a job as the chain showed it last, and what the worker has done for it. It is
// not changed but replaced.
type job struct {
	Record jobmarkettypes.JobRecord
	// Work is that of each milestone, in order.
	Work []work
}

func (j job) key() jobKey { return keyOf(j.Record) }

// live returns the number of the live milestone, from 1.
func (j job) live() uint32 { return j.Record.Progress.Milestone }

// work returns the work of a milestone, from 1.
func (j job) work(milestone uint32) work { return j.Work[milestone-1] }

// terms returns what was agreed on a milestone, from 1.
func (j job) terms(milestone uint32) jobmarkettypes.MilestoneTerms {
	return j.Record.Job.Milestones[milestone-1]
}

// status returns the chain's status of a milestone, from 1.
func (j job) status(milestone uint32) jobmarkettypes.MilestoneStatus {
	return j.Record.Progress.Milestones[milestone-1]
}

// has reports whether there is a milestone of that number.
func (j job) has(milestone uint32) bool {
	return milestone >= 1 && int(milestone) <= len(j.Work)
}

// working reports whether the chain waits for a delivery.
func (j job) working() bool {
	p := j.Record.Progress
	return !p.Ended() && p.Live() == jobmarkettypes.MILESTONE_STATUS_WORKING
}

// inputHash returns the hash that the chain has of a milestone's input, and whether it
// is one.
func (j job) inputHash(milestone uint32) ([sha256.Size]byte, bool) {
	raw := j.terms(milestone).DescriptionHash
	if len(raw) != sha256.Size {
		return [sha256.Size]byte{}, false
	}
	return [sha256.Size]byte(raw), true
}

// with returns the job with other work on a milestone.
func (j job) with(milestone uint32, w work) job {
	j.Work = slices.Clone(j.Work)
	j.Work[milestone-1] = w
	return j
}

// equal reports whether two states of a job are the same.
func (j job) equal(other job) bool {
	return same(&j.Record, &other.Record) && slices.Equal(j.Work, other.Work)
}

// same compares two messages as they are encoded, in which nothing and empty are the
// same.
func same(a, b interface{ Marshal() ([]byte, error) }) bool {
	x, errX := a.Marshal()
	y, errY := b.Marshal()
	return errX == nil && errY == nil && bytes.Equal(x, y)
}

// wellFormed reports whether a record is one that a chain can have. A node is asked
// over a network; the worker must not break on its answer.
func wellFormed(record jobmarkettypes.JobRecord) bool {
	n, p := len(record.Job.Milestones), record.Progress
	return record.Job.Client != "" && record.Job.Sequence > 0 &&
		n > 0 && len(p.Milestones) == n && p.Milestone >= 1 && int(p.Milestone) <= n
}

// merge returns the job after the chain showed it as record; old is nil for a job that
// was not known. It reports false, and returns old, if record is older than what is
// known: nodes can lag behind each other.
func merge(old *job, record jobmarkettypes.JobRecord) (job, bool) {
	merged := job{Record: record, Work: make([]work, len(record.Job.Milestones))}
	// Another job of the same name is one of a chain that was started anew.
	if old != nil && same(&old.Record.Job, &record.Job) {
		if isBehind(record.Progress, old.Record.Progress) {
			return *old, false
		}
		copy(merged.Work, old.Work)
	}
	for i := range merged.Work {
		merged.Work[i] = merged.Work[i].follow(record.Progress.Milestones[i])
	}
	return merged, true
}

// follow returns the work after the chain showed the milestone with that status.
func (s work) follow(status jobmarkettypes.MilestoneStatus) work {
	if s.Stage == "" {
		s.Stage = stageAwaitInput
	}
	switch status {
	case jobmarkettypes.MILESTONE_STATUS_SUBMITTED:
		s, _ = s.submitted()
	case jobmarkettypes.MILESTONE_STATUS_PAID, jobmarkettypes.MILESTONE_STATUS_MISSED,
		jobmarkettypes.MILESTONE_STATUS_CANCELLED, jobmarkettypes.MILESTONE_STATUS_REFUNDED:
		s, _ = s.done(status.Text())
	case jobmarkettypes.MILESTONE_STATUS_UNSPECIFIED, jobmarkettypes.MILESTONE_STATUS_PENDING,
		jobmarkettypes.MILESTONE_STATUS_WORKING:
	}
	return s
}

// isBehind reports whether a job stood at a before it stood at b.
func isBehind(a, b jobmarkettypes.Progress) bool {
	switch {
	case a.Ended() != b.Ended():
		return b.Ended()
	case a.Milestone != b.Milestone:
		return a.Milestone < b.Milestone
	default:
		return rank(a.Live()) < rank(b.Live())
	}
}

// rank orders the statuses of a live milestone by when they can come.
func rank(s jobmarkettypes.MilestoneStatus) int {
	switch s {
	case jobmarkettypes.MILESTONE_STATUS_UNSPECIFIED, jobmarkettypes.MILESTONE_STATUS_PENDING:
		return 0
	case jobmarkettypes.MILESTONE_STATUS_WORKING:
		return 1
	case jobmarkettypes.MILESTONE_STATUS_SUBMITTED, jobmarkettypes.MILESTONE_STATUS_MISSED:
		return 2
	case jobmarkettypes.MILESTONE_STATUS_PAID, jobmarkettypes.MILESTONE_STATUS_CANCELLED,
		jobmarkettypes.MILESTONE_STATUS_REFUNDED:
		return 3
	}
	return 0
}
