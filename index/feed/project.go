package feed

import (
	"context"
	"encoding/hex"
	"fmt"
	"math"

	"cosmossdk.io/collections"
	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/index/store"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	clocktypes "github.com/aitbc/aitbc/x/clock/types"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

// Keys of the table meta.
const (
	metaChainID     = "chain_id"
	metaHeight      = "height"
	metaTime        = "time"
	metaHistoryFrom = "history_from"
	metaMinBond     = "min_bond"
)

// projection writes the rows that stand for key-value pairs.
type projection struct {
	ctx    context.Context
	tx     *store.Tx
	height int64
	// fresh says that the tables had no rows of these keys before.
	fresh bool
}

// handler writes the rows of one kind of pair. value is nil for a key that is gone.
type handler func(p *projection, key, value []byte) error

// handlers are the kinds of pairs that rows stand for, by store and prefix.
var handlers = map[string]map[byte]handler{
	clocktypes.StoreKey: {clocktypes.ClockKey.Bytes()[0]: (*projection).clock},
	registrytypes.StoreKey: {
		registrytypes.ParamsKey.Bytes()[0]:       (*projection).registryParams,
		registrytypes.AgentsKey.Bytes()[0]:       (*projection).agent,
		registrytypes.ProfilesKey.Bytes()[0]:     (*projection).profile,
		registrytypes.BondsKey.Bytes()[0]:        (*projection).bond,
		registrytypes.LastSeenKey.Bytes()[0]:     (*projection).lastSeen,
		registrytypes.AttestationsKey.Bytes()[0]: (*projection).attestation,
	},
	jobmarkettypes.StoreKey: {
		jobmarkettypes.OffersKey.Bytes()[0]:   (*projection).offer,
		jobmarkettypes.JobsKey.Bytes()[0]:     (*projection).job,
		jobmarkettypes.ProgressKey.Bytes()[0]: (*projection).progress,
	},
}

// prefixes returns the prefixes of a store that rows stand for, in order.
func prefixes(name string) []byte {
	var found []byte
	for b := range 256 {
		if handlers[name][byte(b)] != nil {
			found = append(found, byte(b))
		}
	}
	return found
}

// apply writes the rows of a pair. Pairs that no row stands for change nothing.
func (p *projection) apply(pair Pair) error {
	if len(pair.Key) == 0 {
		return nil
	}
	handle := handlers[pair.Store][pair.Key[0]]
	if handle == nil {
		return nil
	}
	value := pair.Value
	if pair.Delete {
		value = nil
	}
	if err := handle(p, pair.Key[1:], value); err != nil {
		return fmt.Errorf("store %s, key %X: %w", pair.Store, pair.Key, err)
	}
	return nil
}

func (p *projection) exec(text string, args ...any) error { return p.tx.Exec(p.ctx, text, args...) }

func (p *projection) meta(key, value string) error { return setMeta(p.ctx, p.tx, key, value) }

func setMeta(ctx context.Context, tx *store.Tx, key, value string) error {
	return tx.Exec(ctx, `INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`, key, value)
}

// forget deletes rows before others take their place.
func (p *projection) forget(table, where string, args ...any) error {
	if p.fresh {
		return nil
	}
	return p.tx.Delete(p.ctx, table, where, args...)
}

func (p *projection) clock(_, value []byte) error {
	var c clocktypes.Clock
	if err := c.Unmarshal(value); err != nil {
		return err
	}
	return p.meta(metaTime, fmt.Sprint(c.MarketTime.Unix()))
}

func (p *projection) registryParams(_, value []byte) error {
	params := registrytypes.DefaultParams()
	if value != nil {
		params = registrytypes.Params{}
		if err := params.Unmarshal(value); err != nil {
			return err
		}
	}
	return p.meta(metaMinBond, fmt.Sprint(uait(params.MinBond.Amount)))
}

func agentID(key []byte) (int64, error) {
	_, id, err := collections.Uint64Key.Decode(key)
	return int64(id), err
}

// jobKey returns client and number of a job.
func jobKey(key []byte) (string, int64, error) {
	_, id, err := collections.PairKeyCodec(sdk.AccAddressKey, collections.Uint64Key).Decode(key)
	if err != nil {
		return "", 0, err
	}
	return id.K1().String(), int64(id.K2()), nil
}

// uait returns an amount as a column has it. The supply fits many times.
func uait(n sdkmath.Int) int64 {
	if n.IsNil() {
		return 0
	}
	if !n.IsInt64() {
		return math.MaxInt64
	}
	return n.Int64()
}

func hexOf(b []byte) string { return hex.EncodeToString(b) }

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}
