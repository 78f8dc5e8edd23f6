package card

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gowebpki/jcs"
)

// Bounds of a document.
const (
	// MaxBytes is the size that a card may have.
	MaxBytes = 256 << 10
	// MaxDepth is how deep arrays and objects may be nested.
	MaxDepth = 64
)

const memberSignatures = "signatures"

// Canonical returns a JSON document in the form of RFC 8785. It is refused if it is
// larger than MaxBytes, nested deeper than MaxDepth, or could be read in two ways: with
// a name twice in an object, invalid UTF-8, lone surrogates, a number that no IEEE 754
// double can hold, or anything after its end.
func Canonical(document []byte) ([]byte, error) {
	if len(document) > MaxBytes {
		return nil, formatError("card: expected at most %d bytes, got %d", MaxBytes, len(document))
	}
	if !shallow(document) {
		return nil, formatError("card: expected arrays and objects at most %d deep, got more", MaxDepth)
	}
	if len(document) == 0 {
		return nil, formatError("card: expected a JSON document, got nothing")
	}
	canonical, err := jcs.Transform(document)
	if err != nil {
		return nil, formatError("card: expected JSON with one meaning (RFC 7493): %s", lowerFirst(err.Error()))
	}
	return canonical, nil
}

// Hash returns what an owner registers: the SHA-256 of the card in the form of RFC
// 8785, with its signatures.
func Hash(card []byte) ([sha256.Size]byte, error) {
	canonical, err := canonicalCard(card)
	if err != nil {
		return [sha256.Size]byte{}, err
	}
	return sha256.Sum256(canonical), nil
}

// Payload returns what signatures of the card are over: the card in the form of RFC
// 8785, without its signatures and without properties that have their default values.
func Payload(card []byte) ([]byte, error) {
	canonical, err := canonicalCard(card)
	if err != nil {
		return nil, err
	}
	object, err := decodeObject(canonical)
	if err != nil {
		return nil, err
	}
	return payloadOf(object)
}

// payloadOf takes the object apart.
func payloadOf(object map[string]any) ([]byte, error) {
	delete(object, memberSignatures)
	messageCard.strip(object)
	return encodeCanonical(object)
}

func canonicalCard(card []byte) ([]byte, error) {
	canonical, err := Canonical(card)
	if err != nil {
		return nil, err
	}
	if canonical[0] != '{' {
		return nil, formatError("card: expected a JSON object, got %s", kindOfText(canonical))
	}
	return canonical, nil
}

// decodeObject reads an object that is canonical already, so that no name is twice in it.
func decodeObject(canonical []byte) (map[string]any, error) {
	var object map[string]any
	if err := json.Unmarshal(canonical, &object); err != nil {
		return nil, formatError("card: expected a JSON object: %v", err)
	}
	return object, nil
}

func encodeCanonical(v any) ([]byte, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("card: %w", err)
	}
	return jcs.Transform(raw)
}

// shallow says whether nothing is nested deeper than MaxDepth. It takes any bytes: what
// is no JSON is found by others.
func shallow(document []byte) bool {
	depth, inString := 0, false
	for i := 0; i < len(document); i++ {
		switch c := document[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case inString:
		case c == '[' || c == '{':
			if depth++; depth > MaxDepth {
				return false
			}
		case c == ']' || c == '}':
			depth--
		}
	}
	return true
}

func formatError(format string, args ...any) error {
	return &kindError{kind: ErrFormat, text: fmt.Sprintf(format, args...)}
}

func lowerFirst(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToLower(r)) + s[size:]
}

// kindOfText names the kind of a canonical document.
func kindOfText(canonical []byte) string {
	var v any
	if json.Unmarshal(canonical, &v) != nil {
		return "something else"
	}
	return kindOf(v)
}

// kindOf names the kind of a decoded value.
func kindOf(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "a boolean"
	case string:
		return "a string"
	case []any:
		return "an array"
	case map[string]any:
		return "an object"
	default:
		return "a number"
	}
}

// shown is a stranger's text in an error: quoted and short.
func shown(s string) string {
	const most = 64
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "..."
	}
	return fmt.Sprintf("%q", s)
}
