package postgres

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"earshot/models"
	"earshot/models/store"
)

// fault is an error of the server without what it says: its messages and details quote values. The code stands in the table of
// PostgreSQL's documentation (appendix A); "" is an error of the connection.
type fault struct {
	code string
	what string
	is   error // of models or models/store; nil: a mistake of this program
}

func (f *fault) Error() string {
	if f.code == "" {
		return "PostgreSQL: " + f.what
	}
	return fmt.Sprintf("PostgreSQL: %s (%s)", f.what, f.code)
}

func (f *fault) Unwrap() error { return f.is }

// meaning is what codes mean that begin with some characters, for who runs the program.
type meaning struct {
	begins, what string
	is           error
	hint         string
}

// meanings are looked through in order.
func meanings() []meaning {
	return []meaning{
		{"53100", "the server's disk is full", models.ErrUnavailable, "make room on the server"},
		{"53300", "the server has no connection left", models.ErrUnavailable, "raise max_connections on the server, or run fewer processes"},
		{"53", "the server lacks resources", models.ErrUnavailable, "look at the server's log"},
		{"28", "the server does not let this user in", models.ErrUnavailable, "check user and password, and the server's pg_hba.conf"},
		{"3D000", "there is no such database", models.ErrUnavailable, "make it: createdb NAME"},
		{"3F000", "there is no such schema", models.ErrUnavailable, "check search_path"},
		{
			"42501", "the user has no right to do that", models.ErrUnavailable,
			"make the user the database's owner, or: GRANT CREATE ON SCHEMA public TO it",
		},
		{"25006", "the server takes no writes", models.ErrUnavailable, "name the primary server in the database's address"},
		{"57014", "it took too long", models.ErrUnavailable, "try again; look at the server's load"},
		{"55P03", "another process holds what is to be changed", models.ErrUnavailable, "try again"},
		{"57P", "the server is starting or shutting down", models.ErrUnavailable, "try again when it is up"},
		{"08", "the connection was lost", models.ErrUnavailable, "try again; check the network"},
		{"58", "the server cannot use its disk", models.ErrUnavailable, "look at the server's log"},
		{"40", "others changed the same at the same time", models.ErrUnavailable, "try again"},
		{"25P03", "the transaction was idle for too long", models.ErrUnavailable, "try again"},
		{"XX001", "its pages are damaged", store.ErrCorrupt, "restore a backup"},
		{"XX002", "its indexes are damaged", store.ErrCorrupt, "REINDEX the database, or restore a backup"},
		{"22021", "a text has characters that cannot be stored", models.ErrInvalid, ""},
		{"22P05", "a text has characters that cannot be stored", models.ErrInvalid, ""},
		{"42P01", "a table is missing", store.ErrCorrupt, "restore a backup"},
		{"23", "a row contradicts another", nil, ""},
		{"", "it refused a statement", nil, ""},
	}
}

// plain returns an error of the driver as one that quotes nothing.
func plain(err error) error {
	var known *fault
	var server *pgconn.PgError
	switch {
	case err == nil || errors.As(err, &known) || errors.Is(err, sql.ErrNoRows):
		return err
	case errors.Is(err, pgx.ErrNoRows):
		return sql.ErrNoRows
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case errors.Is(err, context.DeadlineExceeded):
		return models.WithHint(&fault{"", "no answer in time", models.ErrUnavailable}, "check the server's load, and the network")
	case errors.As(err, &server):
		for _, m := range meanings() {
			if strings.HasPrefix(server.Code, m.begins) {
				return hinted(&fault{server.Code, m.what, m.is}, m.hint)
			}
		}
	case lost(err):
		return models.WithHint(&fault{"", "the server cannot be reached, or the connection was lost", models.ErrUnavailable},
			"check that the server runs and that the network reaches it")
	case ours(err):
		return err
	}
	return &fault{"", fmt.Sprintf("the driver refused a statement (%T)", err), nil}
}

func hinted(err error, hint string) error {
	if hint == "" {
		return err
	}
	return models.WithHint(err, hint)
}

// lost reports an error of the connection.
func lost(err error) bool {
	var dial *pgconn.ConnectError
	var network net.Error
	return errors.As(err, &dial) || errors.As(err, &network) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, net.ErrClosed) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) ||
		errors.Is(err, sql.ErrTxDone) || pgconn.SafeToRetry(err) || strings.Contains(err.Error(), "conn closed")
}

// ours reports an error that this program made, which holds no values.
func ours(err error) bool {
	for _, e := range []error{
		models.ErrNotFound, models.ErrInvalid, models.ErrConflict, models.ErrUnavailable, models.ErrUnreadable,
		store.ErrCorrupt, store.ErrForeign, store.ErrNewerSchema, store.ErrOlderSchema, store.ErrGone,
	} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// openError says of an error where the database was looked for.
func openError(c *pgx.ConnConfig, err error) error {
	where := net.JoinHostPort(c.Host, fmt.Sprint(c.Port))
	if strings.HasPrefix(c.Host, "/") {
		where = c.Host
	}
	return fmt.Errorf("store: database %s at %s: %w", c.Database, where, plain(err))
}

// codeOf is the server's code of an error; "" when it has none.
func codeOf(err error) string {
	var f *fault
	if errors.As(err, &f) {
		return f.code
	}
	return ""
}
