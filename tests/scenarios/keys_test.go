package scenarios_test

import (
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	authtypes "github.com/cosmos/cosmos-sdk/x/auth/types"

	"github.com/aitbc/aitbc/testutil/chain"
	"github.com/aitbc/aitbc/testutil/golden"
	"github.com/aitbc/aitbc/testutil/market"
	"github.com/aitbc/aitbc/types"
	escrowtypes "github.com/aitbc/aitbc/x/escrow/types"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

// recorder tells which keys of the state a block wrote.
type recorder struct {
	c *chain.Chain
	// everyBlock are the keys that a block without transactions writes.
	everyBlock map[string]bool
}

func newRecorder(c *chain.Chain) *recorder {
	var kv []storetypes.StoreKey
	for _, key := range c.App.StoreKeys() {
		if _, ok := key.(*storetypes.KVStoreKey); ok {
			kv = append(kv, key)
		}
	}
	c.App.CommitMultiStore().AddListeners(kv)
	r := &recorder{c: c, everyBlock: map[string]bool{}}
	for range 5 {
		c.NextBlock()
		maps.Copy(r.everyBlock, r.pop())
	}
	return r
}

func (r *recorder) pop() map[string]bool {
	keys := map[string]bool{}
	for _, pair := range r.c.App.CommitMultiStore().PopStateCache() {
		keys[pair.StoreKey+"/"+hex.EncodeToString(pair.Key)] = true
	}
	return keys
}

// block commits a block and returns what it wrote beyond what every block writes.
// Keys with the height in them, such as the history of validators, are of the
// latter kind, and so is the end of an epoch.
func (r *recorder) block(txs ...[]byte) (*chain.Block, map[string]bool) {
	b := r.c.NextBlock(txs...)
	keys := r.pop()
	maps.DeleteFunc(keys, func(key string, _ bool) bool {
		return r.everyBlock[key] || strings.HasPrefix(key, "epochs/") || strings.HasPrefix(key, "staking/50") || strings.HasPrefix(key, "distribution/00")
	})
	return b, keys
}

// perBlock reports whether a block writes a key once for all its market messages
// and fees: the balances of the pools, and the supply.
func perBlock(key string) bool {
	if key == "bank/00"+hex.EncodeToString([]byte(types.BaseDenom)) {
		return true
	}
	for _, name := range []string{authtypes.FeeCollectorName, escrowtypes.FeePoolName, escrowtypes.BurnPoolName} {
		addr := hex.EncodeToString(authtypes.NewModuleAddress(name))
		if strings.HasPrefix(key, "bank/") && strings.Contains(key, addr) {
			return true
		}
	}
	return false
}

// pair is a client and an agent who have nothing to do with others.
type pair struct {
	client *chain.Account
	agent  market.Agent
}

// action is one market message of a pair.
type action struct {
	name string
	msg  func(p *pair) (*chain.Account, sdk.Msg)
}

var hotPath = []action{
	{"hire, first of a client", func(p *pair) (*chain.Account, sdk.Msg) {
		return p.client, market.Post(p.client, p.agent.ID, p.agent.Offer, ait(1))
	}},
	{"submit", func(p *pair) (*chain.Account, sdk.Msg) {
		return p.agent.Owner, market.Submit(p.agent.Owner, p.client, 1, 1)
	}},
	{"accept", func(p *pair) (*chain.Account, sdk.Msg) { return p.client, market.Accept(p.client, 1, 1) }},
	{"hire", func(p *pair) (*chain.Account, sdk.Msg) {
		return p.client, market.Post(p.client, p.agent.ID, p.agent.Offer, ait(1))
	}},
	{"cancel", func(p *pair) (*chain.Account, sdk.Msg) {
		return p.client, &jobmarkettypes.MsgCancelMilestone{Client: p.client.String(), Sequence: 2, Milestone: 1}
	}},
	{"hire with a client_ref", func(p *pair) (*chain.Account, sdk.Msg) {
		msg := market.Post(p.client, p.agent.ID, p.agent.Offer, ait(1))
		msg.ClientRef = "01JD8Z5N7C9T3B6Y2K4M8R1WQX"
		return p.client, msg
	}},
	{"quit", func(p *pair) (*chain.Account, sdk.Msg) {
		return p.agent.Owner, &jobmarkettypes.MsgQuitMilestone{
			Signer: p.agent.Owner.String(), Client: p.client.String(), Sequence: 3, Milestone: 1,
		}
	}},
	{"waive", func(p *pair) (*chain.Account, sdk.Msg) {
		return p.client, &jobmarkettypes.MsgWaiveMilestone{Client: p.client.String(), Sequence: 3, Milestone: 1}
	}},
	{"publish an offer", func(p *pair) (*chain.Account, sdk.Msg) {
		return p.agent.Owner, market.Publish(p.agent.Owner, p.agent.ID, market.Terms(ait(1), ait(2)))
	}},
}

func pairs(t *testing.T, c *chain.Chain, n int) []*pair {
	t.Helper()
	all := make([]*pair, n)
	for i := range all {
		all[i] = &pair{client: c.Account(2 * i), agent: market.NewAgent(t, c, c.Account(2*i+1), 100)}
	}
	return all
}

// TestKeySets: market messages of unrelated parties write no key in common, but
// for those that a block writes once for all of them. A golden file has the gas of
// each message and the keys that it writes.
func TestKeySets(t *testing.T) {
	c := chain.New(t, chain.WithAccounts(8))
	all := pairs(t, c, 4)
	r := newRecorder(c)
	var table strings.Builder
	fmt.Fprintf(&table, "%-26s %8s %6s  %s\n", "message", "gas", "keys", "by store; the account, its sequence and the fee included")
	for _, act := range hotPath {
		seen := map[string]int{}
		for i, p := range all {
			from, msg := act.msg(p)
			block, keys := r.block(c.Tx(from, msg).Bytes())
			if res := block.Results[0]; !res.IsOK() {
				t.Fatalf("%s: %s", act.name, res.Log)
			}
			for key := range keys {
				if other, common := seen[key]; common && !perBlock(key) {
					t.Errorf("%s: pairs %d and %d both write %s", act.name, other, i, key)
				}
				seen[key] = i
			}
			maps.DeleteFunc(keys, func(key string, _ bool) bool { return perBlock(key) })
			if i == len(all)-1 { // the pools have accounts by now
				fmt.Fprintf(&table, "%-26s %8d %6d  %s\n", act.name, block.Results[0].GasUsed, len(keys), byStore(keys))
			}
		}
	}
	golden.Check(t, "keys", table.String())
}

func byStore(keys map[string]bool) string {
	count := map[string]int{}
	for key := range keys {
		store, _, _ := strings.Cut(key, "/")
		count[store]++
	}
	var parts []string
	for _, store := range slices.Sorted(maps.Keys(count)) {
		parts = append(parts, fmt.Sprintf("%s %d", store, count[store]))
	}
	return strings.Join(parts, ", ")
}

// TestBlockOf500: a block of 500 market messages by unrelated parties gives the
// same hashes, results and events on every executor, and none of the messages
// writes a key of another's.
func TestBlockOf500(t *testing.T) {
	const n = 500
	c := chain.NewLockstep(t, chain.WithAccounts(2*n))
	all := registerAll(t, c, n)
	for _, act := range hotPath[:3] {
		txs := make([][]byte, n)
		for i, p := range all {
			from, msg := act.msg(p)
			txs[i] = c.Tx(from, msg).Bytes()
		}
		for i, res := range c.NextBlock(txs...).Results {
			if !res.IsOK() {
				t.Fatalf("%s %d: %s", act.name, i, res.Log)
			}
		}
	}
	if testing.Short() {
		return
	}
	disjoint(t)
}

// registerAll gives each client an agent of its own, in two blocks.
func registerAll(t *testing.T, c *chain.Chain, n int) []*pair {
	t.Helper()
	all, register, publish := make([]*pair, n), make([][]byte, n), make([][]byte, n)
	for i := range all {
		owner := c.Account(2*i + 1)
		all[i] = &pair{client: c.Account(2 * i), agent: market.Agent{Owner: owner, ID: uint64(i + 1), Offer: 1}}
		register[i] = c.Tx(owner, market.Register(owner, chain.AIT(100))).Bytes()
	}
	for i, res := range c.NextBlock(register...).Results {
		if !res.IsOK() {
			t.Fatalf("registration %d: %s", i, res.Log)
		}
	}
	for i, p := range all {
		publish[i] = c.Tx(p.agent.Owner, market.Publish(p.agent.Owner, p.agent.ID, market.Terms(chain.Uait(1_000), chain.AIT(10)))).Bytes()
	}
	for i, res := range c.NextBlock(publish...).Results {
		if !res.IsOK() {
			t.Fatalf("offer %d: %s", i, res.Log)
		}
	}
	return all
}

// disjoint delivers each of 500 messages in a block of its own, so that its keys
// are known, and compares them all.
func disjoint(t *testing.T) {
	t.Helper()
	const n = 500
	c := chain.New(t, chain.WithAccounts(2*n))
	all := registerAll(t, c, n)
	r := newRecorder(c)
	for _, act := range hotPath[:3] {
		seen := map[string]int{}
		for i, p := range all {
			from, msg := act.msg(p)
			_, keys := r.block(c.Tx(from, msg).Bytes())
			for key := range keys {
				if other, common := seen[key]; common && !perBlock(key) {
					t.Fatalf("%s: pairs %d and %d both write %s", act.name, other, i, key)
				}
				seen[key] = i
			}
		}
		t.Logf("%s: %d messages wrote %d different keys", act.name, n, len(seen))
	}
}
