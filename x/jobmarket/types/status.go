package types

import "strings"

// Text returns the status in words, such as "completed".
func (s JobStatus) Text() string { return words(s.String(), "JOB_STATUS_") }

// Text returns the status in words, such as "submitted".
func (s MilestoneStatus) Text() string { return words(s.String(), "MILESTONE_STATUS_") }

// Text returns the reason in words, such as "not delivered".
func (r RejectReason) Text() string { return words(r.String(), "REJECT_REASON_") }

func words(name, prefix string) string {
	return strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(name, prefix)), "_", " ")
}
