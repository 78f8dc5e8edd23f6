// Package card fetches, checks and signs the agent cards of the A2A protocol, version
// 1.0. The chain keeps of a card its address and its hash; whoever uses the card
// checks it here. Nodes never do: they fetch nothing.
//
// # Hash
//
// [Hash] is the SHA-256 of the whole card, signatures included, in the canonical form
// of RFC 8785. So a card may be laid out anew, but not changed, without a new
// registration. The owner's transaction authenticates the hash, and thereby a card that
// has no signature at all.
//
// # Signatures
//
// A signature is a JWS (RFC 7515) over [Payload]: the card without its signatures and
// without properties that have their default values, in canonical form, as section 8.4
// of the A2A specification says. Three algorithms are accepted: EdDSA with Ed25519,
// ES256 and ES256K. A signature with any other, with "none", with a key of another kind
// than its algorithm or with critical header parameters is refused, and the card with
// it; one by a key that the caller doesn't know is reported as not checked.
//
// Both (r, s) and (r, n-s) are valid ECDSA signatures to RFC 7515, 7518 and 8812, and
// are accepted: nothing here takes the bytes of a signature for an identifier.
//
// # Keys
//
// Only keys that the caller trusts count: a [KeySet], or the key set at the jku of a
// signature if its host is one of [RemoteKeys]. A key inside a signature's header is
// never used. What keys were revoked is for who keeps the set: it removes them.
package card
