package market_test

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	errorsmod "cosmossdk.io/errors"
)

// refusal is a message that got an error.
type refusal struct{ name, why string }

// tally counts over all histories what happened in them.
type tally struct {
	steps int
	done  map[string]int
	// happened is what timers and ends of work did to agents.
	happened map[string]int
	refused  map[refusal]int
	// taken are the edges of the diagram.
	taken map[edge]int
}

func newTally() *tally {
	return &tally{done: map[string]int{}, refused: map[refusal]int{}, taken: map[edge]int{}, happened: map[string]int{}}
}

func (c *tally) refuse(name string, err error) {
	var sentinel *errorsmod.Error
	why := err.Error()
	if errors.As(err, &sentinel) {
		why = fmt.Sprintf("%s/%d %s", sentinel.Codespace(), sentinel.ABCICode(), sentinel)
	}
	c.refused[refusal{name, why}]++
}

// report lists what happened, with counts.
func (c *tally) report() string {
	var out strings.Builder
	out.WriteString("edges of the state machine:\n")
	edges := slices.SortedFunc(maps.Keys(c.taken), func(a, b edge) int {
		return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.by, b.by))
	})
	for _, e := range edges {
		fmt.Fprintf(&out, "%9d %-9s %-8s -> %s\n", c.taken[e], e.from, e.by, diagram[e])
	}
	out.WriteString("happened to agents:\n")
	for _, name := range byItself {
		fmt.Fprintf(&out, "%9d %s\n", c.happened[name], name)
	}
	out.WriteString("carried out:\n")
	for _, name := range slices.Sorted(maps.Keys(c.done)) {
		fmt.Fprintf(&out, "%9d %s\n", c.done[name], name)
	}
	out.WriteString("refused:\n")
	refusals := slices.SortedFunc(maps.Keys(c.refused), func(a, b refusal) int {
		return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.why, b.why))
	})
	for _, r := range refusals {
		fmt.Fprintf(&out, "%9d %-24s %s\n", c.refused[r], r.name, r.why)
	}
	return out.String()
}
