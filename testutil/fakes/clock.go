package fakes

import (
	"context"
	"time"
)

// Clock is a clock module whose market time is what the test says.
type Clock struct {
	// Now is market time.
	Now time.Time
}

// NewClock returns a clock that stands at the given instant.
func NewClock(now time.Time) *Clock { return &Clock{Now: now.UTC()} }

// MarketTime returns Now. It never fails.
func (c *Clock) MarketTime(context.Context) (time.Time, error) { return c.Now, nil }

// Advance moves market time forward by d.
func (c *Clock) Advance(d time.Duration) { c.Now = c.Now.Add(d) }
