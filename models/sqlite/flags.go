package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"earshot/models"
)

const flagColumns = `id, session, epoch, track, seq, speaker_id, speaker_name, rule, pack, hash, level, mode, title, matched,
	start_ms, end_ms, why, status, decided_by, decided, created`

// putFlags stores new flags; one that is stored keeps what a host decided about it.
func putFlags(ctx context.Context, tx *sql.Tx, flags []models.Flag) error {
	for _, f := range flags {
		matched, err := packWords(f.Matched)
		if err != nil {
			return err
		}
		if f.Status == "" {
			f.Status = models.FlagOpen
		}
		if f.Created.IsZero() {
			f.Created = time.Now()
		}
		k := f.Utterance
		_, err = tx.ExecContext(ctx, "INSERT INTO flags ("+flagColumns+`)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			f.ID, f.Session, k.Epoch, k.Track, k.Seq, f.SpeakerID, clean(f.SpeakerName), f.Rule, f.Pack, f.Hash, f.Level, f.Mode,
			clean(f.Title), matched, f.StartMS, f.EndMS, clean(f.Why), f.Status, f.DecidedBy, nullMillis(f.Decided), millis(f.Created))
		if err != nil {
			return err
		}
	}
	return nil
}

// SetFlagStatus stores what a person said of a flag and returns the flag as it is then. Setting models.FlagOpen takes a
// decision back. models.ErrNotFound when there is no such flag.
func (s *Store) SetFlagStatus(ctx context.Context, id string, status models.FlagStatus, by string, when time.Time) (models.Flag, error) {
	const op = "set flag status"
	var decided sql.NullInt64
	switch status {
	case models.FlagOpen:
	case models.FlagConfirmed, models.FlagDismissed:
		decided = nullMillis(when)
	default:
		return models.Flag{}, storeError(op, fmt.Errorf("%w: no such flag status", models.ErrInvalid))
	}
	var f models.Flag
	who := by
	if status == models.FlagOpen {
		by = ""
	}
	err := s.update(ctx, op, func(tx *sql.Tx) (err error) {
		f, err = one(ctx, tx, scanFlag, `UPDATE flags SET status = ?, decided_by = ?, decided = ? WHERE id = ?
			AND session NOT IN (SELECT id FROM sessions WHERE erasing = 1) RETURNING `+flagColumns, status, clean(by), decided, id)
		if err != nil {
			return err
		}
		return note(ctx, tx, when, who, "flag "+string(status), f.ID, f.Session)
	})
	return f, err
}

// Flags lists the flags of a session in the order of the sound.
func (s *Store) Flags(ctx context.Context, session string) ([]models.Flag, error) {
	found, err := list(ctx, s.read, scanFlag, "SELECT "+flagColumns+" FROM flags WHERE session = ? ORDER BY start_ms, id", session)
	return found, storeError("list flags", err)
}

// Flag reads one flag. models.ErrNotFound when it is not stored.
func (s *Store) Flag(ctx context.Context, id string) (models.Flag, error) {
	f, err := one(ctx, s.read, scanFlag, "SELECT "+flagColumns+" FROM flags WHERE id = ?", id)
	return f, storeError("read flag", err)
}

func scanFlag(rows *sql.Rows) (f models.Flag, err error) {
	var matched string
	var decided sql.NullInt64
	var created int64
	k := &f.Utterance
	err = rows.Scan(&f.ID, &f.Session, &k.Epoch, &k.Track, &k.Seq, &f.SpeakerID, &f.SpeakerName, &f.Rule, &f.Pack, &f.Hash,
		&f.Level, &f.Mode, &f.Title, &matched, &f.StartMS, &f.EndMS, &f.Why, &f.Status, &f.DecidedBy, &decided, &created)
	if err != nil {
		return f, err
	}
	k.Session = f.Session
	f.Decided, f.Created = atNull(decided), at(created)
	f.Matched, err = unpackWords(matched)
	return f, err
}
