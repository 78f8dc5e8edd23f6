package query

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"

	"github.com/cosmos/gogoproto/proto"
)

const (
	cursorVersion = 1
	// hashBytes is how much of a hash tells one question from another.
	hashBytes = 8
	// checksumBytes is how much of a hash tells a whole cursor from a changed one.
	checksumBytes = 4
	// maxCursorChars is more than any cursor has.
	maxCursorChars = 512
)

// position is where a page ended: what the rows are ordered by, of its last row. The
// next page goes on behind it, whatever became of that row.
type position struct {
	numbers []int64
	text    string
}

// question is a request without what may differ from page to page.
type question [hashBytes]byte

// questionOf names a question. The request must have neither cursor nor limit.
func questionOf(method string, request proto.Message) (question, error) {
	raw, err := proto.Marshal(request)
	if err != nil {
		return question{}, err
	}
	sum := sha256.Sum256(append([]byte(method+"\x00"), raw...))
	return question(sum[:hashBytes]), nil
}

// cursor returns the text that asks for what follows a position: base64url of version,
// question, numbers with their count, text, checksum.
func (q question) cursor(p position) string {
	raw := append([]byte{cursorVersion}, q[:]...)
	raw = append(raw, byte(len(p.numbers)))
	for _, n := range p.numbers {
		raw = binary.BigEndian.AppendUint64(raw, uint64(n))
	}
	raw = append(raw, p.text...)
	return base64.RawURLEncoding.EncodeToString(append(raw, checksum(raw)...))
}

func checksum(raw []byte) []byte {
	sum := sha256.Sum256(append([]byte("aitbc/index/cursor\x00"), raw...))
	return sum[:checksumBytes]
}

var (
	errNoCursor    = invalid("cursor: expected next_cursor of an answer, unchanged")
	errOldCursor   = invalid("cursor: expected one of this version of the node; start again without a cursor")
	errOtherCursor = invalid("cursor: expected one of the same question; start again without a cursor after a change of filter or order")
)

// position reads a cursor of this question whose position has so many numbers. It
// returns nil for no cursor.
func (q question) position(cursor string, numbers int) (*position, error) {
	if cursor == "" {
		return nil, nil //nolint:nilnil // no cursor, no position
	}
	if len(cursor) > maxCursorChars {
		return nil, errNoCursor
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(cursor)
	if err != nil || len(raw) < 1+hashBytes+1+checksumBytes {
		return nil, errNoCursor
	}
	body, sum := raw[:len(raw)-checksumBytes], raw[len(raw)-checksumBytes:]
	if !bytes.Equal(sum, checksum(body)) {
		return nil, errNoCursor
	}
	if body[0] != cursorVersion {
		return nil, errOldCursor
	}
	if !bytes.Equal(body[1:1+hashBytes], q[:]) {
		return nil, errOtherCursor
	}
	count, rest := int(body[1+hashBytes]), body[2+hashBytes:]
	if count != numbers || len(rest) < 8*count {
		return nil, errNoCursor
	}
	p := &position{numbers: make([]int64, count), text: string(rest[8*count:])}
	for i := range p.numbers {
		p.numbers[i] = int64(binary.BigEndian.Uint64(rest[8*i:]))
	}
	if err := checkText("cursor", p.text, maxTextChars); err != nil {
		return nil, errNoCursor
	}
	return p, nil
}
