package app

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"earshot/cmd/earshot/afterwards"
	"earshot/cmd/earshot/control"
	"earshot/cmd/earshot/secrets"
	"earshot/configs"
	"earshot/models"
	"earshot/models/postgres"
	"earshot/models/sqlite"
	"earshot/models/store"
)

// Record is an open database of either kind. One in files of this machine is store.Embedded too.
type Record interface {
	store.Store
	// RequestErasure notes an erasure for the process that carries it out, and ErasureDone reports whether it has.
	RequestErasure(ctx context.Context, e models.Erasure) (id int64, err error)
	ErasureDone(ctx context.Context, id int64) (bool, error)
}

// OpenRecord opens the record of a configuration for reading and writing, and makes a new one where there is none. The caller
// closes it. store.ErrInUse: another process writes to it.
func OpenRecord(ctx context.Context, c configs.Config) (Record, error) {
	if c.Database == "" {
		return opened(ctx, func(ctx context.Context) (*sqlite.Store, error) { return sqlite.Open(ctx, Database(c)) })
	}
	dsn, err := withPassword(c)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(c.DataDir, 0o700); err != nil { // of what belongs to this machine alone
		return nil, models.BadInput(err)
	}
	return opened(ctx, func(ctx context.Context) (*postgres.Store, error) { return postgres.Open(ctx, dsn) })
}

// WriteRecord runs do with the record of a configuration open for writing or, where another process writes to it, elsewhere.
func WriteRecord(ctx context.Context, c configs.Config, do func(db Record) error, elsewhere func() error) error {
	if c.Database != "" { // several processes may write: the one that serves on this machine must learn of it
		if _, err := control.New(c).Rooms(ctx); err == nil {
			return elsewhere()
		}
	}
	db, err := OpenRecord(ctx, c)
	if errors.Is(err, store.ErrInUse) {
		return elsewhere()
	}
	if err != nil {
		return err
	}
	return errors.Join(do(db), db.Close())
}

// ReadRecord opens the record of a configuration for reading, also while another process writes to it. The caller closes it.
func ReadRecord(ctx context.Context, c configs.Config) (Record, error) {
	if c.Database == "" {
		return opened(ctx, func(ctx context.Context) (*sqlite.Store, error) { return sqlite.OpenReadOnly(ctx, Database(c)) })
	}
	dsn, err := withPassword(c)
	if err != nil {
		return nil, err
	}
	return opened(ctx, func(ctx context.Context) (*postgres.Store, error) { return postgres.OpenReadOnly(ctx, dsn) })
}

// half is a Record that may be the copy of another, half done.
type half interface {
	Record
	Unfinished(ctx context.Context) (bool, error)
}

// opened is no Record where there is an error, rather than one that is nil inside, and refuses one that is half copied.
func opened[S half](ctx context.Context, open func(context.Context) (S, error)) (Record, error) {
	db, err := open(ctx)
	if err != nil {
		return nil, err
	}
	if err := whole(ctx, db.Unfinished); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// withPassword is the database's address with its password, which must not be shown.
func withPassword(c configs.Config) (string, error) {
	if c.DatabasePasswordFile == "" {
		return c.Database, nil
	}
	password, err := secrets.File(c.DatabasePasswordFile)
	if err != nil {
		return "", err
	}
	u, err := url.Parse(c.Database)
	if err != nil {
		return "", errors.New("database is no address")
	}
	u.User = url.UserPassword(u.User.Username(), password)
	return u.String(), nil
}

// Records opens the record of a configuration, for the doctor.
type Records struct{ Config configs.Config }

// Read implements doctor.Records.
func (r Records) Read(ctx context.Context) (store.Store, error) {
	db, err := ReadRecord(ctx, r.Config)
	if err != nil {
		return nil, err
	}
	return db, nil
}

// Open implements doctor.Records.
func (r Records) Open(ctx context.Context) (store.Store, error) {
	db, err := OpenRecord(ctx, r.Config)
	if err != nil {
		return nil, err
	}
	return db, nil
}

// Restoring says how a backup is restored.
type Restoring = sqlite.Restoring

// Restored says what Restore did.
type Restored = sqlite.Restored

// Restore puts a backup in the place of a configuration's record.
func Restore(ctx context.Context, backup string, c configs.Config, how Restoring) (Restored, error) {
	if c.Database != "" {
		return Restored{}, models.BadInput(models.WithHint(errors.New("the database is kept by PostgreSQL, which restores its own backups"),
			"stop every Earshot, then: pg_restore --clean --if-exists --dbname=… FILE; what was erased since the backup must be erased again"))
	}
	return sqlite.Restore(ctx, backup, Database(c), how)
}

// EraseElsewhere asks the process that writes to a configuration's record for an erasure, and waits so long until it has done it.
func EraseElsewhere(ctx context.Context, c configs.Config, e models.Erasure, wait time.Duration) error {
	id, err := requestErasure(ctx, c, e)
	if err != nil {
		return err
	}
	db, err := ReadRecord(ctx, c)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	return errors.Join(waitForErasure(ctx, db, id), db.Close())
}

// requestErasure notes an erasure for the process that writes.
func requestErasure(ctx context.Context, c configs.Config, e models.Erasure) (id int64, err error) {
	if c.Database == "" {
		return sqlite.RequestErasure(ctx, Database(c), e)
	}
	db, err := OpenRecord(ctx, c)
	if err != nil {
		return 0, err
	}
	id, err = db.RequestErasure(ctx, e)
	return id, errors.Join(err, db.Close())
}

func waitForErasure(ctx context.Context, db Record, id int64) error {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for {
		done, err := db.ErasureDone(ctx, id)
		if done || err != nil && ctx.Err() == nil {
			return err
		}
		select {
		case <-ctx.Done():
			return models.WithHint(errors.New("the running service was asked to erase it and has not finished yet"),
				"it continues automatically, even after a restart")
		case <-tick.C:
		}
	}
}

// Database is the path of the record's database file, or the address of its server, without a password.
func Database(c configs.Config) string {
	if c.Database != "" {
		return c.Database
	}
	return filepath.Join(c.DataDir, "earshot.db")
}

// folderOf is the folder of a record in files of this machine; "" for any other.
func folderOf(r any) string {
	if e, ok := r.(interface{ Path() string }); ok {
		return filepath.Dir(e.Path())
	}
	return ""
}

// Moved says what Move copied.
type Moved struct {
	Rows    int
	Resumed bool // an earlier move was completed
}

// Move copies the SQLite record in the data folder to the PostgreSQL database at address or, with back, the other way. told is
// called with the number of rows copied or compared, of all. The record that is copied stays as it is. Nothing may write to it
// meanwhile; of PostgreSQL the state at the beginning is copied.
func Move(ctx context.Context, c configs.Config, address string, back bool, told func(done, all int)) (m Moved, err error) {
	if u, err := url.Parse(address); err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" {
		return m, models.BadInput(models.WithHint(errors.New("this is no address of a PostgreSQL database"),
			"for example postgres://earshot@db.example/earshot"))
	} else if _, secret := u.User.Password(); secret || u.Query().Has("password") {
		return m, models.BadInput(models.WithHint(errors.New("the address has a password in it, which others on this machine can see"),
			"name it in database_password_file, PGPASSWORD or ~/.pgpass"))
	}
	if _, err := control.New(c).Rooms(ctx); err == nil {
		return m, models.WithHint(errors.New("a service is running"), "stop it first: what it stores meanwhile would be missing")
	}
	c.Database = address
	dsn, err := withPassword(c)
	if err != nil {
		return m, err
	}
	shared, err := postgres.Open(ctx, dsn)
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, shared.Close()) }()
	c.Database = ""
	local, err := sqlite.Open(ctx, Database(c))
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, local.Close()) }()
	from, to := local.Store, shared.Store
	if back {
		from, to = to, from
	}
	if err := whole(ctx, from.Unfinished); err != nil {
		return m, err
	}
	if err := afterwards.NoteFiles(ctx, c.Export.Dir, from); err != nil {
		return m, err
	}
	r, err := from.CopyTo(ctx, to, told)
	return Moved{r.Rows, r.Resumed}, err
}

// whole refuses a record that a move has not completed.
func whole(ctx context.Context, unfinished func(context.Context) (bool, error)) error {
	half, err := unfinished(ctx)
	if err != nil || !half {
		return err
	}
	return models.WithHint(fmt.Errorf("%w: a move into this database was interrupted", models.ErrUnavailable),
		`run the same "earshot move" again: it continues where it stopped`)
}
