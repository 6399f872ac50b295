// Package sqldb runs queries of the stores that are SQL databases, and reads rows from them.
package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"strings"
)

// Dialect is how a database is asked. The zero Dialect asks as database/sql does.
type Dialect struct {
	// Rewrite returns a query in the database's own words. Queries have ? and ?1 for parameters.
	Rewrite func(query string) string
	// Args returns parameters as the database takes them.
	Args func(args []any) []any
	// Err returns an error of the driver without any values that it may quote.
	Err func(err error) error
	// Share and Own end a SELECT of rows that no other transaction is to change, or to read with Share or Own, until this one ends.
	Share, Own string
	// Skip ends a SELECT like Own, and leaves out rows that another transaction owns instead of waiting for it. It is empty where one
	// process writes.
	Skip string
	// Alone is a statement that waits until no other transaction that ran it is open.
	Alone string
	// Clock is an expression for the database's own time, in Unix milliseconds.
	Clock string
	// View is how transactions begin that only read.
	View *sql.TxOptions
}

// plain returns an error that quotes no value.
func (d *Dialect) plain(err error) error {
	if err == nil || errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if strings.HasPrefix(err.Error(), "sql: Scan error") { // which quotes what was to be read
		return errors.New("a column holds what does not belong there")
	}
	if d.Err == nil {
		return err
	}
	return d.Err(err)
}

// runner is a pool, a connection or a transaction.
type runner interface {
	Queryer
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// Runner runs queries in a dialect.
type Runner struct {
	on runner
	d  *Dialect
}

// ExecContext runs a statement.
func (r Runner) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	query, args = r.d.translate(query, args)
	res, err := r.on.ExecContext(ctx, query, args...)
	return res, r.d.plain(err)
}

// QueryContext runs a query for rows, which the caller closes.
func (r Runner) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	query, args = r.d.translate(query, args)
	rows, err := r.on.QueryContext(ctx, query, args...)
	return rows, r.d.plain(err)
}

// QueryRowContext runs a query for one row.
func (r Runner) QueryRowContext(ctx context.Context, query string, args ...any) Row {
	rows, err := r.QueryContext(ctx, query, args...) //nolint:rowserrcheck // Scan checks
	return Row{rows, err, r.d}
}

// Clock is an expression for the database's own time, in Unix milliseconds. It moves on during a transaction.
func (r Runner) Clock() string { return r.d.Clock }

// Plain returns an error of the runner without any values that it may quote.
func (r Runner) Plain(err error) error { return r.d.plain(err) }

func (d *Dialect) translate(query string, args []any) (string, []any) {
	if d.Rewrite != nil {
		query = d.Rewrite(query)
	}
	if d.Args != nil {
		args = d.Args(args)
	}
	return query, args
}

// Row is the answer to QueryRowContext. Scan must be called.
type Row struct {
	rows *sql.Rows
	err  error
	d    *Dialect
}

// Scan reads the columns of the first row; sql.ErrNoRows when there is none.
func (r Row) Scan(dest ...any) error {
	if r.err != nil {
		return r.err
	}
	defer func() { _ = r.rows.Close() }()
	if !r.rows.Next() {
		if err := r.rows.Err(); err != nil {
			return r.d.plain(err)
		}
		return sql.ErrNoRows
	}
	if err := r.rows.Scan(dest...); err != nil {
		return r.d.plain(err)
	}
	return r.d.plain(r.rows.Close())
}

// DB is a pool of connections.
type DB struct {
	Runner
	pool *sql.DB
}

// NewDB makes one of a pool, which stays the caller's.
func NewDB(pool *sql.DB, d *Dialect) *DB { return &DB{Runner{pool, d}, pool} }

// View is how transactions begin that only read.
func (db *DB) View() *sql.TxOptions { return db.d.View }

// Begin begins a transaction.
func (db *DB) Begin(ctx context.Context, options *sql.TxOptions) (*Tx, error) {
	tx, err := db.pool.BeginTx(ctx, options)
	if err != nil {
		return nil, db.d.plain(err)
	}
	return &Tx{Runner{tx, db.d}, tx}, nil
}

// Tx is a transaction.
type Tx struct {
	Runner
	tx *sql.Tx
}

// Share ends a SELECT of rows that nobody is to change until the transaction ends.
func (t *Tx) Share() string { return t.d.Share }

// Own ends a SELECT of rows that the transaction is going to change.
func (t *Tx) Own() string { return t.d.Own }

// Skip ends a SELECT of rows that the transaction is going to change, without those that others are changing.
func (t *Tx) Skip() string { return t.d.Skip }

// Alone waits until no other transaction that called it is open.
func (t *Tx) Alone(ctx context.Context) error {
	if t.d.Alone == "" {
		return nil
	}
	_, err := t.ExecContext(ctx, t.d.Alone)
	return err
}

// Commit ends the transaction.
func (t *Tx) Commit() error { return t.d.plain(t.tx.Commit()) }

// Rollback undoes the transaction, unless it was committed.
func (t *Tx) Rollback() error { return t.tx.Rollback() }

// Queryer is what queries run on.
type Queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// Each runs a query and passes on its rows, until each returns an error, which it returns.
func Each[T any](
	ctx context.Context, q Queryer, scan func(*sql.Rows) (T, error), each func(T) error, query string, args ...any,
) error {
	plain := func(err error) error { return err }
	if r, ok := q.(interface{ Plain(error) error }); ok {
		plain = r.Plain
	}
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return plain(err)
		}
		if err := each(v); err != nil {
			return err
		}
	}
	return plain(rows.Err())
}

// List runs a query and returns its rows.
func List[T any](ctx context.Context, q Queryer, scan func(*sql.Rows) (T, error), query string, args ...any) (out []T, err error) {
	err = Each(ctx, q, scan, func(v T) error {
		out = append(out, v)
		return nil
	}, query, args...)
	if err != nil {
		return nil, err
	}
	return out, nil
}

// One runs a query for a single row; sql.ErrNoRows when there is none.
func One[T any](ctx context.Context, q Queryer, scan func(*sql.Rows) (T, error), query string, args ...any) (T, error) {
	all, err := List(ctx, q, scan, query, args...)
	if err == nil && len(all) == 0 {
		err = sql.ErrNoRows
	}
	if err != nil {
		var zero T
		return zero, err
	}
	return all[0], nil
}

// Text is for queries of one column.
func Text(rows *sql.Rows) (s string, err error) {
	err = rows.Scan(&s)
	return s, err
}
