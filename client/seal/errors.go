package seal

import "errors"

// What can be wrong with a payload. Errors of Seal and Open that are about the
// payload, and not about reading or writing it, match one of them with errors.Is.
var (
	// ErrFormat is for bytes that are no sealed payload of a known version and
	// suite, or whose sender broke the format.
	ErrFormat = errors.New("not a sealed payload")
	// ErrWrongKey is for a payload that was sealed to another key, or for another
	// chain, job, milestone or direction, or whose header was changed. Which of
	// these it is can't be told apart.
	ErrWrongKey = errors.New("the payload does not open with this key and binding")
	// ErrTampered is for a payload of this key and binding whose data was changed
	// or cut within a chunk.
	ErrTampered = errors.New("the payload was changed after it was sealed")
	// ErrTruncated is for a payload that ends too early, where that is certain.
	ErrTruncated = errors.New("the payload is cut short")
	// ErrTooLarge is for more plaintext than allowed.
	ErrTooLarge = errors.New("the payload is too large")
)
