// Package keeper keeps offers and jobs and moves their money.
package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/core/address"
	"cosmossdk.io/core/store"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/x/jobmarket/types"
)

// Dependencies are what the module needs of others. All are required.
type Dependencies struct {
	Clock    types.ClockKeeper
	Escrow   types.EscrowKeeper
	Registry types.RegistryKeeper
	// Reservations are those that Registry makes.
	Reservations types.ReservationReader
	Reputation   types.ReputationKeeper
	Hooks        types.JobHooks
}

// Keeper owns the jobmarket module's state. Money rests in escrow and in the
// agents' bonds; here is what it is for.
type Keeper struct {
	// authority is the bech32 address that may update the parameters, unless the
	// consensus parameters name another.
	authority string
	addresses address.Codec
	Dependencies

	schema collections.Schema
	// params holds the governed parameters.
	params collections.Item[types.Params]
	// offerSequences holds the number of each agent's newest offer.
	offerSequences collections.Map[uint64, uint32]
	// offers holds the standing offers by (agent, number).
	offers collections.Map[collections.Pair[uint64, uint32], types.OfferTerms]
	// jobSequences holds the number of each client's newest job.
	jobSequences collections.Map[sdk.AccAddress, uint64]
	// jobs holds what was agreed; it is written once.
	jobs collections.Map[types.JobID, types.Job]
	// progress holds where each job stands; it is written by every step.
	progress collections.Map[types.JobID, types.Progress]
	// refs holds the clients' own names for their jobs.
	refs collections.Map[collections.Pair[sdk.AccAddress, string], uint64]
	// liveByAgent holds the live jobs of each agent.
	liveByAgent collections.KeySet[entry]
	// queue holds the deadline of every live job that is not parked.
	queue collections.KeySet[entry]
	// parked holds the live jobs whose timeout failed.
	parked collections.KeySet[types.JobID]
}

// NewKeeper returns the keeper. It panics on a malformed authority or a missing
// dependency, which only a wiring mistake can cause.
func NewKeeper(
	cdc codec.BinaryCodec,
	storeService store.KVStoreService,
	addressCodec address.Codec,
	deps Dependencies,
	authority string,
) *Keeper {
	if _, err := addressCodec.StringToBytes(authority); err != nil {
		panic("jobmarket: authority is not a valid address: " + err.Error())
	}
	if deps.Clock == nil || deps.Escrow == nil || deps.Registry == nil || deps.Reservations == nil || deps.Reputation == nil || deps.Hooks == nil {
		panic("jobmarket: a dependency is missing")
	}
	sb := collections.NewSchemaBuilder(storeService)
	jobID := collections.PairKeyCodec(sdk.AccAddressKey, collections.Uint64Key)
	byNumber := collections.TripleKeyCodec(collections.Uint64Key, sdk.AccAddressKey, collections.Uint64Key)
	k := &Keeper{
		authority:      authority,
		addresses:      addressCodec,
		Dependencies:   deps,
		params:         collections.NewItem(sb, types.ParamsKey, "params", codec.CollValue[types.Params](cdc)),
		offerSequences: collections.NewMap(sb, types.OfferSequencesKey, "offer_sequences", collections.Uint64Key, collections.Uint32Value),
		offers: collections.NewMap(sb, types.OffersKey, "offers",
			collections.PairKeyCodec(collections.Uint64Key, collections.Uint32Key), codec.CollValue[types.OfferTerms](cdc)),
		jobSequences: collections.NewMap(sb, types.JobSequencesKey, "job_sequences", sdk.AccAddressKey, collections.Uint64Value),
		jobs:         collections.NewMap(sb, types.JobsKey, "jobs", jobID, codec.CollValue[types.Job](cdc)),
		progress:     collections.NewMap(sb, types.ProgressKey, "progress", jobID, codec.CollValue[types.Progress](cdc)),
		refs: collections.NewMap(sb, types.RefsKey, "refs",
			collections.PairKeyCodec(sdk.AccAddressKey, collections.StringKey), collections.Uint64Value),
		liveByAgent: collections.NewKeySet(sb, types.LiveByAgentKey, "live_by_agent", byNumber),
		queue:       collections.NewKeySet(sb, types.QueueKey, "queue", byNumber),
		parked:      collections.NewKeySet(sb, types.ParkedKey, "parked", jobID),
	}
	schema, err := sb.Build()
	if err != nil {
		panic(err)
	}
	k.schema = schema
	return k
}

// Schema returns the collections schema, which the simulation's store decoder
// needs.
func (k *Keeper) Schema() collections.Schema { return k.schema }

// Params returns the parameters in force, the defaults if none were ever stored
// (a chain that gets this module by an upgrade).
func (k *Keeper) Params(ctx context.Context) (types.Params, error) {
	params, err := k.params.Get(ctx)
	if errors.Is(err, collections.ErrNotFound) {
		return types.DefaultParams(), nil
	}
	return params, err
}

// now returns market time in whole seconds, rounded down.
func (k *Keeper) now(ctx context.Context) (uint64, error) {
	now, err := k.Clock.MarketTime(ctx)
	if err != nil {
		return 0, err
	}
	return uint64(now.Unix()), nil
}
