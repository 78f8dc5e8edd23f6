package client_test

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/crypto/hd"
	"github.com/cosmos/cosmos-sdk/crypto/keyring"
	"github.com/cosmos/cosmos-sdk/std"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtx "github.com/cosmos/cosmos-sdk/x/auth/tx"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"
	banktypes "github.com/cosmos/cosmos-sdk/x/bank/types"

	"github.com/aitbc/aitbc/client"
)

// world is a client with the key alice, the chain and the nodes that it talks to.
type world struct {
	*client.Client
	chain *chain
	nodes []*node
	clock *clock
	alice sdk.AccAddress
}

// serve starts so many nodes of a chain, and makes a client of them. Blocks come while
// the client waits.
func serve(t *testing.T, nodes int, adjust ...func(*client.Options)) *world {
	t.Helper()
	registry := codectypes.NewInterfaceRegistry()
	std.RegisterInterfaces(registry)
	authtypes.RegisterInterfaces(registry)
	banktypes.RegisterInterfaces(registry)
	cdc := codec.NewProtoCodec(registry)
	txConfig := authtx.NewTxConfig(cdc, authtx.DefaultSignModes)
	keys := keyring.NewInMemory(cdc)
	record, _, err := keys.NewMnemonic("alice", keyring.English, sdk.FullFundraiserPath, "", hd.Secp256k1)
	if err != nil {
		t.Fatal(err)
	}
	alice, err := record.GetAddress()
	if err != nil {
		t.Fatal(err)
	}
	c := &chain{
		decode: txConfig.TxDecoder(), alice: alice.String(), height: firstHeight, sequence: 3,
		blocks: map[int64][]included{}, outcome: succeed,
	}
	w := &world{chain: c, clock: &clock{chain: c}, alice: alice}
	o := client.Options{
		ChainID: chainID, Registry: registry, TxConfig: txConfig, Keys: keys,
		Fee:  func(gas uint64) sdk.Coin { return sdk.NewInt64Coin("uait", int64(gas)/100) },
		Wait: w.clock.wait, Seed: 1,
	}
	for range nodes {
		n := c.node(t, cdc)
		w.nodes = append(w.nodes, n)
		if o.GRPC == "" {
			o.GRPC = n.addr
		} else {
			o.Fallbacks = append(o.Fallbacks, n.addr)
		}
	}
	for _, f := range adjust {
		f(&o)
	}
	w.Client, err = client.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = w.Close() })
	return w
}

// transfer is a message that tests know by its amount.
func (w *world) transfer(uait int64) *banktypes.MsgSend {
	return banktypes.NewMsgSend(w.alice, w.alice, sdk.NewCoins(sdk.NewInt64Coin("uait", uait)))
}

// query asks for something, and returns the height of the answer.
func (w *world) query(ctx context.Context) (int64, error) {
	var header metadata.MD
	_, err := authtypes.NewQueryClient(w.Conn()).AccountInfo(ctx, &authtypes.QueryAccountInfoRequest{Address: w.alice.String()}, grpc.Header(&header))
	if err != nil {
		return 0, err
	}
	return client.HeightOf(header)
}

func TestNewNeedsItsOptions(t *testing.T) {
	registry := codectypes.NewInterfaceRegistry()
	good := client.Options{
		GRPC: "127.0.0.1:1", ChainID: chainID, Registry: registry,
		TxConfig: authtx.NewTxConfig(codec.NewProtoCodec(registry), authtx.DefaultSignModes),
	}
	for want, spoil := range map[string]func(*client.Options){
		"client: expected an address, a chain id and codecs":      func(o *client.Options) { o.GRPC = "" },
		"client: expected an RPC address before its fallbacks":    func(o *client.Options) { o.RPCFallbacks = []string{"http://127.0.0.1:1"} },
		"client: expected a timeout of at most 2147483647 blocks": func(o *client.Options) { o.TimeoutBlocks = 1 << 40 },
		"client: RPC address: expected one like http://":          func(o *client.Options) { o.RPC = "127.0.0.1:26657" },
		"client: %zz is not an address":                           func(o *client.Options) { o.Fallbacks = []string{"%zz"} },
	} {
		o := good
		spoil(&o)
		_, err := client.New(o)
		hasPrefix(t, err, want)
	}
	c, err := client.New(good)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

func TestQueriesGoOnToTheNextNode(t *testing.T) {
	w := serve(t, 2)
	w.nodes[0].stop()
	for range 2 { // the first finds out, the second knows
		if height, err := w.query(t.Context()); err != nil || height != firstHeight {
			t.Fatalf("expected an answer of height %d, got %d and %v", firstHeight, height, err)
		}
	}
	if len(w.clock.waits) != 0 {
		t.Errorf("expected no pause, got %v", w.clock.waits)
	}
	w.nodes[1].stop()
	_, err := w.query(t.Context())
	silent := (*client.NodeError)(nil)
	if !errors.As(err, &silent) || status.Code(err) != codes.Unavailable {
		t.Fatalf("expected a NodeError that is Unavailable, got %v", err)
	}
}

func TestANodeThatHangsIsLeft(t *testing.T) {
	w := serve(t, 2, func(o *client.Options) { o.CallTimeout = 50 * time.Millisecond })
	w.chain.change(func() { w.nodes[0].hung = true })
	var err error
	for range 20 { // the other one may be slow, too, on a busy machine
		if _, err = w.query(t.Context()); err == nil {
			return
		}
	}
	t.Fatal(err)
}

// For a moment after each block a node has no state to answer from.
func TestANodeBetweenTwoBlocksIsAskedAgain(t *testing.T) {
	w := serve(t, 1)
	if _, err := w.query(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.chain.change(func() { w.nodes[0].between = 2 })
	if _, err := w.query(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.chain.change(func() { w.nodes[0].between = 1000 })
	_, err := w.query(t.Context())
	hasPrefix(t, err, "node "+w.nodes[0].addr+" does not answer: context did not contain latest block height")
}

// What the caller's own context ends is not the fault of a node.
func TestTheCallersContextEndsAQuery(t *testing.T) {
	w := serve(t, 2)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.query(ctx); status.Code(err) != codes.Canceled {
		t.Errorf("expected Canceled, got %v", err)
	}
}

func TestStreamsGoOnToTheNextNode(t *testing.T) {
	w := serve(t, 2)
	w.nodes[0].stop()
	stream, err := w.Conn().NewStream(t.Context(), &grpc.StreamDesc{ServerStreams: true}, "/nobody.v1.Service/Stream")
	if err != nil {
		t.Fatal(err)
	}
	if err := stream.RecvMsg(new(authtypes.QueryParamsResponse)); status.Code(err) != codes.Unimplemented {
		t.Errorf("expected the answer of a node, got %v", err)
	}
	w = serve(t, 2)
	w.nodes[0].stop()
	w.nodes[1].stop()
	_, err = w.Conn().NewStream(t.Context(), &grpc.StreamDesc{ServerStreams: true}, "/nobody.v1.Service/Stream")
	if status.Code(err) != codes.Unavailable {
		t.Errorf("expected Unavailable, got %v", err)
	}
}

func TestANodeOfAnotherChainIsNotAsked(t *testing.T) {
	w := serve(t, 2)
	w.chain.change(func() { w.nodes[1].network = "other-1" })
	if _, err := w.query(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.nodes[0].stop()
	want := "node " + w.nodes[1].addr + ": expected chain test-1, got other-1"
	_, err := w.query(t.Context())
	hasPrefix(t, err, want)
	_, err = w.Send(t.Context(), "alice", w.transfer(1))
	hasPrefix(t, err, want)
	if client.MayStillCommit(err) || len(w.nodes[1].received()) > 0 {
		t.Error("expected nothing to be sent to a node of another chain")
	}
}

func TestStatus(t *testing.T) {
	w := serve(t, 1)
	w.chain.change(func() { w.nodes[0].syncing = true })
	got, err := w.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	// Not 101: queries don't see the effects of that block yet.
	if want := (client.Status{ChainID: chainID, Height: firstHeight, Earliest: 1, CatchingUp: true}); got != want {
		t.Errorf("expected %+v, got %+v", want, got)
	}
	w.chain.mine()
	if height, err := w.Height(t.Context()); err != nil || height != firstHeight+1 {
		t.Errorf("expected height %d, got %d and %v", firstHeight+1, height, err)
	}
	// The node may have been set up anew meanwhile.
	w.chain.change(func() { w.nodes[0].network = "other-1" })
	_, err = w.Status(t.Context())
	if wrong := (*client.WrongChainError)(nil); !errors.As(err, &wrong) || wrong.Got != "other-1" || wrong.Expected != chainID {
		t.Errorf("expected a WrongChainError, got %v", err)
	}
	w.nodes[0].stop()
	if _, err := w.Height(t.Context()); status.Code(err) != codes.Unavailable {
		t.Errorf("expected Unavailable, got %v", err)
	}
}

func TestWaitHeight(t *testing.T) {
	w := serve(t, 1)
	if err := w.WaitHeight(t.Context(), firstHeight+3); err != nil || w.chain.at() != firstHeight+3 {
		t.Errorf("expected to wait for height %d, got %v at %d", firstHeight+3, err, w.chain.at())
	}
	ctx, cancel := context.WithCancel(t.Context())
	w.clock.each = func(context.Context, int) error { cancel(); return nil }
	if err := w.WaitHeight(ctx, firstHeight+9); !errors.Is(err, context.Canceled) {
		t.Errorf("expected to be called off, got %v", err)
	}
	w.clock.each = nil
	w.nodes[0].stop()
	if err := w.WaitHeight(t.Context(), 1); status.Code(err) != codes.Unavailable {
		t.Errorf("expected Unavailable, got %v", err)
	}
}

// Without Options.Wait the machine's own time passes.
func TestWaitingEndsWithTheContext(t *testing.T) {
	w := serve(t, 1, func(o *client.Options) { o.Wait, o.PollInterval = nil, time.Millisecond })
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
	defer cancel()
	if err := w.WaitHeight(ctx, firstHeight+1); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("expected to be called off, got %v", err)
	}
}

func TestHeightOf(t *testing.T) {
	for _, header := range []metadata.MD{{}, metadata.Pairs("x-cosmos-block-height", "-1"), metadata.Pairs("x-cosmos-block-height", "x")} {
		if height, err := client.HeightOf(header); err == nil {
			t.Errorf("%v: expected an error, got %d", header, height)
		}
	}
}

// pausesOf returns the pauses of a client whose node is away.
func pausesOf(t *testing.T, seed uint64) []time.Duration {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	w := serve(t, 0, func(o *client.Options) { o.GRPC, o.Seed = l.Addr().String(), seed })
	_, err = w.Send(t.Context(), "alice", w.transfer(1))
	if silent := (*client.NodeError)(nil); !errors.As(err, &silent) || client.MayStillCommit(err) || !strings.Contains(err.Error(), "refused") {
		t.Fatalf("expected a refused connection, got %v", err)
	}
	return w.clock.waits
}

func TestPausesGrowWithJitterFromTheSeed(t *testing.T) {
	one, same, other := pausesOf(t, 1), pausesOf(t, 1), pausesOf(t, 2)
	if !slices.Equal(one, same) || slices.Equal(one, other) {
		t.Errorf("expected the seed to decide, got %v, %v and %v", one, same, other)
	}
	var sum time.Duration
	for i, d := range one {
		top := min(100*time.Millisecond<<i, 5*time.Second)
		if d < top/2 || d > top {
			t.Errorf("pause %d: expected %s to %s, got %s", i, top/2, top, d)
		}
		if sum >= client.DefaultPatience {
			t.Errorf("pause %d comes after %s of pauses", i, sum)
		}
		sum += d
	}
	if sum < client.DefaultPatience {
		t.Errorf("expected pauses of %s in all, got %s", client.DefaultPatience, sum)
	}
	if a, b := pausesOf(t, 0), pausesOf(t, 0); slices.Equal(a, b) {
		t.Errorf("expected other pauses each time, got %v twice", a)
	}
}
