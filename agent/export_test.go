package agent

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/aitbc/aitbc/client"
	"github.com/aitbc/aitbc/client/card"
	"github.com/aitbc/aitbc/client/payload"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

// OnTrip makes the worker call f between steps with the name of the point. f may end
// the goroutine, as a kill would.
func OnTrip(w *Worker, f func(point string)) { w.trip = f }

// Cut closes the worker's file, as a kill would, and lets it begin no execution.
func Cut(w *Worker) {
	w.update(func(s *state) { s.draining = true })
	_ = w.table.close()
}

// Edges returns what each edge makes of each stage, a line for each that exists.
func Edges() string {
	ref := payload.RefOf([]byte("x"))
	edges := []struct {
		name string
		edge func(work) (work, bool)
	}{
		{"input stored", func(s work) (work, bool) { return s.inputStored(ref) }},
		{"input lost", work.inputLost},
		{"refused", func(s work) (work, bool) { return s.refused("why") }},
		{"sealed", func(s work) (work, bool) { return s.sealed(ref, "text/plain") }},
		{"executed", work.executed},
		{"result lost", work.resultLost},
		{"submitted", work.submitted},
		{"done", func(s work) (work, bool) { return s.done("paid") }},
	}
	var out strings.Builder
	for _, from := range stages() {
		for _, e := range edges {
			if to, moved := e.edge(work{Stage: from, Result: newPayloadRef(ref)}); moved {
				fmt.Fprintf(&out, "%s -- %s -> %s\n", from, e.name, to.Stage)
			}
		}
	}
	return out.String()
}

// Merge enters records one after the other and returns the last and the stages.
func Merge(records ...jobmarkettypes.JobRecord) (jobmarkettypes.JobRecord, []string) {
	var known *job
	for _, record := range records {
		merged, _ := merge(known, record)
		known = &merged
	}
	var stages []string
	for _, s := range known.Work {
		stages = append(stages, string(s.Stage))
	}
	return known.Record, stages
}

// Mentions returns the jobs of an agent that events are about, as client/sequence.
func Mentions(events []client.Event, agentID uint64) []string {
	var out []string
	for _, key := range mentions(events, agentID).jobs {
		out = append(out, fmt.Sprintf("%s/%d", key.client, key.sequence))
	}
	return out
}

// Beat does once what a worker does every few minutes, as one that has not resumed its
// agent yet, or has just done so.
func Beat(ctx context.Context, w *Worker, justResumed bool) error {
	var resumed time.Time
	if justResumed {
		resumed = time.Now()
	}
	return w.beat(ctx, &resumed)
}

// CardHandler serves the card in a file, if it fits a registration.
func CardHandler(path string, r card.Registration) (http.Handler, error) {
	own, err := loadCard(path, r)
	if err != nil {
		return nil, err
	}
	return own.handler(), nil
}
