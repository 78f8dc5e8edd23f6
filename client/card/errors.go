package card

import "errors"

// What can be wrong with a card. Errors of this package that are about the card, and
// not about reaching it, match one of them with errors.Is.
var (
	// ErrFormat is for bytes that are no JSON with one meaning (RFC 7493), or no agent
	// card.
	ErrFormat = errors.New("not an agent card")
	// ErrHash is for a card that is not the registered one.
	ErrHash = errors.New("not the registered card")
	// ErrSignature is for a signature that is malformed, not acceptable or wrong.
	ErrSignature = errors.New("bad signature")
	// ErrUnknownKey is what a [KeySource] says of a key that it doesn't have.
	ErrUnknownKey = errors.New("unknown key")
	// ErrKey is for key material that can't be used.
	ErrKey = errors.New("not a usable key")
	// ErrMismatch is for a card that says other things than the agent's registration.
	ErrMismatch = errors.New("not what is registered")
	// ErrAddress is for an address that is not fetched from.
	ErrAddress = errors.New("address refused")
)

// kindError is a sentence of its own that matches a sentinel.
type kindError struct {
	kind error
	text string
}

func (e *kindError) Error() string { return e.text }

func (e *kindError) Unwrap() error { return e.kind }
