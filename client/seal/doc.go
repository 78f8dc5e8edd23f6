// Package seal encrypts what client and agent hand to each other, so that only the
// one it is meant for can read it and anybody can check that it is what the chain
// says was handed over.
//
// Encryption is HPKE (RFC 9180) in base mode, from the standard library. A payload
// is sealed to one public key and bound to one place: chain, job, milestone and
// direction. It opens nowhere else. The sender is not authenticated: anybody who
// knows a public key can seal to it. Who sealed a payload follows from the chain,
// where the sender commits the digest of the sealed bytes.
//
// # Suites
//
// Each suite names a key encapsulation; the rest is the same for all. Keys are
// derived with HKDF-SHA256. Payloads are encrypted with ChaCha20-Poly1305 rather
// than AES-256-GCM, because it takes constant time on every processor, and agents
// run on machines without AES instructions too; where they exist, AES would save
// less than a tenth of a second on the largest payload.
//
// # Format, version 1
//
//	magic       7 bytes  "AITSEAL"
//	version     1 byte   1
//	suite       1 byte
//	enc                  the encapsulated key; its length follows from the suite
//	commitment 32 bytes  exported from the HPKE context
//	chunks               until the end
//
// The plaintext of the chunks, one after the other, is the length of the media type
// in one byte, the media type, and the body. It is cut into pieces of 64 KiB, of
// which only the last may be shorter, and none is empty. Each piece is sealed by the
// HPKE context, which counts them, with the whole header and one byte as additional
// data: 1 for the last piece and 0 for the others. So pieces can't be reordered,
// dropped or added, and the end can't be cut off without notice.
//
// The commitment makes one sealed payload have one plaintext. Without it, a sender
// could craft bytes that open to different texts under different keys, and show
// either in a dispute. It also tells a wrong key from changed data.
//
// A sealed payload shows its size; pad the plaintext where that tells too much.
package seal
