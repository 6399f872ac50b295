// Package postgres keeps a record (models/store) in a PostgreSQL database, which several processes may share.
//
// What was written is on the server's disk when a method returns, if the server is set so (synchronous_commit, fsync: its defaults).
// Erasing leaves no row and no index entry of what was erased, and has the server vacuum the tables. What the server keeps elsewhere
// (archives of its log, standbys, backups) is up to who runs it.
package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"

	"earshot/models"
	"earshot/models/postgres/schema"
	"earshot/models/sqlstore"
	"earshot/models/sqlstore/sqldb"
	"earshot/models/store"
)

// Store is an open record. Open or OpenReadOnly makes one; Close ends it.
type Store struct {
	*sqlstore.Store
	pool  *pgxpool.Pool
	db    *sql.DB
	write bool
	now   func() time.Time
	size  int32
	// lineage is what all have in common who open the record, and nobody else knows.
	lineage string
	// scrubs is held by who has the tables vacuumed.
	scrubs sync.Mutex
}

var (
	_ store.Store  = (*Store)(nil)
	_ store.Shared = (*Store)(nil)
)

// Option changes how a Store works.
type Option func(*Store)

// WithClock has a Store take the time from now where it notes when something was stored or done.
func WithClock(now func() time.Time) Option { return func(s *Store) { s.now = now } }

// WithConnections sets how many connections a Store has at most; 16 by default.
func WithConnections(n int) Option { return func(s *Store) { s.size = int32(min(max(1, n), 1000)) } }

const (
	defaultConnections = 16
	connectTime        = 5 * time.Second
	// minVersion is the oldest server, as its server_version_num.
	minVersion = 150000
)

// session is set on every connection: nothing hangs for good, whatever happens to the server, the network or another process.
const session = `SET statement_timeout = '60s'; SET lock_timeout = '15s'; SET idle_in_transaction_session_timeout = '5s';
	SET TIME ZONE 'UTC'; SET application_name = 'earshot'`

// Open opens the record in a database, addressed by URL or by key=value pairs as libpq takes them, for reading and writing; a
// database without tables becomes a new record. It brings an older record up to date, takes up a deletion that was cut short, and
// refuses, without changing anything, a server that cannot be reached or only reads (models.ErrUnavailable), one older than
// PostgreSQL 15 (models.ErrInvalid), tables of something else (store.ErrForeign) and a newer Earshot's (store.ErrNewerSchema). Each
// error has a hint (models.Hint) and none has the password.
func Open(ctx context.Context, dsn string, options ...Option) (*Store, error) {
	return open(ctx, dsn, true, options)
}

// OpenReadOnly opens an existing record for reading. Methods that write return an error. store.ErrOlderSchema: it needs a migration
// first, or there is no record.
func OpenReadOnly(ctx context.Context, dsn string, options ...Option) (*Store, error) {
	return open(ctx, dsn, false, options)
}

func open(ctx context.Context, dsn string, write bool, options []Option) (_ *Store, err error) {
	s := &Store{write: write, now: time.Now, size: defaultConnections}
	for _, o := range options {
		o(s)
	}
	config, err := s.config(dsn)
	if err != nil {
		return nil, err
	}
	if err := prepare(ctx, config.ConnConfig, write); err != nil {
		return nil, openError(config.ConnConfig, err)
	}
	if s.pool, err = pgxpool.NewWithConfig(ctx, config); err != nil {
		return nil, openError(config.ConnConfig, err)
	}
	s.db = stdlib.OpenDBFromPool(s.pool)
	c := sqlstore.Config{Read: sqldb.NewDB(s.db, dialect()), Now: s.now, SearchTime: sqlstore.DefaultSearchTime}
	if write {
		c.Write, c.Losses = c.Read, &losses{sessions: map[string][]models.Loss{}}
	}
	if err := s.pool.QueryRow(ctx, "SELECT origin FROM lineage").Scan(&s.lineage); err != nil {
		s.pool.Close()
		return nil, openError(config.ConnConfig, err)
	}
	c.Lineage = s.lineage
	s.Store = sqlstore.New(&engine{s}, c)
	if !write {
		return s, nil
	}
	if err := s.FinishErasing(ctx); err != nil {
		return nil, errors.Join(openError(config.ConnConfig, err), s.Close())
	}
	return s, nil
}

// config reads an address. What the address does not say is set so that a lost server or network is noticed in seconds.
func (s *Store) config(dsn string) (*pgxpool.Config, error) {
	config, err := pgxpool.ParseConfig(dsn)
	if err != nil { // whose text may quote the password
		return nil, models.WithHint(fmt.Errorf("store: %w: the address of the database cannot be read", models.ErrInvalid),
			"write it as postgres://user@host/name; the password belongs into a password file (~/.pgpass) or PGPASSWORD")
	}
	c := config.ConnConfig
	if c.ConnectTimeout == 0 {
		c.ConnectTimeout = connectTime
	}
	keep := net.KeepAliveConfig{Enable: true, Idle: 5 * time.Second, Interval: 2 * time.Second, Count: 3}
	c.DialFunc = (&net.Dialer{Timeout: c.ConnectTimeout, KeepAliveConfig: keep, Control: giveUp}).DialContext
	config.MaxConns = s.size
	config.AfterConnect = func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.PgConn().Exec(ctx, session).ReadAll()
		return err
	}
	return config, nil
}

// prepare looks at the server and the schema over a connection of its own, and brings the schema up to date.
func prepare(ctx context.Context, config *pgx.ConnConfig, write bool) (err error) {
	c, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.Close(context.WithoutCancel(ctx))) }()
	if err := examine(ctx, c, write); err != nil {
		return err
	}
	if write {
		return schema.Migrate(ctx, c)
	}
	return schema.Check(ctx, c)
}

// examine refuses a server on which a record cannot be kept.
func examine(ctx context.Context, c *pgx.Conn, write bool) error {
	var version int
	var encoding, readOnly string
	var standby bool
	err := c.QueryRow(ctx, `SELECT current_setting('server_version_num')::int, current_setting('server_encoding'),
		current_setting('transaction_read_only'), pg_is_in_recovery()`).Scan(&version, &encoding, &readOnly, &standby)
	switch {
	case err != nil:
		return err
	case version < minVersion:
		return models.WithHint(fmt.Errorf("%w: it is PostgreSQL %d, and 15 is needed", models.ErrInvalid, version/10000),
			"upgrade the server, or use another one")
	case encoding != "UTF8":
		return models.WithHint(fmt.Errorf("%w: the database's encoding is %s, not UTF8", models.ErrInvalid, encoding),
			"make it with: createdb --encoding=UTF8 --template=template0 NAME")
	case write && (standby || readOnly == "on"):
		return models.WithHint(fmt.Errorf("%w: it takes no writes: it is a standby, or set to be read only", models.ErrUnavailable),
			"name the primary server in the database's address")
	}
	return nil
}

// Close waits for calls under way and closes the connections.
func (s *Store) Close() error {
	err := s.db.Close()
	s.pool.Close()
	return err
}
