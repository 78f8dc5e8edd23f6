package query

import (
	"time"

	"github.com/aitbc/aitbc/index/indexv1"
)

// Checksum is checksum, for tests that forge cursors.
func Checksum(raw []byte) []byte { return checksum(raw) }

// NewHastyServer is NewServer with less patience.
func NewHastyServer(source Source, limit time.Duration) indexv1.QueryServer {
	return &server{source: source, limit: limit}
}
