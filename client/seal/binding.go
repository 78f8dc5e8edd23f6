package seal

import (
	"encoding/binary"
	"fmt"
	"strings"
)

// Role is the direction of a payload.
type Role uint8

// The roles. Zero is none.
const (
	// RoleInput goes from the client to the agent.
	RoleInput Role = 1
	// RoleResult goes from the agent to the client.
	RoleResult Role = 2
)

// String returns input or result, or Role(n) for an unknown one.
func (r Role) String() string {
	switch r {
	case RoleInput:
		return "input"
	case RoleResult:
		return "result"
	default:
		return fmt.Sprintf("Role(%d)", uint8(r))
	}
}

// Bounds of a binding's fields, in bytes.
const (
	maxChainIDBytes   = 50 // as in CometBFT
	maxClientBytes    = 90 // as in bech32
	maxClientRefBytes = 64 // as in the job market
)

// Binding is the place that a payload belongs to. It is not in the sealed bytes:
// both sides know it from the chain, and a payload opens only with the binding that
// it was sealed with.
type Binding struct {
	// ChainID is the chain of the job: 1 to 50 bytes.
	ChainID string
	// Client is the bech32 address of who posts the job, in lower case: at most 90
	// bytes.
	Client string
	// ClientRef is the client's own name for the job: 1 to 64 bytes. The input is
	// sealed before the job has a number, so this and not the number names it.
	ClientRef string
	// Milestone is which one, from 1.
	Milestone uint32
	// Role is the direction.
	Role Role
}

// Validate returns an error that names the first field that is out of bounds.
func (b Binding) Validate() error {
	switch {
	case b.ChainID == "" || len(b.ChainID) > maxChainIDBytes:
		return fmt.Errorf("chain id: expected 1 to %d bytes, got %d", maxChainIDBytes, len(b.ChainID))
	case b.Client == "" || len(b.Client) > maxClientBytes:
		return fmt.Errorf("client: expected an address of at most %d bytes, got %d", maxClientBytes, len(b.Client))
	case b.Client != strings.ToLower(b.Client):
		// Bech32 allows upper case, which would bind to the same client differently.
		return fmt.Errorf("client: expected an address in lower case, got %s", b.Client)
	case b.ClientRef == "" || len(b.ClientRef) > maxClientRefBytes:
		return fmt.Errorf("client_ref: expected 1 to %d bytes, got %d: without a name of its own a job can't be bound to",
			maxClientRefBytes, len(b.ClientRef))
	case b.Milestone == 0:
		return fmt.Errorf("milestone: expected a number from 1, got 0")
	case b.Role != RoleInput && b.Role != RoleResult:
		return fmt.Errorf("role: expected 1 (input) or 2 (result), got %d", uint8(b.Role))
	}
	return nil
}

// infoLabel separates this use of HPKE from others, and this version from later ones.
const infoLabel = "aitbc/seal/v1"

// info returns the binding as HPKE's application info. Each field follows its length
// in four bytes, so that no two bindings give the same bytes.
func (b Binding) info() []byte {
	var out []byte
	for _, field := range [][]byte{
		[]byte(infoLabel),
		[]byte(b.ChainID),
		[]byte(b.Client),
		[]byte(b.ClientRef),
		binary.BigEndian.AppendUint32(nil, b.Milestone),
		{byte(b.Role)},
	} {
		out = binary.BigEndian.AppendUint32(out, uint32(len(field)))
		out = append(out, field...)
	}
	return out
}
