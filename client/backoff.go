package client

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"sync/atomic"
	"time"
)

const (
	// firstPause is the first pause after a failure; it doubles each time.
	firstPause = 100 * time.Millisecond
	maxPause   = 5 * time.Second
)

// backoff is a row of pauses after failures, each twice the last.
type backoff struct {
	client *Client
	// limit bounds the sum of the pauses.
	limit       time.Duration
	next, spent time.Duration
}

func (c *Client) backoff(limit time.Duration) *backoff {
	return &backoff{client: c, limit: limit, next: firstPause}
}

// after pauses after a failure. It returns the failure if there were pauses enough, and
// with the context's error if that ends first.
func (b *backoff) after(ctx context.Context, failure error) error {
	if b.spent >= b.limit {
		return failure
	}
	// Clients that failed at the same time don't come back at the same time.
	d := b.client.jitter.between(b.next/2, b.next)
	b.next = min(2*b.next, maxPause)
	b.spent += d
	if err := b.client.options.Wait(ctx, d); err != nil {
		return fmt.Errorf("%w: %w", err, failure)
	}
	return nil
}

// reset begins anew, after a success.
func (b *backoff) reset() { b.next, b.spent = firstPause, 0 }

// source is a row of numbers that look random and are the same for the same seed:
// splitmix64 of Steele, Lea and Flood. It is safe for use by several goroutines.
type source struct{ state atomic.Uint64 }

// newSource returns a source that starts at a seed, or at random if that is zero.
func newSource(seed uint64) *source {
	if seed == 0 {
		var bz [8]byte
		_, _ = rand.Read(bz[:]) // never fails, as of Go 1.24
		seed = binary.LittleEndian.Uint64(bz[:])
	}
	s := &source{}
	s.state.Store(seed)
	return s
}

func (s *source) uint64() uint64 {
	z := s.state.Add(0x9e3779b97f4a7c15)
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb
	return z ^ (z >> 31)
}

// between returns a duration from low up to and including high.
func (s *source) between(low, high time.Duration) time.Duration {
	return low + time.Duration(s.uint64()%uint64(high-low+1))
}
