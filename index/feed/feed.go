package feed

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"cosmossdk.io/log/v2"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"

	"github.com/aitbc/aitbc/index/query"
	"github.com/aitbc/aitbc/index/store"
	"github.com/aitbc/aitbc/internal/pause"
)

const (
	firstPause = 100 * time.Millisecond
	longPause  = 30 * time.Second
	tellEvery  = 5 * time.Second
	// queueBytes bounds the blocks that wait to be written.
	queueBytes = 256 << 20
	// writing is how long a block may take to be written: a server that does not answer is
	// an error, not a wait.
	writing = time.Minute
	// smallLag is how many blocks a read model may be behind and still be called ready.
	smallLag = 2
	// closing is how long Close waits for what is queued.
	closing = 5 * time.Second
)

// Options are what a feed needs to know.
type Options struct {
	// Store says where the tables are.
	Store store.Options
	// ChainID returns the chain's id. It is asked when the feed runs.
	ChainID func() string
	// HistoryBlocks is for how many blocks history is kept; 0 for all.
	HistoryBlocks int64
	// QueueBytes bounds the blocks that wait to be written; 0 for 256 MiB.
	QueueBytes int
	Log        log.Logger
}

// Feed keeps the read model of a node.
type Feed struct {
	options  Options
	state    State
	queue    *queue
	listener *listener

	stop context.CancelFunc
	done chan struct{}
	// drained says that Close waits for the queue to be written.
	drained chan struct{}
	once    sync.Once

	// begin is the newest height at the start. Rows of a later one, which are there before
	// a block was written, are of a chain that was set back.
	begin int64
	// trusted says that the rows were found to be of this chain, or made: from then on only
	// this feed writes.
	trusted bool

	mu     sync.Mutex
	open   *store.Store
	now    query.State
	height int64
	// damaged is what a question found out about the file.
	damaged error
}

var _ query.Source = (*Feed)(nil)

// New returns a feed that is not started: its listener can be told to the chain.
func New(o Options, s State) *Feed {
	most := o.QueueBytes
	if most == 0 {
		most = queueBytes
	}
	q := newQueue(most)
	return &Feed{
		options: o, state: s, queue: q, listener: &listener{queue: q},
		done: make(chan struct{}), drained: make(chan struct{}),
		now: query.State{Name: query.StateBuilding, Detail: "not started yet"},
	}
}

// Listener returns what the chain tells of its blocks.
func (f *Feed) Listener() storetypes.ABCIListener { return f.listener }

// Start runs the feed until Close. height is the newest committed one, 0 for a new chain.
func (f *Feed) Start(height int64) {
	f.queue.start(height)
	f.begin = height
	ctx, stop := context.WithCancel(context.Background())
	f.stop = stop
	go func() {
		defer close(f.done)
		f.run(ctx)
	}()
}

// Close lets what is queued be written, for a few seconds at most, and stops. It may be
// called more than once.
func (f *Feed) Close() error {
	if f.stop == nil {
		return nil
	}
	f.once.Do(func() {
		close(f.drained)
		f.queue.nudge()
		select {
		case <-f.done:
		case <-time.After(closing):
		}
		f.stop()
		<-f.done
	})
	return nil
}

// run writes until ctx ends. Whatever goes wrong with the database, it tries again.
func (f *Feed) run(ctx context.Context) {
	for failures := 0; ctx.Err() == nil; {
		before := f.written()
		err := f.serve(ctx)
		f.setStore(nil)
		if err == nil || ctx.Err() != nil {
			return
		}
		if f.written() > before {
			failures = 0
		}
		failures++
		f.failed(err, failures)
		if f.closed() {
			return
		}
		if err := pause.For(ctx, min(firstPause<<min(failures-1, 20), longPause)); err != nil {
			return
		}
	}
}

// failed tells of an error, and sets a damaged file aside.
func (f *Feed) failed(err error, failures int) {
	f.set(query.StateFailed, err.Error())
	f.options.Log.Error("the read model can't be written; blocks go on without it", "failures", failures, "error", err)
	if !store.Corrupt(err) || f.options.Store.Backend != store.SQLite {
		return
	}
	to, err := store.SetAside(f.options.Store, time.Now())
	if err != nil {
		f.options.Log.Error("the damaged file of the read model can't be set aside", "error", err)
		return
	}
	f.options.Log.Info("the damaged file of the read model was set aside and is made anew", "file", to)
}

// serve opens the database and writes until an error, or nil when it is to stop.
func (f *Feed) serve(ctx context.Context) error {
	s, err := store.Open(ctx, f.options.Store)
	if err != nil {
		return err
	}
	_ = f.damage(nil) // of a file before this one
	defer func() {
		f.setStore(nil)
		_ = s.Close() // all that counts is committed
	}()
	height, err := f.known(ctx, s)
	if err != nil {
		return err
	}
	f.trusted = f.trusted || height > 0
	for {
		if err := errors.Join(s.Present(), f.damage(nil)); err != nil {
			return err
		}
		block, found, lost := f.queue.first()
		newest := f.queue.newest()
		gap := found && block.Height > height+1 || !found && newest > height
		switch {
		case newest == 0:
			f.set(query.StateBuilding, "waiting for the first block")
		case height == 0 && found && block.Height == 1 && !lost:
			// A new chain: nothing is before its first block, and all of its history is told.
			if _, err := f.rebuild(ctx, s, 0, nothing{}); err != nil {
				return err
			}
			if height, err = f.write(ctx, s, block); err != nil {
				return err
			}
			continue
		case height == 0 || height > newest || lost || gap:
			if height, err = f.rebuildNewest(ctx, s, newest); err != nil {
				return err
			}
			continue
		case found && block.Height <= height:
			f.queue.drop(height, false)
			continue
		case found:
			if height, err = f.write(ctx, s, block); err != nil {
				return err
			}
			continue
		default:
			f.wrote(s, height)
		}
		if f.closed() {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-f.queue.wake:
		}
	}
}

// known returns the height that the rows are of, or 0 if they are of none of this chain's.
func (f *Feed) known(ctx context.Context, s *store.Store) (int64, error) {
	tx, err := s.Begin(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { _ = tx.Rollback() }() // nothing was written
	var chainID, height string
	if _, err := tx.Row(ctx, `SELECT value FROM meta WHERE key = ?`, []any{metaChainID}, &chainID); err != nil {
		return 0, err
	}
	if _, err := tx.Row(ctx, `SELECT value FROM meta WHERE key = ?`, []any{metaHeight}, &height); err != nil {
		return 0, err
	}
	if chainID != f.options.ChainID() || height == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(height, 10, 64)
	if err != nil || n < 0 || !f.trusted && n > f.begin {
		return 0, nil // rows of no height are made anew
	}
	return n, nil
}

// write writes a block that follows on the rows.
func (f *Feed) write(ctx context.Context, s *store.Store, b Block) (int64, error) {
	ctx, cancel := context.WithTimeout(ctx, writing)
	defer cancel()
	if err := write(ctx, s, b, f.options.HistoryBlocks); err != nil {
		if store.Refused(err) {
			// The rows are not what this feed wrote: they are no base for more.
			return 0, errors.Join(fmt.Errorf("block %d: %w", b.Height, err), forgetHeight(ctx, s))
		}
		return 0, fmt.Errorf("block %d: %w", b.Height, err)
	}
	f.queue.drop(b.Height, false)
	f.wrote(s, b.Height)
	return b.Height, nil
}

// rebuildNewest makes the rows from the newest state.
func (f *Feed) rebuildNewest(ctx context.Context, s *store.Store, newest int64) (int64, error) {
	f.queue.drop(newest, true)
	view, err := f.state.At(newest)
	if err != nil {
		return 0, fmt.Errorf("open the state at height %d: %w", newest, err)
	}
	return f.rebuild(ctx, s, newest, view)
}

// rebuild makes the rows from the state of a height.
func (f *Feed) rebuild(ctx context.Context, s *store.Store, height int64, view View) (int64, error) {
	f.setStore(nil)
	f.set(query.StateBuilding, fmt.Sprintf("being made from the state at height %d", height))
	f.options.Log.Info("the read model is being made from the state", "height", height)
	began := time.Now()
	pairs := 0
	err := rebuild(ctx, s, view, f.options.ChainID(), height, func(done int) {
		pairs = done
		f.set(query.StateBuilding, fmt.Sprintf("being made from the state at height %d: %d entries so far", height, done))
		f.options.Log.Info("the read model is being made from the state", "height", height, "entries", done)
	})
	if err != nil {
		return 0, err
	}
	f.trusted = true
	f.options.Log.Info("the read model is made", "height", height, "entries", pairs, "took", time.Since(began).Round(time.Millisecond).String())
	return height, nil
}

// wrote notes what the rows are of now.
func (f *Feed) wrote(s *store.Store, height int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.open, f.height = s, height
	f.now = query.State{Name: query.StateReady}
}

// damage returns what questions found out about the file, and notes what they find out
// from now on.
func (f *Feed) damage(found error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	known := f.damaged
	f.damaged = found
	return known
}

func (f *Feed) written() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.height
}

func (f *Feed) set(name, detail string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = query.State{Name: name, Detail: detail}
}

func (f *Feed) setStore(s *store.Store) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.open = s
}

func (f *Feed) closed() bool {
	select {
	case <-f.drained:
		return true
	default:
		return false
	}
}

// Reader implements query.Source.
func (f *Feed) Reader() (query.Reader, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.open == nil {
		return query.Reader{}, errors.New("the read model of this node is " + f.now.Name + ": " + f.now.Detail + "; ask again later, or another node")
	}
	dialect := query.SQLite
	if f.open.Backend() == store.Postgres {
		dialect = query.Postgres
	}
	return query.Reader{DB: f.open.Reader(), Dialect: dialect}, nil
}

// State implements query.Source. Who is ready and does not keep up is behind.
func (f *Feed) State() query.State {
	newest := f.queue.newest()
	f.mu.Lock()
	defer f.mu.Unlock()
	if lag := newest - f.height; f.now.Name == query.StateReady && lag > smallLag {
		return query.State{Name: query.StateBehind, Detail: fmt.Sprintf("%d blocks behind", lag)}
	}
	return f.now
}

// Height returns the height that the rows are of, 0 if they are not made yet.
func (f *Feed) Height() int64 { return f.written() }

// Report implements query.Source. Damage that a question met is mended.
func (f *Feed) Report(err error) {
	f.options.Log.Error("a question to the read model failed", "error", err)
	if store.Corrupt(err) {
		_ = f.damage(err) // what was known before is as good
		f.queue.nudge()
	}
}
