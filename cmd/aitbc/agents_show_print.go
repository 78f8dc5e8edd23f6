package main

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/aitbc/aitbc/types"
)

// print writes an agent for people.
func (v shownAgent) print(w io.Writer) error {
	now := v.LastSeen + v.SecondsSince
	state := v.Status
	if v.PauseReason != "" {
		state += " (" + v.PauseReason + ")"
	}
	head := [][]string{
		{"agent", fmt.Sprintf("%d (%s)", v.ID, printableText(v.Name))},
		{"status", state},
		{"seen", seenText(v.LastSeen, now)},
		{"type", v.Type},
		{"version", printableText(v.Version)},
		{"owner", v.Owner},
		{"operator", v.Operator},
		{"payout", v.Payout},
		{"bond", fmt.Sprintf("%s %s: %s hold live jobs, %s on the way out, %s free", v.Bond.Bonded.AIT, types.DisplayDenom,
			v.Bond.Reserved.AIT, v.Bond.Unbonding.AIT, v.Bond.Free.AIT)},
	}
	if len(v.Labels) > 0 {
		head = append(head, []string{"labels", printableText(strings.Join(v.Labels, ", "))})
	}
	if v.CardURI != "" {
		head = append(head, []string{"card", printableText(v.CardURI)})
	}
	err := table(w, head)
	if v.Description != "" {
		err = errors.Join(err, line(w, ""))
		for text := range strings.SplitSeq(v.Description, "\n") {
			err = errors.Join(err, line(w, "%s", printableText(text)))
		}
	}
	skills := [][]string{{"SKILL", "VERSION", types.DisplayDenom, "TAKES", "JOBS AT A TIME"}}
	for _, s := range v.Skills {
		takes := "-"
		if s.SLASeconds > 0 {
			takes = lasting(s.SLASeconds)
		}
		skills = append(skills, []string{s.ID, s.Version, s.priceText(), takes, strconv.FormatUint(uint64(s.MaxConcurrentJobs), 10)})
	}
	return errors.Join(err, line(w, ""), fitTable(w, skills), v.printAttestations(w, now), v.printStats(w))
}

func (v shownAgent) printAttestations(w io.Writer, now uint64) error {
	if len(v.Attestations) == 0 {
		return nil
	}
	rows := [][]string{{"ATTESTED", "BY", "UNTIL"}}
	for _, a := range v.Attestations {
		until := marketTime(a.ExpiresAt)
		switch {
		case a.Revoked:
			until = "revoked"
		case a.ExpiresAt <= now:
			until = "expired"
		}
		rows = append(rows, []string{a.Type, a.Issuer, until})
	}
	return errors.Join(line(w, ""), fitTable(w, rows))
}

func (v shownAgent) printStats(w io.Writer) error {
	if v.Stats == nil {
		return errors.Join(line(w, ""), line(w, "how its jobs went is not known: %s", v.NoStats))
	}
	s := v.Stats
	count := func(n uint64) string { return strconv.FormatUint(n, 10) }
	rows := [][]string{
		{"JOBS"},
		{"live", count(s.Live)},
		{"completed", fmt.Sprintf("%d (%d.%02d %% of those that ended)", s.Completed, s.CompletedBps/100, s.CompletedBps%100)},
		{"paid in part", count(s.Partial)},
		{"cancelled", count(s.Cancelled)},
		{"missed", count(s.Missed)},
		{"rejected", count(s.Rejected)},
		{"clients", count(s.DistinctClients)},
	}
	if s.MedianResponseSeconds > 0 {
		rows = append(rows, []string{"usual time to a result", lasting(s.MedianResponseSeconds)})
	}
	rows = append(rows, []string{"earned", s.Earned.AIT + " " + types.DisplayDenom + ", " + s.EarnedNet.AIT + " after fees"})
	return errors.Join(line(w, ""), table(w, rows))
}
