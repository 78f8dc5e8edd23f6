// Package query answers the questions of aitbc.index.v1 from the tables of the read
// model. It only reads: each answer is made in one read-only transaction, with bounded
// time, and all of a question that reaches the database does so as a parameter.
package query

import (
	"database/sql"
	"errors"
)

// Dialect is the kind of SQL that a database speaks.
type Dialect int

// The dialects.
const (
	SQLite Dialect = iota + 1
	Postgres
)

// Reader is a read model that can be asked.
type Reader struct {
	// DB is the database. In SQLite it must be in WAL mode, so that reading and writing
	// don't wait for each other.
	DB *sql.DB
	// Dialect is what it speaks.
	Dialect Dialect
}

// The names of states.
const (
	StateOff      = "off"
	StateBuilding = "building"
	StateReady    = "ready"
	StateBehind   = "behind"
	StateFailed   = "failed"
)

// State is how a read model does.
type State struct {
	// Name is one of the names above.
	Name string
	// Detail says more, in one sentence without a full stop. It may be empty.
	Detail string
}

// Source is where the server finds the read model. Its methods can be called at the
// same time.
type Source interface {
	// Reader returns the read model, or an error that says why it can't be asked now:
	// ErrOff, or a sentence with the state.
	Reader() (Reader, error)
	// State returns how it does.
	State() State
	// Report is told of what the database could not do, for the log of the node.
	Report(error)
}

// ErrOff is the error of a node that has no read model.
var ErrOff = errors.New("the read model of this node is off; enable [index] in app.toml or ask another node")

// Off returns the source of a node that has no read model.
func Off() Source { return off{} }

type off struct{}

// Reader implements Source.
func (off) Reader() (Reader, error) { return Reader{}, ErrOff }

// State implements Source.
func (off) State() State { return State{Name: StateOff, Detail: ErrOff.Error()} }

// Report implements Source.
func (off) Report(error) {}
