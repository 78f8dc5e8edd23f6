package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// maxParameters bounds one statement; both databases take more.
const maxParameters = 900

// Tx writes rows. All of it becomes visible at once, with Commit.
type Tx struct {
	tx       *sql.Tx
	postgres bool
	// statements are prepared once.
	statements map[string]*sql.Stmt
	// added are the rows of Add that are not sent yet, by table and columns.
	added map[string]*insert
	order []string
}

// insert are rows for one table.
type insert struct {
	columns int
	values  []any
}

// Begin starts to write. ctx bounds it until it ends.
func (s *Store) Begin(ctx context.Context) (*Tx, error) {
	tx, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	return &Tx{
		tx: tx, postgres: s.options.Backend == Postgres,
		statements: map[string]*sql.Stmt{}, added: map[string]*insert{},
	}, nil
}

// Delete deletes the rows of a table for which a condition holds, those that were added
// before included. Parameters are written as ?.
func (t *Tx) Delete(ctx context.Context, table, where string, args ...any) error {
	if err := t.flushAll(ctx); err != nil {
		return err
	}
	return t.Exec(ctx, "DELETE FROM "+table+" WHERE "+where, args...)
}

// Clear deletes all rows of a table, those that were added before included, without
// looking at each.
func (t *Tx) Clear(ctx context.Context, table string) error {
	if err := t.flushAll(ctx); err != nil {
		return err
	}
	if t.postgres {
		return t.Exec(ctx, "TRUNCATE TABLE "+table)
	}
	return t.Exec(ctx, "DELETE FROM "+table)
}

// Exec runs a statement on rows that were not added by Add in this transaction. Parameters
// are written as ?.
func (t *Tx) Exec(ctx context.Context, text string, args ...any) error {
	s, err := t.prepare(ctx, text) //nolint:sqlclosecheck // closed with the transaction
	if err != nil {
		return err
	}
	_, err = s.ExecContext(ctx, args...)
	return err
}

// Row scans the first row of a question. It reports whether there is one.
func (t *Tx) Row(ctx context.Context, text string, args []any, into ...any) (bool, error) {
	s, err := t.prepare(ctx, text) //nolint:sqlclosecheck // closed with the transaction
	if err != nil {
		return false, err
	}
	err = s.QueryRowContext(ctx, args...).Scan(into...)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// Add inserts a row, later and together with others. into is a table with its columns, such
// as labels (agent_id, key, value). Row does not see what was added.
func (t *Tx) Add(ctx context.Context, into string, row ...any) error {
	rows := t.added[into]
	if rows == nil {
		rows = &insert{columns: len(row)}
		t.added[into] = rows
		t.order = append(t.order, into)
	}
	rows.values = append(rows.values, row...)
	if len(rows.values)+rows.columns > maxParameters {
		return t.flush(ctx, into, rows)
	}
	return nil
}

func (t *Tx) flushAll(ctx context.Context) error {
	for _, into := range t.order {
		if err := t.flush(ctx, into, t.added[into]); err != nil {
			return err
		}
	}
	return nil
}

func (t *Tx) flush(ctx context.Context, into string, rows *insert) error {
	if len(rows.values) == 0 {
		return nil
	}
	one := "(" + strings.TrimSuffix(strings.Repeat("?,", rows.columns), ",") + "),"
	text := "INSERT INTO " + into + " VALUES " + strings.TrimSuffix(strings.Repeat(one, len(rows.values)/rows.columns), ",")
	values := rows.values
	rows.values = nil
	return t.Exec(ctx, text, values...)
}

// prepare returns a statement of this transaction.
func (t *Tx) prepare(ctx context.Context, text string) (*sql.Stmt, error) {
	if s := t.statements[text]; s != nil {
		return s, nil
	}
	s, err := t.tx.PrepareContext(ctx, t.numbered(text))
	if err != nil {
		return nil, fmt.Errorf("%w in %q", err, text)
	}
	t.statements[text] = s
	return s, nil
}

// numbered writes parameters as the database wants them.
func (t *Tx) numbered(text string) string {
	if !t.postgres {
		return text
	}
	var out strings.Builder
	n := 0
	for _, r := range text {
		if r != '?' {
			out.WriteRune(r)
			continue
		}
		n++
		out.WriteString("$" + strconv.Itoa(n))
	}
	return out.String()
}

// Commit makes all that was written visible.
func (t *Tx) Commit(ctx context.Context) error {
	if err := t.flushAll(ctx); err != nil {
		return errors.Join(err, t.tx.Rollback())
	}
	return t.tx.Commit()
}

// Rollback forgets what was written. After Commit it does nothing.
func (t *Tx) Rollback() error {
	if err := t.tx.Rollback(); !errors.Is(err, sql.ErrTxDone) {
		return err
	}
	return nil
}
