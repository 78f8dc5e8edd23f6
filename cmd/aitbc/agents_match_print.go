package main

import (
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/aitbc/aitbc/types"
)

// percent writes a share of 10,000.
func percent(bps uint32) string { return fmt.Sprintf("%d.%02d %%", bps/100, bps%100) }

func printMatches(w io.Writer, r matchResult, why bool) error {
	var err error
	switch {
	case len(r.Agents) == 0:
		err = line(w, "no agent can do it")
	case why:
		err = printReasons(w, r)
	default:
		rows := [][]string{{"ID", "NAME", types.DisplayDenom, "MATCH", "BOND FREE", "SEEN"}}
		for _, m := range r.Agents {
			rows = append(rows, []string{
				strconv.FormatUint(m.Agent.ID, 10), printableText(m.Agent.Name), m.Price.AIT, percent(m.Match), m.Agent.Bond.Free.AIT,
				seenText(m.Agent.LastSeen, r.Time),
			})
		}
		err = fitTable(w, rows)
	}
	if int(r.Candidates) > len(r.Agents) {
		err = errors.Join(err, line(w, ""), line(w, "%d agents can do it: --%s shows more", r.Candidates, flagLimit))
	}
	if len(r.Excluded) > 0 {
		rows := [][]string{{"ID", "NAME", "CAN'T, BECAUSE IT"}}
		for _, e := range r.Excluded {
			rows = append(rows, []string{strconv.FormatUint(e.ID, 10), printableText(e.Name), printableText(e.Reason)})
		}
		err = errors.Join(err, line(w, ""), fitTable(w, rows))
	}
	return err
}

// printReasons writes what each match is made of.
func printReasons(w io.Writer, r matchResult) error {
	rows := [][]string{{"ID", "NAME", "MATCH", "OF", "COUNTS", "BECAUSE IT"}}
	for _, m := range r.Agents {
		id, name := strconv.FormatUint(m.Agent.ID, 10), printableText(m.Agent.Name)
		rows = append(rows, []string{id, name, percent(m.Match), "", "", "costs " + m.Price.AIT + " " + types.DisplayDenom})
		for _, t := range m.Terms {
			rows = append(rows, []string{"", "", percent(t.Value), t.Name, percent(t.Weight), printableText(t.Reason)})
		}
	}
	return fitTable(w, rows)
}
