package query

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/aitbc/aitbc/index/indexv1"
)

// maxTime bounds the time of one question.
const maxTime = 2 * time.Second

type server struct {
	source Source
	// limit is maxTime, but for tests.
	limit time.Duration
}

var _ indexv1.QueryServer = (*server)(nil)

// NewServer returns the query service of a read model. Nodes without one register it
// too, with Off, so that who asks is told.
func NewServer(source Source) indexv1.QueryServer { return &server{source: source, limit: maxTime} }

// Keys of the table meta.
const (
	metaChainID     = "chain_id"
	metaHeight      = "height"
	metaTime        = "time"
	metaHistoryFrom = "history_from"
	metaMinBond     = "min_bond"
)

// reading is a read model at one height.
type reading struct {
	ctx     context.Context
	tx      *sql.Tx
	dialect Dialect
	head    indexv1.Head
	// chainID is of the chain that is followed.
	chainID string
	// historyFrom is the first height whose events are known.
	historyFrom uint64
	// minBond is the stake of a hireable agent, in uait.
	minBond uint64
}

// read answers from one state of the read model, in bounded time. The errors of answer
// that have a gRPC status stay as they are; all others are the database's.
func (s *server) read(ctx context.Context, answer func(*reading) error) error {
	reader, err := s.source.Reader()
	if err != nil {
		return unavailable(err)
	}
	limited, cancel := context.WithTimeout(ctx, s.limit)
	defer cancel()
	options := &sql.TxOptions{ReadOnly: true}
	if reader.Dialect == Postgres {
		options.Isolation = sql.LevelRepeatableRead // one state for all statements
	}
	tx, err := reader.DB.BeginTx(limited, options)
	if err != nil {
		return s.failure(ctx, limited, err)
	}
	defer func() { _ = tx.Rollback() }() // nothing was written
	r := &reading{ctx: limited, tx: tx, dialect: reader.Dialect}
	if err := r.readMeta(); err != nil {
		return s.failure(ctx, limited, err)
	}
	if err := answer(r); err != nil {
		return s.failure(ctx, limited, err)
	}
	return nil
}

func unavailable(err error) error {
	if _, ok := status.FromError(err); ok {
		return err
	}
	return status.Error(codes.Unavailable, err.Error())
}

// failure returns what people are told of an error.
func (s *server) failure(asked, limited context.Context, err error) error {
	switch _, decided := status.FromError(err); {
	case decided:
		return err
	case asked.Err() != nil:
		return status.FromContextError(asked.Err()).Err()
	case limited.Err() != nil:
		return status.Errorf(codes.ResourceExhausted, "the answer would take longer than %s; ask for something narrower", s.limit)
	}
	s.source.Report(err)
	return status.Error(codes.Unavailable, "the database of this node's read model can't be read now; ask another node or try again later")
}

// invalid returns the error of a field.
func invalid(format string, args ...any) error {
	return status.Errorf(codes.InvalidArgument, format, args...)
}

var errEmpty = status.Error(codes.InvalidArgument, "empty request")

func (r *reading) statement() *statement { return &statement{dialect: r.dialect} }

// each calls scan for each row of an answer.
func (r *reading) each(s *statement, scan func(*sql.Rows) error) error {
	rows, err := r.tx.QueryContext(r.ctx, s.text.String(), s.args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// one scans a single row. It reports whether there is one.
func (r *reading) one(s *statement, into ...any) (bool, error) {
	err := r.tx.QueryRowContext(r.ctx, s.text.String(), s.args...).Scan(into...)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

func (r *reading) readMeta() error {
	return r.each(r.statement().add(`SELECT key, value FROM meta LIMIT 64`), func(rows *sql.Rows) error {
		var key, value string
		if err := rows.Scan(&key, &value); err != nil {
			return err
		}
		into, number := map[string]*uint64{
			metaHeight: &r.head.Height, metaTime: &r.head.Time, metaHistoryFrom: &r.historyFrom, metaMinBond: &r.minBond,
		}[key]
		switch {
		case key == metaChainID:
			r.chainID = value
		case number:
			n, err := strconv.ParseUint(value, 10, 64)
			if err != nil {
				return fmt.Errorf("meta %s: expected a number, got %q", key, value)
			}
			*into = n
		}
		return nil
	})
}

// Status implements indexv1.QueryServer. A read model that can't be read is no error.
func (s *server) Status(ctx context.Context, req *indexv1.QueryStatusRequest) (*indexv1.QueryStatusResponse, error) {
	if req == nil {
		return nil, errEmpty
	}
	state := s.source.State()
	res := &indexv1.QueryStatusResponse{State: state.Name, Detail: state.Detail}
	if _, err := s.source.Reader(); err != nil {
		if res.Detail == "" {
			res.Detail = status.Convert(unavailable(err)).Message()
		}
		return res, nil
	}
	err := s.read(ctx, func(r *reading) error {
		res.Head, res.ChainId, res.HistoryFrom = r.head, r.chainID, r.historyFrom
		return nil
	})
	if status.Code(err) == codes.Unavailable {
		return &indexv1.QueryStatusResponse{State: StateFailed, Detail: status.Convert(err).Message()}, nil
	}
	if err != nil {
		return nil, err
	}
	return res, nil
}
