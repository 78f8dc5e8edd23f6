// Package types defines the state, the pure state machine and arithmetic, and the
// messages of the agentregistry module.
package types

import (
	"encoding/binary"

	"cosmossdk.io/collections"
)

const (
	// ModuleName is the name of the module, its codespace, its query route and the
	// owner of its locks in escrow.
	ModuleName = "agentregistry"
	// StoreKey is the name of the module's store.
	StoreKey = ModuleName
)

// Store prefixes. They are permanent: a number is never reused.
var (
	// ParamsKey -> Params.
	ParamsKey = collections.NewPrefix(0)
	// NextAgentIDKey -> id of the next registration.
	NextAgentIDKey = collections.NewPrefix(1)
	// AgentsKey agent -> Agent.
	AgentsKey = collections.NewPrefix(2)
	// ProfilesKey agent -> Profile.
	ProfilesKey = collections.NewPrefix(3)
	// BondsKey agent -> Bond.
	BondsKey = collections.NewPrefix(4)
	// AgentsByOwnerKey (owner, agent).
	AgentsByOwnerKey = collections.NewPrefix(5)
	// AgentsByOperatorKey (operator, agent).
	AgentsByOperatorKey = collections.NewPrefix(6)
	// AgentsBySkillKey (skill, agent), agents that are not retired only.
	AgentsBySkillKey = collections.NewPrefix(7)
	// ReservationsKey (agent, holder, reference) -> amount.
	ReservationsKey = collections.NewPrefix(8)
	// UnbondingsKey (agent, completes_at) -> amount.
	UnbondingsKey = collections.NewPrefix(9)
	// QueueKey (completes_at, agent), withdrawals that blocks pay out.
	QueueKey = collections.NewPrefix(10)
	// ParkedKey (agent, completes_at), withdrawals that wait for a message.
	ParkedKey = collections.NewPrefix(11)
	// TimersKey (at, agent, kind), timers that blocks fire.
	TimersKey = collections.NewPrefix(12)
	// ParkedTimersKey (agent, kind) -> at, timers that wait for a message.
	ParkedTimersKey = collections.NewPrefix(13)
	// LastSeenKey agent -> unix seconds of its last sign of life.
	LastSeenKey = collections.NewPrefix(14)
	// AttestationsKey (agent, issuer, type) -> Attestation.
	AttestationsKey = collections.NewPrefix(15)
	// ConsentsKey operator -> deadline of its last used consent.
	ConsentsKey = collections.NewPrefix(16)
)

// Reference is the name of an agent's lock in escrow: its id, 8 bytes, big-endian.
func Reference(agentID uint64) []byte {
	return binary.BigEndian.AppendUint64(nil, agentID)
}
