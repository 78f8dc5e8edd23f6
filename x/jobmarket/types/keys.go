// Package types defines the state, the pure state machine and arithmetic, and the
// messages of the jobmarket module.
package types

import (
	"encoding/binary"

	"cosmossdk.io/collections"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

const (
	// ModuleName is the name of the module, its codespace, its query route, and the
	// owner of its locks and reservations.
	ModuleName = "jobmarket"
	// StoreKey is the name of the module's store.
	StoreKey = ModuleName
)

// Store prefixes. They are permanent: a number is never reused.
var (
	// ParamsKey -> Params.
	ParamsKey = collections.NewPrefix(0)
	// OfferSequencesKey agent -> number of its newest offer.
	OfferSequencesKey = collections.NewPrefix(1)
	// OffersKey (agent, offer) -> OfferTerms.
	OffersKey = collections.NewPrefix(2)
	// JobSequencesKey client -> number of its newest job.
	JobSequencesKey = collections.NewPrefix(3)
	// JobsKey (client, sequence) -> Job.
	JobsKey = collections.NewPrefix(4)
	// ProgressKey (client, sequence) -> Progress.
	ProgressKey = collections.NewPrefix(5)
	// RefsKey (client, client_ref) -> sequence.
	RefsKey = collections.NewPrefix(6)
	// LiveByAgentKey (agent, client, sequence), live jobs only.
	LiveByAgentKey = collections.NewPrefix(7)
	// QueueKey (deadline, client, sequence), live jobs that are not parked.
	QueueKey = collections.NewPrefix(8)
	// ParkedKey (client, sequence), live jobs whose timeout failed.
	ParkedKey = collections.NewPrefix(9)
)

// JobID names a job: the client and the client's own number. No two clients share
// a sequence, so that posting never contends.
type JobID = collections.Pair[sdk.AccAddress, uint64]

// NewJobID returns the name of a client's job.
func NewJobID(client sdk.AccAddress, sequence uint64) JobID {
	return collections.Join(client, sequence)
}

// Reference is the job's name in escrow and in the registry: the client's address
// followed by the sequence, 8 bytes, big-endian.
func Reference(id JobID) []byte {
	return binary.BigEndian.AppendUint64(append([]byte(nil), id.K1()...), id.K2())
}
