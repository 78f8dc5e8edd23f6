// Package pause waits for a time, or less if it is told to stop.
package pause

import (
	"context"
	"time"
)

// For waits for d. It returns ctx's error when that ends first.
func For(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
