package feed

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/aitbc/aitbc/index/store"
)

// batch is how many pairs one transaction of a rebuild writes.
const batch = 5_000

// State is the committed state of the chain.
type State interface {
	// At opens the state of a committed height for reading. It may be pruned meanwhile,
	// which Iterate then says.
	At(height int64) (View, error)
}

// View is the state of one height.
type View interface {
	// Iterate calls each with the pairs of a store whose keys begin with a prefix, in the
	// order of the keys, until one returns an error.
	Iterate(store string, prefix []byte, each func(key, value []byte) error) error
}

// nothing is the state before the first block.
type nothing struct{}

// Iterate implements View.
func (nothing) Iterate(string, []byte, func(key, value []byte) error) error { return nil }

// forgetHeight makes the rows count as those of no height.
func forgetHeight(ctx context.Context, s *store.Store) error {
	tx, err := s.Begin(ctx)
	if err != nil {
		return err
	}
	if err := tx.Delete(ctx, "meta", "key = ?", metaHeight); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit(ctx)
}

// rebuilding is a rebuild under way.
type rebuilding struct {
	store  *store.Store
	view   View
	height int64
	// tell is told how many pairs are written.
	tell  func(pairs int)
	tx    *store.Tx
	done  int
	told  time.Time
	count int // pairs in tx
}

// tables are those that the state can make anew.
var tables = []string{"agents", "skills", "skill_tags", "skill_media", "labels", "terms", "attestations", "offers", "jobs", "submissions"}

// rebuild makes all rows from the state of a height. Until it ends, the tables have no
// height, so that what is left of one that was interrupted is not taken for a state.
// History stays, but is complete only from the next block on.
func rebuild(ctx context.Context, s *store.Store, view View, chainID string, height int64, tell func(pairs int)) error {
	r := &rebuilding{store: s, view: view, height: height, tell: tell, told: time.Now()}
	err := r.run(ctx, chainID)
	if err != nil && r.tx != nil {
		err = errors.Join(err, r.tx.Rollback())
	}
	return err
}

func (r *rebuilding) run(ctx context.Context, chainID string) error {
	if err := r.clear(ctx, chainID); err != nil {
		return err
	}
	for _, name := range Stores() {
		for _, prefix := range prefixes(name) {
			if err := r.copy(ctx, name, prefix); err != nil {
				return fmt.Errorf("read store %s at height %d: %w", name, r.height, err)
			}
		}
	}
	if err := r.begin(ctx); err != nil {
		return err
	}
	for _, m := range []struct{ key, value string }{
		{metaHistoryFrom, strconv.FormatInt(r.height+1, 10)},
		{metaHeight, strconv.FormatInt(r.height, 10)},
	} {
		if err := setMeta(ctx, r.tx, m.key, m.value); err != nil {
			return err
		}
	}
	return r.commit(ctx)
}

// clear deletes all rows, history only if it is of another chain.
func (r *rebuilding) clear(ctx context.Context, chainID string) error {
	if err := r.begin(ctx); err != nil {
		return err
	}
	var known string
	if _, err := r.tx.Row(ctx, `SELECT value FROM meta WHERE key = ?`, []any{metaChainID}, &known); err != nil {
		return err
	}
	// Of this chain, only what another end of it would have written goes.
	forget := func() error { return r.tx.Delete(ctx, "history", "height > ?", r.height) }
	if known != chainID {
		forget = func() error { return r.tx.Clear(ctx, "history") }
	}
	if err := errors.Join(forget(), r.tx.Clear(ctx, "meta")); err != nil {
		return err
	}
	for _, table := range tables {
		if err := r.tx.Clear(ctx, table); err != nil {
			return err
		}
	}
	for key, value := range map[string]string{metaChainID: chainID, metaTime: "0", metaMinBond: "0"} {
		if err := setMeta(ctx, r.tx, key, value); err != nil {
			return err
		}
	}
	return r.commit(ctx)
}

// copy writes the rows of all pairs under a prefix.
func (r *rebuilding) copy(ctx context.Context, name string, prefix byte) error {
	return r.view.Iterate(name, []byte{prefix}, func(key, value []byte) error {
		if err := r.begin(ctx); err != nil {
			return err
		}
		p := &projection{ctx: ctx, tx: r.tx, height: r.height, fresh: true}
		if err := p.apply(Pair{Store: name, Key: key, Value: value}); err != nil {
			return err
		}
		r.done++
		if r.count++; r.count < batch {
			return nil
		}
		if now := time.Now(); now.Sub(r.told) > tellEvery {
			r.told = now
			r.tell(r.done)
		}
		return r.commit(ctx)
	})
}

// begin makes sure that there is a transaction.
func (r *rebuilding) begin(ctx context.Context) error {
	if r.tx != nil {
		return nil
	}
	var err error
	r.tx, err = r.store.Begin(ctx)
	return err
}

func (r *rebuilding) commit(ctx context.Context) error {
	tx := r.tx
	r.tx, r.count = nil, 0
	return tx.Commit(ctx)
}
