package chain

import (
	"fmt"
	"sort"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtcrypto "github.com/cometbft/cometbft/crypto/encoding"

	servertypes "github.com/cosmos/cosmos-sdk/server/types"
)

// Export returns the committed state as a genesis. The application that exports
// is a new one over the same database, as the export command starts it: an export
// for height zero changes the state that it works on.
func (c *Chain) Export(forZeroHeight bool, jailAllowed ...string) servertypes.ExportedApp {
	c.tb.Helper()
	n := &node{name: "export", db: c.nodes[0].db, opts: c.nodes[0].opts}
	n.start(c.cfg)
	exported, err := n.app.ExportAppStateAndValidators(forZeroHeight, jailAllowed, nil)
	if err != nil {
		c.tb.Fatalf("export: %v", err)
	}
	return exported
}

// StartFrom returns a new chain that starts from an exported genesis, with the
// accounts and validators of this one, at the time of its last block.
func (c *Chain) StartFrom(exported servertypes.ExportedApp) *Chain {
	c.tb.Helper()
	next, err := c.TryStartFrom(exported)
	if err != nil {
		c.tb.Fatal(err)
	}
	return next
}

// TryStartFrom is StartFrom for genesis files that may be refused.
func (c *Chain) TryStartFrom(exported servertypes.ExportedApp) (*Chain, error) {
	c.tb.Helper()
	next := &Chain{
		tb: c.tb, cfg: c.cfg, accounts: c.accounts, validators: c.validators,
		interval: c.interval, signed: map[string]uint64{},
	}
	next.startNodes()

	updates := make([]abci.ValidatorUpdate, 0, len(exported.Validators))
	for _, v := range exported.Validators {
		key, err := cmtcrypto.PubKeyToProto(v.PubKey)
		if err != nil {
			return nil, fmt.Errorf("exported validator %s: %w", v.Name, err)
		}
		updates = append(updates, abci.ValidatorUpdate{PubKey: key, Power: v.Power})
	}
	sort.Sort(abci.ValidatorUpdates(updates))
	err := next.tryInitChain(&abci.RequestInitChain{
		Time: c.Time(), ChainId: ID, ConsensusParams: &exported.ConsensusParams, Validators: updates,
		AppStateBytes: exported.AppState, InitialHeight: max(exported.Height, 1),
	})
	return next, err
}
