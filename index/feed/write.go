package feed

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"

	abci "github.com/cometbft/cometbft/abci/types"

	"github.com/aitbc/aitbc/index/store"
)

// pruneEvery is how often old history is deleted, in blocks.
const pruneEvery = 100

// Kinds of what history is about.
const (
	kindAgent = "agent"
	kindJob   = "job"
)

// write brings the rows from the height before a block to the block's, all or nothing.
func write(ctx context.Context, s *store.Store, b Block, keepHistory int64) error {
	tx, err := s.Begin(ctx)
	if err != nil {
		return err
	}
	if err := writeTo(ctx, tx, b, keepHistory); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit(ctx)
}

func writeTo(ctx context.Context, tx *store.Tx, b Block, keepHistory int64) error {
	p := &projection{ctx: ctx, tx: tx, height: b.Height}
	for _, pair := range latest(b.Pairs) {
		if err := p.apply(pair); err != nil {
			return err
		}
	}
	var now string
	if _, err := tx.Row(ctx, `SELECT value FROM meta WHERE key = ?`, []any{metaTime}, &now); err != nil {
		return err
	}
	at, _ := strconv.ParseInt(now, 10, 64) // 0 before the clock first ran
	for _, e := range b.Events {
		if err := writeEvent(ctx, tx, b.Height, at, e); err != nil {
			return err
		}
	}
	if from := b.Height - keepHistory + 1; keepHistory > 0 && from > 1 && b.Height%pruneEvery == 0 {
		if err := tx.Delete(ctx, "history", "height < ?", from); err != nil {
			return err
		}
		if err := raiseHistoryFrom(ctx, tx, from); err != nil {
			return err
		}
	}
	return setMeta(ctx, tx, metaHeight, strconv.FormatInt(b.Height, 10))
}

// latest returns of each key the last change only.
func latest(pairs []Pair) []Pair {
	at := make(map[string]int, len(pairs))
	var out []Pair
	for _, p := range pairs {
		name := p.Store + "/" + string(p.Key)
		if i, again := at[name]; again {
			out[i] = p
			continue
		}
		at[name] = len(out)
		out = append(out, p)
	}
	return out
}

func raiseHistoryFrom(ctx context.Context, tx *store.Tx, from int64) error {
	var text string
	if _, err := tx.Row(ctx, `SELECT value FROM meta WHERE key = ?`, []any{metaHistoryFrom}, &text); err != nil {
		return err
	}
	if known, err := strconv.ParseInt(text, 10, 64); err == nil && known >= from {
		return nil
	}
	return setMeta(ctx, tx, metaHistoryFrom, strconv.FormatInt(from, 10))
}

// writeEvent adds an event to the history, if it names an agent or a job.
func writeEvent(ctx context.Context, tx *store.Tx, height, at int64, e Event) error {
	attributes := map[string]json.RawMessage{}
	for _, a := range e.Attributes {
		if a.Key == "mode" || a.Key == "msg_index" {
			continue
		}
		attributes[a.Key] = value(a)
	}
	agent, client, sequence := number(attributes["agent_id"]), text(attributes["client"]), number(attributes["sequence"])
	kind := kindAgent
	switch {
	case client != "" && sequence > 0:
		kind = kindJob
	case agent == 0:
		return nil
	}
	data, err := json.Marshal(attributes) // sorted by key
	if err != nil {
		return err
	}
	return tx.Add(ctx, `history (height, tx, n, time, kind, agent_id, client, sequence, type, data)`,
		height, e.Tx, e.N, at, kind, agent, client, sequence, e.Type, string(data))
}

// value returns an attribute as JSON: typed events have JSON, others plain text.
func value(a abci.EventAttribute) json.RawMessage {
	if json.Valid([]byte(a.Value)) {
		return json.RawMessage(a.Value)
	}
	quoted, err := json.Marshal(a.Value)
	if err != nil {
		return json.RawMessage("null")
	}
	return quoted
}

func text(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return ""
	}
	return s
}

// number returns a 64-bit number, which typed events write as text.
func number(raw json.RawMessage) int64 {
	n, err := strconv.ParseInt(text(raw), 10, 64)
	if err != nil {
		return 0
	}
	return n
}
