package hire

import (
	"context"
	"errors"
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/client"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

// act sends a message until it has had its effect, which done tells from the job. It
// returns true if the effect was there without a message of this run: somebody else,
// or this program in an earlier life, was faster. A refusal is an error otherwise.
func (r *run) act(ctx context.Context, step Step, msg sdk.Msg, done func() bool) (bool, error) {
	pauses := newBackoff()
	for {
		tx, err := r.config.Wallet.Send(ctx, msg)
		if err == nil {
			return false, r.acted(ctx, step, tx, done)
		}
		if ctx.Err() != nil {
			return false, err
		}
		final := lasting(err) || pauses.spent() >= r.config.Patience
		if !final {
			r.waiting(err)
			if err := r.config.Wait(ctx, pauses.next()); err != nil {
				return false, err
			}
		}
		// Whatever was said, the chain knows whether it happened.
		if askErr := r.refresh(ctx); askErr != nil && !errors.Is(askErr, ErrNotFound) {
			return false, errors.Join(err, askErr)
		}
		if done() {
			return true, nil
		}
		if final {
			return false, err
		}
	}
}

// lasting reports whether sending the same again would fail again.
func lasting(err error) bool {
	return errors.As(err, new(*client.TxError)) || errors.As(err, new(*client.NoAccountError)) || errors.As(err, new(*client.WrongChainError))
}

// acted keeps the transaction and waits until the node that answers questions has seen
// its effect: it may be another than the one that took it.
func (r *run) acted(ctx context.Context, step Step, tx Tx, done func() bool) error {
	if err := r.files.noteTx(step, tx); err != nil {
		return err
	}
	for pauses := newBackoff(); ; {
		err := r.refresh(ctx)
		if err == nil && done() {
			r.tell(Event{Step: step, Tx: &tx, Job: &r.job})
			return nil
		}
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		if pauses.spent() >= r.config.Patience {
			return fmt.Errorf("transaction %s is in block %d, but the node doesn't show what it did: it is behind", tx.Hash, tx.Height)
		}
		if err := r.config.Wait(ctx, pauses.next()); err != nil {
			return err
		}
	}
}

// refresh asks where the job stands. It returns ErrNotFound if there is none.
func (r *run) refresh(ctx context.Context) error {
	o := r.files.order
	found, err := ask(ctx, r, func(ctx context.Context) (jobmarkettypes.JobRecord, error) {
		return r.config.Market.JobByRef(ctx, o.Client, o.ClientRef)
	})
	if err != nil {
		return err
	}
	if !o.posted(found.Job) {
		return fmt.Errorf("hire %s: expected the job that the journal has, got another of the same name on chain %s", o.ClientRef, o.ChainID)
	}
	r.job = found
	return nil
}

// ask asks until there is an answer, or patience ends.
func ask[T any](ctx context.Context, r *run, question func(context.Context) (T, error)) (T, error) {
	pauses := newBackoff()
	for {
		answer, err := question(ctx)
		if err == nil || errors.Is(err, ErrNotFound) || ctx.Err() != nil {
			return answer, err
		}
		if pauses.spent() >= r.config.Patience {
			return answer, fmt.Errorf("the node gives no answer: %w", err)
		}
		r.waiting(err)
		if err := r.config.Wait(ctx, pauses.next()); err != nil {
			return answer, err
		}
	}
}
