// Package move copies a record from one SQL database to another, row by row in the order of keys, so that a copy that was cut short
// is taken up where it ended, and then compares both.
package move

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"earshot/models"
	"earshot/models/sqlstore/sqldb"
	"earshot/models/store"
)

// batch is how many rows are copied in one transaction.
const batch = 200

// marker begins the name of the chore that says that a record is half copied; the origin of its source follows.
const marker = "moving:"

// Target is where a record is copied to.
type Target struct {
	DB *sqldb.DB
	// Tokens is what the index holds of a text, for the column tokens; ok is false if there is no such column.
	Tokens func(text string) (tokens string, ok bool)
	// Done is called once everything is copied, before it is compared; it may be nil.
	Done func(context.Context) error
}

// Report says what was copied.
type Report struct {
	// Rows is how many rows the record has.
	Rows int
	// Resumed says that an earlier copy was completed.
	Resumed bool
}

// Run copies the record that a transaction sees to an empty one, or completes such a copy, and compares them. told is called after
// each batch with the number of rows copied or compared, of all. Errors contain nothing of what is copied. models.ErrConflict: the
// target holds something else. If it ends early, the target is no record until Run has completed it: see Unfinished.
func Run(ctx context.Context, from *sqldb.Tx, to Target, told func(done, all int)) (r Report, err error) {
	origin := ""
	if err := from.QueryRowContext(ctx, "SELECT origin FROM lineage").Scan(&origin); err != nil {
		return r, err
	}
	if r.Resumed, err = begin(ctx, to.DB, marker+origin); err != nil {
		return r, err
	}
	m := mover{from: from, to: to, told: told}
	for _, t := range tables() {
		n, err := count(ctx, from, t)
		if err != nil {
			return r, err
		}
		r.Rows += n
	}
	m.all = 2 * r.Rows
	for _, t := range tables() {
		if err := m.copy(ctx, t); err != nil {
			return r, fmt.Errorf("copy %s: %w", t.name, err)
		}
	}
	if to.Done != nil {
		if err := to.Done(ctx); err != nil {
			return r, err
		}
	}
	for _, t := range tables() {
		if err := m.compare(ctx, t); err != nil {
			return r, err
		}
	}
	_, err = to.DB.ExecContext(ctx, "DELETE FROM chores WHERE name = ?", marker+origin)
	return r, err
}

// Unfinished reports whether a record is half copied.
func Unfinished(ctx context.Context, db sqldb.Queryer) (bool, error) {
	names, err := sqldb.List(ctx, db, sqldb.Text, "SELECT name FROM chores WHERE name LIKE '"+marker+"%'")
	return len(names) > 0, err
}

// begin marks an empty target as half copied, or finds that this copy has begun already.
func begin(ctx context.Context, db *sqldb.DB, mark string) (resumed bool, err error) {
	tx, err := db.Begin(ctx, nil)
	if err != nil {
		return false, err
	}
	defer func() { _ = tx.Rollback() }() // does nothing after a commit
	if err := tx.Alone(ctx); err != nil {
		return false, err
	}
	names, err := sqldb.List(ctx, tx, sqldb.Text, "SELECT name FROM chores WHERE name LIKE '"+marker+"%'")
	switch {
	case err != nil:
		return false, err
	case len(names) == 1 && names[0] == mark:
		return true, nil
	case len(names) > 0:
		return false, models.WithHint(fmt.Errorf("store: %w: the target holds a part of another record", models.ErrConflict),
			"complete that move, or name an empty database")
	}
	for _, t := range tables() {
		switch n, err := count(ctx, tx, t); {
		case err != nil:
			return false, err
		case n > 0:
			return false, models.WithHint(fmt.Errorf("store: %w: the target is not empty: it has rows in %s", models.ErrConflict, t.name),
				"nothing was changed: name an empty database")
		}
	}
	if _, err := tx.ExecContext(ctx, "INSERT INTO chores (name) VALUES (?)", mark); err != nil {
		return false, err
	}
	return false, tx.Commit()
}

func count(ctx context.Context, q querier, t table) (n int, err error) {
	return n, q.QueryRowContext(ctx, "SELECT count(*) FROM "+t.name+t.condition()).Scan(&n)
}

// condition is the WHERE of a table's rows.
func (t table) condition() string {
	if t.where == "" {
		return ""
	}
	return " WHERE (" + t.where + ")"
}

// querier is a database or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) sqldb.Row
	Plain(err error) error
}

// mover copies and compares.
type mover struct {
	from      *sqldb.Tx
	to        Target
	told      func(done, all int)
	done, all int
}

func (m *mover) tell(rows int) {
	m.done += rows
	m.told(m.done, m.all)
}

// copy copies the rows of a table that come after the last one that is there.
func (m *mover) copy(ctx context.Context, t table) error {
	have, err := count(ctx, m.to.DB, t)
	if err != nil {
		return err
	}
	m.tell(have)
	after, err := lastKey(ctx, m.to.DB, t)
	for err == nil {
		var rows *page
		if rows, err = read(ctx, m.from, t, after, batch); err != nil || len(rows.values) == 0 {
			return err
		}
		if err = m.write(ctx, t, rows); err == nil {
			after = rows.lastKey(t)
			m.tell(len(rows.values))
		}
	}
	return err
}

// write stores rows in one transaction.
func (m *mover) write(ctx context.Context, t table, p *page) error {
	columns, text := p.columns, -1
	if t.name == "utterances" {
		if _, ok := m.to.Tokens(""); ok {
			columns, text = append(columns[:len(columns):len(columns)], "tokens"), p.index("text")
		}
	}
	insert := "INSERT INTO " + t.name + " (" + quoted(columns) + ") VALUES (" + parameters(len(columns)) + ")"
	tx, err := m.to.DB.Begin(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // does nothing after a commit
	for _, row := range p.values {
		if text >= 0 {
			tokens, _ := m.to.Tokens(textOf(row[text]))
			row = append(row[:len(row):len(row)], tokens)
		}
		if _, err := tx.ExecContext(ctx, insert, row...); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// compare holds the number of rows and their hash in both databases against each other.
func (m *mover) compare(ctx context.Context, t table) error {
	here, n, err := sum(ctx, m.from, t, m.tell)
	if err != nil {
		return fmt.Errorf("compare %s: %w", t.name, err)
	}
	there, copied, err := sum(ctx, m.to.DB, t, func(int) {})
	switch {
	case err != nil:
		return fmt.Errorf("compare %s: %w", t.name, err)
	case n != copied:
		err = fmt.Errorf("%d rows of %d", copied, n)
	case here != there:
		err = errors.New("the hashes of its rows differ")
	}
	if err != nil {
		return models.WithHint(fmt.Errorf("store: the copy of %s is %w: %w", t.name, store.ErrCorrupt, err),
			"the source was changed meanwhile, or something else wrote to the target: move again into an empty database")
	}
	return nil
}
