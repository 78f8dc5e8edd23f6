package hire

import (
	"context"
	"errors"
	"io"

	sdkmath "cosmossdk.io/math"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/aitbc/client/payload"
	registrytypes "github.com/aitbc/aitbc/x/agentregistry/types"
	jobmarkettypes "github.com/aitbc/aitbc/x/jobmarket/types"
)

// ErrNotFound is for an agent, an offer or a job that the chain does not have.
var ErrNotFound = errors.New("not found on the chain")

// Rules are what governance has set, as far as hires depend on it.
type Rules struct {
	Market jobmarkettypes.Params
	// MinBond is what an agent needs at stake to be hired, in uait.
	MinBond sdkmath.Int
}

// Market reads the chain. An error that is not ErrNotFound means that there was no
// answer, and that the same question may be asked again.
type Market interface {
	// Rules returns the parameters in force.
	Rules(ctx context.Context) (Rules, error)
	// Now returns the market time in unix seconds, rounded down.
	Now(ctx context.Context) (uint64, error)
	// Agent returns one agent, or ErrNotFound.
	Agent(ctx context.Context, id uint64) (registrytypes.AgentRecord, error)
	// AgentsBySkill returns agents that say they have a skill; if there are very many,
	// the first ones.
	AgentsBySkill(ctx context.Context, skill string) ([]registrytypes.AgentRecord, error)
	// Offers returns the standing offers of an agent.
	Offers(ctx context.Context, agentID uint64) ([]jobmarkettypes.Offer, error)
	// JobByRef returns the job that a client posted under its own name, or
	// ErrNotFound.
	JobByRef(ctx context.Context, client, clientRef string) (jobmarkettypes.JobRecord, error)
}

// Tx is a transaction in a block, and what it cost.
type Tx struct {
	Hash    string   `json:"hash"`
	Height  int64    `json:"height"`
	GasUsed int64    `json:"gas_used"`
	Fee     sdk.Coin `json:"fee"`
}

// Wallet is the client's account, with the key that signs for it.
type Wallet interface {
	// Address returns the bech32 address of the account.
	Address() string
	// Balance returns what can be spent, in uait.
	Balance(ctx context.Context) (sdkmath.Int, error)
	// Estimate returns what a message would need if it was sent now. A
	// *client.TxError says that the chain would refuse it.
	Estimate(ctx context.Context, msg sdk.Msg) (gas uint64, fee sdk.Coin, err error)
	// Send signs a message, sends it and returns when it is in a block. A
	// *client.TxError says that it had no effect but perhaps its fee; after any other
	// error it may still get into a block.
	Send(ctx context.Context, msg sdk.Msg) (Tx, error)
}

// Transport moves payloads, and asks several endpoints at a time. It is what
// *payload.Client does.
type Transport interface {
	Health(ctx context.Context, baseURL string) (payload.Info, error)
	PutInput(ctx context.Context, baseURL, client string, sequence uint64, milestone uint32, ref payload.Ref, r io.ReadSeeker) error
	Fetch(ctx context.Context, address string, ref payload.Ref, maxBytes int64) ([]byte, error)
}

var _ Transport = (*payload.Client)(nil)
