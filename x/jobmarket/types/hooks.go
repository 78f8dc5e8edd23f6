package types

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// JobHooks are news for modules above: a change that is written and announced. A
// hook that returns an error undoes the change it was called for; one that does so
// in a timeout parks the job.
type JobHooks interface {
	// AfterMilestoneChanged says that a milestone moved to a new status.
	AfterMilestoneChanged(ctx context.Context, client sdk.AccAddress, sequence uint64, milestone uint32, status MilestoneStatus) error
	// AfterJobEnded says that a job reached a terminal status: it holds nothing and
	// reserves nothing any more.
	AfterJobEnded(ctx context.Context, client sdk.AccAddress, sequence uint64, status JobStatus) error
}

// MultiJobHooks calls hooks in order and stops at the first error.
type MultiJobHooks []JobHooks

var _ JobHooks = MultiJobHooks(nil)

// AfterMilestoneChanged implements JobHooks.
func (hooks MultiJobHooks) AfterMilestoneChanged(
	ctx context.Context, client sdk.AccAddress, sequence uint64, milestone uint32, status MilestoneStatus,
) error {
	for _, h := range hooks {
		if err := h.AfterMilestoneChanged(ctx, client, sequence, milestone, status); err != nil {
			return err
		}
	}
	return nil
}

// AfterJobEnded implements JobHooks.
func (hooks MultiJobHooks) AfterJobEnded(ctx context.Context, client sdk.AccAddress, sequence uint64, status JobStatus) error {
	for _, h := range hooks {
		if err := h.AfterJobEnded(ctx, client, sequence, status); err != nil {
			return err
		}
	}
	return nil
}
