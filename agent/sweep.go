package agent

import (
	"context"
	"crypto/sha256"
	"time"

	"github.com/aitbc/aitbc/internal/pause"
)

const (
	// keepResults is how long payloads stay after a job has ended, in seconds of market
	// time: a client may fetch its result late.
	keepResults = 24 * 60 * 60
	sweepEvery  = 10 * time.Minute
)

// sweepAlways forgets jobs that ended long ago, until ctx ends.
func (w *Worker) sweepAlways(ctx context.Context) {
	for {
		if err := w.sweep(ctx); err != nil {
			w.log.Error("old payloads can't be removed", "error", err)
		}
		if err := pause.For(ctx, sweepEvery); err != nil {
			return
		}
	}
}

// sweep removes payloads and then the jobs that they were of, so that a kill in between
// leaves nothing behind.
func (w *Worker) sweep(ctx context.Context) error {
	market := w.now().market
	var old, kept []job
	for _, j := range w.table.all() {
		if p := j.Record.Progress; p.Ended() && market >= p.EndedAt+keepResults {
			old = append(old, j)
		} else {
			kept = append(kept, j)
		}
	}
	needed := map[[sha256.Size]byte]bool{}
	for _, j := range kept {
		for _, hash := range j.payloads() {
			needed[hash] = true // two jobs can name the same bytes
		}
	}
	for _, j := range old {
		for _, hash := range j.payloads() {
			if needed[hash] {
				continue
			}
			if err := w.payloads.Delete(ctx, hash); err != nil {
				return err
			}
		}
		if err := w.table.remove(j.key()); err != nil {
			return err
		}
	}
	return nil
}

// payloads returns the hashes of all payloads that a job can have in the store.
func (j job) payloads() [][sha256.Size]byte {
	var out [][sha256.Size]byte
	for m := uint32(1); int(m) <= len(j.Work); m++ {
		if hash, ok := j.inputHash(m); ok {
			out = append(out, hash)
		}
		if result := j.work(m).Result; result != nil {
			out = append(out, result.SHA256)
		}
	}
	return out
}
