package app_test

import (
	"testing"
	"time"

	clocktypes "github.com/aitbc/aitbc/x/clock/types"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

// The parameters of two modules must fit each other, whatever governance makes of them: no
// single block, however long the chain stood still before it, may open and expire a window.
func TestNoBlockExpiresAWindow(t *testing.T) {
	if least := jobmarkettypes.LeastWindowSeconds * time.Second; least < 2*clocktypes.MaxMaxStep {
		t.Errorf("expected the shortest window, %s, to be two blocks' greatest steps of %s", least, clocktypes.MaxMaxStep)
	}
}
