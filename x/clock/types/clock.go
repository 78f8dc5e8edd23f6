package types

import "time"

// NewClock returns a clock that starts at the given instant with no standstill,
// so that market time and block time are equal.
func NewClock(start time.Time) Clock {
	return Clock{BlockTime: start.UTC(), MarketTime: start.UTC()}
}

// Standstill returns how long market time has stood still since genesis: zero or
// more. (It saturates at about 292 years, the range of a time.Duration.)
func (c Clock) Standstill() time.Duration {
	return c.BlockTime.Sub(c.MarketTime)
}

// Advance returns the clock after a block with the given time, and the part of
// the block interval that did not count (zero if the interval was at most
// maxStep). Market time moves by min(interval, maxStep).
//
// A block time at or before the latest one seen leaves the clock as it is. That
// cannot happen on a running chain; it does when an exported state is started
// with an older genesis time, and must not turn market time back.
func (c Clock) Advance(blockTime time.Time, maxStep time.Duration) (Clock, time.Duration) {
	interval := blockTime.Sub(c.BlockTime)
	if interval <= 0 {
		return c, 0
	}
	step := min(interval, maxStep)
	return Clock{
		BlockTime:  blockTime.UTC(),
		MarketTime: c.MarketTime.Add(step).UTC(),
	}, interval - step
}

// Validate returns ErrInvalidClock if the record can't be a clock's state.
func (c Clock) Validate() error {
	if c.MarketTime.Unix() <= 0 {
		return ErrInvalidClock.Wrapf("market_time: expected an instant after 1970-01-01, got %s", c.MarketTime)
	}
	if c.BlockTime.Before(c.MarketTime) {
		return ErrInvalidClock.Wrapf("block_time: expected %s (market_time) or later, got %s", c.MarketTime, c.BlockTime)
	}
	return nil
}
