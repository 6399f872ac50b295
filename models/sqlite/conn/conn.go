// Package conn opens connections to a SQLite file and reads rows from them.
package conn

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"net/url"

	sqlite3 "github.com/mattn/go-sqlite3"
)

// connector opens connections without registering a driver under a global name.
type connector struct {
	dsn    string
	driver *sqlite3.SQLiteDriver
}

// Connect opens one connection.
func (c connector) Connect(context.Context) (driver.Conn, error) { return c.driver.Open(c.dsn) }

// Driver is the driver of the connections.
func (c connector) Driver() driver.Driver { return c.driver }

// Pool opens up to size connections to what one of the DSNs of this package names. The caller closes it.
func Pool(dsn string, size int) *sql.DB {
	db := sql.OpenDB(connector{dsn: dsn, driver: &sqlite3.SQLiteDriver{ConnectHook: configure}})
	db.SetMaxOpenConns(size)
	db.SetMaxIdleConns(size)
	return db
}

// configure sets what the DSN has no parameter for, on every connection.
func configure(c *sqlite3.SQLiteConn) error {
	for _, pragma := range []string{
		"PRAGMA temp_store = MEMORY",           // sorting must not spill what people said into temporary files
		"PRAGMA journal_size_limit = 67108864", // a log that grew under a long read shrinks again
		"PRAGMA cell_size_check = ON",          // finds damaged pages before they are used
		"PRAGMA wal_autocheckpoint = 0",        // Fold folds the log, so that no writer does
	} {
		if _, err := c.Exec(pragma, nil); err != nil {
			return err
		}
	}
	return nil
}

// fileDSN addresses a file by URI, so that no character of the path can be taken for a parameter.
func fileDSN(path, mode string, extra ...string) string {
	v := url.Values{"mode": {mode}, "_busy_timeout": {"5000"}, "_stmt_cache_size": {"64"}}
	for i := 0; i+1 < len(extra); i += 2 {
		v.Set(extra[i], extra[i+1])
	}
	return (&url.URL{Scheme: "file", Path: path, RawQuery: v.Encode()}).String()
}

// WriterDSN is for the one connection that writes: what it committed survives a power cut, and what it deleted is overwritten.
func WriterDSN(path string) string { return fileDSN(path, "rw", durable()...) }

// UpkeepDSN is for folding the log: it never makes readers or writers wait.
func UpkeepDSN(path string) string {
	return fileDSN(path, "rw", append(durable(), "_busy_timeout", "0")...)
}

// NewFileDSN writes into an empty file. auto_vacuum can only be chosen here, before the first table; incremental lets a
// later clean-up give space back to the disk.
func NewFileDSN(path string) string {
	return fileDSN(path, "rw", append(durable(), "_auto_vacuum", "incremental")...)
}

// durable are the parameters of whoever writes.
func durable() []string {
	return []string{
		"_journal_mode", "WAL", "_synchronous", "FULL", "_foreign_keys", "on",
		"_txlock", "immediate", "_secure_delete", "on",
	}
}

// CopierDSN is for VACUUM INTO, which writes elsewhere: over it the file itself cannot be written to.
func CopierDSN(path string) string { return fileDSN(path, "ro") }

// ReaderDSN is for connections that cannot write.
func ReaderDSN(path string) string { return fileDSN(path, "ro", "_query_only", "on") }

// RowQueryer is a pool or one of its connections.
type RowQueryer interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Checkpoint folds the write-ahead log into the database file and cuts it to nothing. It reports false when a reader
// still needs the log.
func Checkpoint(ctx context.Context, db RowQueryer) (bool, error) {
	var busy, frames, done int
	err := db.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &frames, &done)
	return busy == 0, err
}
