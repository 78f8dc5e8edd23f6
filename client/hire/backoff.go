package hire

import "time"

// backoff is a row of pauses, each twice the last, up to maxPause.
type backoff struct{ pause, total time.Duration }

func newBackoff() *backoff { return &backoff{pause: pollInterval} }

// next returns the next pause.
func (b *backoff) next() time.Duration {
	d := b.pause
	b.total += d
	b.pause = min(2*d, maxPause)
	return d
}

// spent is the sum of all pauses so far.
func (b *backoff) spent() time.Duration { return b.total }
