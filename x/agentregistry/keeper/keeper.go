// Package keeper keeps agents and what they have at stake.
package keeper

import (
	"context"
	"errors"

	"cosmossdk.io/collections"
	"cosmossdk.io/core/address"
	"cosmossdk.io/core/store"
	sdkmath "cosmossdk.io/math"

	"github.com/cosmos/cosmos-sdk/codec"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/x/agentregistry/types"
)

// Keeper owns the agentregistry module's state. The coins of the bonds rest in
// escrow; here is what they are for.
type Keeper struct {
	// authority is the bech32 address that may update the parameters, unless the
	// consensus parameters name another.
	authority string
	addresses address.Codec
	clock     types.ClockKeeper
	escrow    types.EscrowKeeper
	bank      types.BankKeeper
	// holders are the names that Scoped has handed out.
	holders map[string]bool

	schema collections.Schema
	// params holds the governed parameters.
	params collections.Item[types.Params]
	// nextAgentID holds the id of the next registration.
	nextAgentID collections.Item[uint64]
	// agents holds what every hire reads.
	agents collections.Map[uint64, types.Agent]
	// profiles holds what agents tell about themselves.
	profiles collections.Map[uint64, types.Profile]
	// bonds holds what every reservation writes.
	bonds collections.Map[uint64, types.Bond]
	// byOwner holds the agents of each owner.
	byOwner collections.KeySet[collections.Pair[sdk.AccAddress, uint64]]
	// byOperator holds the agents that each key signs for.
	byOperator collections.KeySet[collections.Pair[sdk.AccAddress, uint64]]
	// bySkill holds the agents with each skill, retired ones not.
	bySkill collections.KeySet[collections.Pair[string, uint64]]
	// reservations holds the reserved amounts by (agent, holder, reference).
	reservations collections.Map[reservationKey, sdkmath.Int]
	// unbondings holds the amounts on their way out by (agent, completes_at).
	unbondings collections.Map[collections.Pair[uint64, uint64], sdkmath.Int]
	// queue holds (completes_at, agent) of every withdrawal that is not parked.
	queue collections.KeySet[collections.Pair[uint64, uint64]]
	// parked holds (agent, completes_at) of the withdrawals that failed.
	parked collections.KeySet[collections.Pair[uint64, uint64]]
	// timers holds (at, agent, kind) of every timer that is not parked.
	timers collections.KeySet[timerKey]
	// parkedTimers holds when a timer that failed was to fire, by (agent, kind).
	parkedTimers collections.Map[collections.Pair[uint64, uint32], uint64]
	// lastSeen holds each agent's last sign of life, in unix seconds. It is apart from
	// the agent so that a heartbeat writes no more.
	lastSeen collections.Map[uint64, uint64]
	// attestations holds what others say about agents, by (agent, issuer, type).
	attestations collections.Map[attestationKey, types.Attestation]
	// consents holds the deadline of each operator's last used consent.
	consents collections.Map[sdk.AccAddress, uint64]
}

// reservationKey is (agent, holder, reference).
type reservationKey = collections.Triple[uint64, string, []byte]

// timerKey is (at, agent, kind).
type timerKey = collections.Triple[uint64, uint64, uint32]

// attestationKey is (agent, issuer, type).
type attestationKey = collections.Triple[uint64, sdk.AccAddress, uint32]

// NewKeeper returns the keeper. It panics on a malformed authority or a missing
// dependency, which only a wiring mistake can cause.
func NewKeeper(
	cdc codec.BinaryCodec,
	storeService store.KVStoreService,
	addressCodec address.Codec,
	clock types.ClockKeeper,
	escrow types.EscrowKeeper,
	bank types.BankKeeper,
	authority string,
) *Keeper {
	if _, err := addressCodec.StringToBytes(authority); err != nil {
		panic("agentregistry: authority is not a valid address: " + err.Error())
	}
	if clock == nil || escrow == nil || bank == nil {
		panic("agentregistry: a dependency is missing")
	}
	sb := collections.NewSchemaBuilder(storeService)
	byAddress := collections.PairKeyCodec(sdk.AccAddressKey, collections.Uint64Key)
	numbers := collections.PairKeyCodec(collections.Uint64Key, collections.Uint64Key)
	k := &Keeper{
		authority:   authority,
		addresses:   addressCodec,
		clock:       clock,
		escrow:      escrow,
		bank:        bank,
		holders:     map[string]bool{},
		params:      collections.NewItem(sb, types.ParamsKey, "params", codec.CollValue[types.Params](cdc)),
		nextAgentID: collections.NewItem(sb, types.NextAgentIDKey, "next_agent_id", collections.Uint64Value),
		agents:      collections.NewMap(sb, types.AgentsKey, "agents", collections.Uint64Key, codec.CollValue[types.Agent](cdc)),
		profiles:    collections.NewMap(sb, types.ProfilesKey, "profiles", collections.Uint64Key, codec.CollValue[types.Profile](cdc)),
		bonds:       collections.NewMap(sb, types.BondsKey, "bonds", collections.Uint64Key, codec.CollValue[types.Bond](cdc)),
		byOwner:     collections.NewKeySet(sb, types.AgentsByOwnerKey, "agents_by_owner", byAddress),
		byOperator:  collections.NewKeySet(sb, types.AgentsByOperatorKey, "agents_by_operator", byAddress),
		bySkill: collections.NewKeySet(sb, types.AgentsBySkillKey, "agents_by_skill",
			collections.PairKeyCodec(collections.StringKey, collections.Uint64Key)),
		reservations: collections.NewMap(sb, types.ReservationsKey, "reservations",
			collections.TripleKeyCodec(collections.Uint64Key, collections.StringKey, collections.BytesKey), sdk.IntValue),
		unbondings: collections.NewMap(sb, types.UnbondingsKey, "unbondings", numbers, sdk.IntValue),
		queue:      collections.NewKeySet(sb, types.QueueKey, "queue", numbers),
		parked:     collections.NewKeySet(sb, types.ParkedKey, "parked", numbers),
		timers: collections.NewKeySet(sb, types.TimersKey, "timers",
			collections.TripleKeyCodec(collections.Uint64Key, collections.Uint64Key, collections.Uint32Key)),
		parkedTimers: collections.NewMap(sb, types.ParkedTimersKey, "parked_timers",
			collections.PairKeyCodec(collections.Uint64Key, collections.Uint32Key), collections.Uint64Value),
		lastSeen: collections.NewMap(sb, types.LastSeenKey, "last_seen", collections.Uint64Key, collections.Uint64Value),
		attestations: collections.NewMap(sb, types.AttestationsKey, "attestations",
			collections.TripleKeyCodec(collections.Uint64Key, sdk.AccAddressKey, collections.Uint32Key), codec.CollValue[types.Attestation](cdc)),
		consents: collections.NewMap(sb, types.ConsentsKey, "consents", sdk.AccAddressKey, collections.Uint64Value),
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

// UpdateParams replaces the parameters and emits EventParamsUpdated. It returns
// ErrUnauthorized for any signer but the authority and ErrInvalidParams for a
// value out of bounds; in both cases nothing changes. Withdrawals under way keep
// their time, agents their status.
func (k *Keeper) UpdateParams(ctx context.Context, authority string, params types.Params) error {
	if err := sdk.ValidateAuthority(sdk.UnwrapSDKContext(ctx), k.authority, authority); err != nil {
		return err
	}
	if err := params.Validate(); err != nil {
		return err
	}
	old, err := k.Params(ctx)
	if err != nil {
		return err
	}
	if err := k.params.Set(ctx, params); err != nil {
		return err
	}
	return emit(ctx, &types.EventParamsUpdated{OldParams: old, NewParams: params})
}

// Now returns market time in whole seconds, rounded down.
func (k *Keeper) Now(ctx context.Context) (uint64, error) {
	now, err := k.clock.MarketTime(ctx)
	if err != nil {
		return 0, err
	}
	return uint64(now.Unix()), nil
}
