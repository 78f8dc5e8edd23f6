package cmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	rpchttp "github.com/cometbft/cometbft/rpc/client/http"
	coretypes "github.com/cometbft/cometbft/rpc/core/types"
	cmttypes "github.com/cometbft/cometbft/types"

	"github.com/cosmos/cosmos-sdk/client"
	"github.com/cosmos/cosmos-sdk/client/flags"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// watcher is a node's client that remembers the transaction it broadcast and, if
// told so, waits for its block. It subscribes before it broadcasts, so that it
// works with nodes without an index and can't come too late.
type watcher struct {
	client.CometRPC
	node    string
	wait    bool
	timeout time.Duration
	// progress is told that a transaction is on its way: a block takes a second.
	progress io.Writer

	sent      *coretypes.ResultBroadcastTx
	committed *cmttypes.EventDataTx
}

// broadcast reports whether a transaction went out.
func (w *watcher) broadcast() bool { return w.sent != nil }

// BroadcastTxAsync implements client.CometRPC.
func (w *watcher) BroadcastTxAsync(ctx context.Context, tx cmttypes.Tx) (*coretypes.ResultBroadcastTx, error) {
	res, err := w.CometRPC.BroadcastTxAsync(ctx, tx)
	w.sent = res
	return res, err
}

// BroadcastTxSync implements client.CometRPC.
func (w *watcher) BroadcastTxSync(ctx context.Context, tx cmttypes.Tx) (*coretypes.ResultBroadcastTx, error) {
	if !w.wait {
		res, err := w.CometRPC.BroadcastTxSync(ctx, tx)
		w.sent = res
		return res, err
	}
	events, stop, err := w.subscribe(ctx, tx)
	if err != nil {
		return nil, err
	}
	defer stop()
	res, err := w.CometRPC.BroadcastTxSync(ctx, tx)
	w.sent = res
	if err != nil || res.Code != abci.CodeTypeOK {
		return res, err
	}
	// Waiting is the point, not telling of it.
	_, _ = fmt.Fprintf(w.progress, "sent %s, waiting for its block\n", res.Hash)
	timeout := time.NewTimer(w.timeout)
	defer timeout.Stop()
	select {
	case event := <-events:
		if data, ok := event.Data.(cmttypes.EventDataTx); ok {
			w.committed = &data
		}
	case <-timeout.C:
	case <-ctx.Done():
	}
	return res, nil
}

// subscribe asks the node to tell when the transaction is in a block.
func (w *watcher) subscribe(ctx context.Context, tx cmttypes.Tx) (<-chan coretypes.ResultEvent, func(), error) {
	socket, err := rpchttp.New(w.node, "/websocket")
	if err != nil {
		return nil, nil, err
	}
	if err := socket.Start(); err != nil {
		return nil, nil, fmt.Errorf("--%s: the node at %s has no websocket to wait on; use --%s=false", flagWait, w.node, flagWait)
	}
	// There is nothing to do about a connection that does not close.
	stop := func() { _ = socket.Stop() }
	query := fmt.Sprintf("%s='%s' AND %s='%X'", cmttypes.EventTypeKey, cmttypes.EventTx, cmttypes.TxHashKey, tx.Hash())
	events, err := socket.Subscribe(ctx, BinaryName, query)
	if err != nil {
		stop()
		return nil, nil, fmt.Errorf("--%s: the node at %s does not take subscriptions (%w); use --%s=false", flagWait, w.node, err, flagWait)
	}
	return events, stop, nil
}

// report prints what became of the transaction. A transaction that the node or
// the chain refused is an error.
func (w *watcher) report(ctx client.Context, g *gate) error {
	flush := func() error { _, err := g.out.Write(g.held); return err }
	if w.sent == nil { // nothing was sent: --dry-run, or the user said no
		return flush()
	}
	asJSON := ctx.OutputFormat == flags.OutputFormatJSON
	if w.sent.Code != abci.CodeTypeOK {
		refused := fmt.Errorf("the node refused the transaction: %s", w.sent.Log)
		if asJSON {
			return errors.Join(flush(), refused)
		}
		return refused
	}
	if !w.wait && asJSON {
		return flush()
	}
	if !w.wait {
		_, err := fmt.Fprintf(g.out, "txhash  %s\n", w.sent.Hash)
		return err
	}
	if w.committed == nil {
		return fmt.Errorf("the node took transaction %s, but it was in no block after %s; "+
			"it may still come: see aitbcd query tx %s", w.sent.Hash, w.timeout, w.sent.Hash)
	}
	res := txResponse(w.sent.Hash.String(), w.committed)
	var err error
	if asJSON {
		err = ctx.PrintProto(res)
	} else if res.Code == abci.CodeTypeOK {
		err = printCommitted(g.out, res)
	}
	if res.Code != abci.CodeTypeOK {
		err = errors.Join(err, failure(res))
	}
	return err
}

// failure says why a transaction failed and what became of its fee: one that fails
// before its messages, for lack of money or of the right sequence, pays none.
func failure(res *sdk.TxResponse) error {
	fee := "no fee taken"
	if attribute(res.Events, sdk.EventTypeTx, sdk.AttributeKeyFee) != "" {
		fee = "fee paid"
	}
	return fmt.Errorf("transaction %s failed in block %d (%s): %s", res.TxHash, res.Height, fee, res.RawLog)
}

func txResponse(hash string, data *cmttypes.EventDataTx) *sdk.TxResponse {
	return &sdk.TxResponse{
		TxHash:    hash,
		Height:    data.Height,
		Codespace: data.Result.Codespace,
		Code:      data.Result.Code,
		Data:      fmt.Sprintf("%X", data.Result.Data),
		RawLog:    data.Result.Log,
		Info:      data.Result.Info,
		GasWanted: data.Result.GasWanted,
		GasUsed:   data.Result.GasUsed,
		Events:    data.Result.Events,
	}
}

// printCommitted prints a transaction for people: where it is, what it cost, and
// what its messages did.
func printCommitted(out io.Writer, res *sdk.TxResponse) error {
	var b strings.Builder
	fmt.Fprintf(&b, "txhash  %s\nheight  %d\ngas     %d used of %d\n", res.TxHash, res.Height, res.GasUsed, res.GasWanted)
	if fee := attribute(res.Events, sdk.EventTypeTx, sdk.AttributeKeyFee); fee != "" {
		fmt.Fprintf(&b, "fee     %s\n", fee)
	}
	label := "events"
	for _, e := range res.Events {
		line, ofMessage := eventLine(e)
		if !ofMessage {
			continue
		}
		fmt.Fprintf(&b, "%-6s  %s\n", label, line)
		label = ""
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// eventLine prints an event in one line, and tells whether a message emitted it:
// the others are about the fee.
func eventLine(e abci.Event) (string, bool) {
	ofMessage := false
	line := e.Type
	for _, a := range e.Attributes {
		if a.Key == "msg_index" {
			ofMessage = true
			continue
		}
		value := a.Value
		if text, err := strconv.Unquote(value); err == nil { // typed events quote their strings
			value = text
		}
		line += " " + a.Key + "=" + value
	}
	return line, ofMessage
}

func attribute(events []abci.Event, eventType, key string) string {
	for _, e := range events {
		for _, a := range e.Attributes {
			if e.Type == eventType && a.Key == key {
				return a.Value
			}
		}
	}
	return ""
}
