package postgres

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"earshot/models"
	"earshot/models/postgres/tokens"
	"earshot/models/sqlstore"
	"earshot/models/sqlstore/sqldb"
)

// engine is what PostgreSQL does in its own way: sqlstore.Engine.
type engine struct{ s *Store }

// Explain implements sqlstore.Engine.
func (*engine) Explain(op string, err error) error { return fmt.Errorf("store: %s: %w", op, err) }

// Full implements sqlstore.Engine.
func (*engine) Full(err error) bool { return codeOf(err) == "53100" }

// Retry implements sqlstore.Engine: a deadlock, or what cannot be put into an order.
func (*engine) Retry(err error) bool {
	code := codeOf(err)
	return code == "40P01" || code == "40001"
}

// Tokens implements sqlstore.Engine.
func (*engine) Tokens(text string) (string, bool) { return tokens.Vector(text), true }

// Commit implements sqlstore.Engine.
func (*engine) Commit(_ context.Context, tx *sqldb.Tx, _ time.Time) error { return tx.Commit() }

// fill makes a table of about a megabyte, which needs as much space on the database's disk: a row alone may fit into what a table has.
const fill = `SET LOCAL temp_tablespaces = ''; CREATE TEMP TABLE earshot_room ON COMMIT DROP AS
	SELECT repeat(md5(i::text), 60) AS fill FROM generate_series(1, 512) AS i`

// Room implements sqlstore.Engine: a row is written, and a table that is not kept.
func (e *engine) Room(ctx context.Context) error {
	if _, err := e.s.pool.Exec(ctx, "UPDATE lineage SET commits = commits + 1"); err != nil {
		return plain(err)
	}
	c, err := e.s.pool.Acquire(ctx)
	if err != nil {
		return plain(err)
	}
	defer c.Release()
	// The statements are one transaction, since they are sent together.
	_, err = c.Conn().PgConn().Exec(ctx, fill).ReadAll()
	if err = plain(err); codeOf(err) == "42501" { // this user may make no such table
		return nil
	}
	return err
}

// dialect is how PostgreSQL is asked.
func dialect() *sqldb.Dialect {
	return &sqldb.Dialect{
		Rewrite: (&rewritten{}).query,
		Args:    numbers,
		Err:     plain,
		Share:   " FOR SHARE",
		Own:     " FOR UPDATE",
		Skip:    " FOR UPDATE SKIP LOCKED",
		Alone:   "SELECT pg_advisory_xact_lock(4991166374410268532)", // beside the one of the schema
		Clock:   clock,
		View:    &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true},
	}
}

// rewritten are queries in PostgreSQL's words. There are only so many: they are written in the program.
type rewritten struct{ known sync.Map }

// query replaces ? and ?1 by $1. No text in the queries has a question mark.
func (r *rewritten) query(query string) string {
	if q, ok := r.known.Load(query); ok {
		return q.(string)
	}
	var b strings.Builder
	next := 1
	for i := 0; i < len(query); i++ {
		if query[i] != '?' {
			b.WriteByte(query[i])
			continue
		}
		end := i + 1
		for end < len(query) && '0' <= query[end] && query[end] <= '9' {
			end++
		}
		number := query[i+1 : end]
		if number == "" {
			number = strconv.Itoa(next)
			next++
		}
		b.WriteString("$" + number)
		i = end - 1
	}
	r.known.Store(query, b.String())
	return b.String()
}

// numbers makes 1 and 0 of true and false.
func numbers(args []any) []any {
	out := slices.Clone(args)
	for i, a := range out {
		if b, ok := a.(bool); ok {
			out[i] = int64(0)
			if b {
				out[i] = int64(1)
			}
		}
	}
	return out
}

// losses notes what would be missing if the program ended now, for as long as it runs: sqlstore.Losses. What was not heard until
// another process takes a session up is a gap of its own.
type losses struct {
	mu       sync.Mutex
	sessions map[string][]models.Loss
}

// Note implements sqlstore.Losses.
func (l *losses) Note(session string, lost []models.Loss) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(lost) == 0 {
		delete(l.sessions, session)
		return nil
	}
	l.sessions[session] = slices.Clone(lost)
	return nil
}

// Sessions implements sqlstore.Losses.
func (l *losses) Sessions() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Sorted(maps.Keys(l.sessions))
}

// Lost implements sqlstore.Losses.
func (l *losses) Lost(session string, all bool) (settled, open []models.Loss) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, x := range l.sessions[session] {
		if x.Settled || all {
			settled = append(settled, x)
		} else {
			open = append(open, x)
		}
	}
	return settled, open
}

var _ sqlstore.Engine = (*engine)(nil)
