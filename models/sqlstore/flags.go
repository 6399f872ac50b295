package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"earshot/models"
	"earshot/models/sqlstore/sqldb"
)

const flagColumns = `id, session, epoch, track, seq, speaker_id, speaker_name, rule, pack, hash, level, mode, title, matched,
	start_ms, end_ms, why, status, decided_by, decided, created`

// putFlags stores new flags of a session and queues the notices about them. A flag that is stored already keeps what a host decided
// about it.
func putFlags(ctx context.Context, tx Txn, session string, flags []models.Flag) error {
	var raised []models.Flag
	for _, f := range flags {
		matched, err := packWords(f.Matched)
		if err != nil {
			return err
		}
		if f.Status == "" {
			f.Status = models.FlagOpen
		}
		if f.Created.IsZero() {
			f.Created = tx.Now
		}
		k := f.Utterance
		n, err := changed(tx.ExecContext(ctx, "INSERT INTO flags ("+flagColumns+`)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			f.ID, f.Session, k.Epoch, k.Track, k.Seq, f.SpeakerID, clean(f.SpeakerName), f.Rule, f.Pack, f.Hash, f.Level, f.Mode,
			clean(f.Title), matched, f.StartMS, f.EndMS, clean(f.Why), f.Status, f.DecidedBy, nullMillis(f.Decided), millis(f.Created)))
		if err != nil {
			return err
		}
		if n > 0 {
			raised = append(raised, f)
		}
	}
	return tellOf(ctx, tx, session, raised)
}

// SetFlagStatus stores a person's verdict on a flag and returns the updated flag: see store.Flags.
func (s *Store) SetFlagStatus(ctx context.Context, id string, status models.FlagStatus, by string, when time.Time) (models.Flag, error) {
	found, err := s.SetFlagStatuses(ctx, []string{id}, status, by, when)
	if len(found) == 0 {
		return models.Flag{}, err
	}
	return found[0], err
}

// SetFlagStatuses stores a person's verdict on several flags, all or none: see store.Flags.
func (s *Store) SetFlagStatuses(
	ctx context.Context, ids []string, status models.FlagStatus, by string, when time.Time,
) (out []models.Flag, err error) {
	const op = "set flag status"
	if status != models.FlagOpen && status != models.FlagConfirmed && status != models.FlagDismissed {
		return nil, s.Explain(op, fmt.Errorf("%w: no such flag status", models.ErrInvalid))
	}
	err = s.Update(ctx, op, func(tx Txn) error {
		out = nil
		for _, id := range ids {
			f, err := setFlagStatus(ctx, tx, id, status, by, when)
			if errors.Is(err, models.ErrConflict) {
				out = []models.Flag{f}
			}
			if err != nil {
				return err
			}
			out = append(out, f)
		}
		return nil
	})
	return out, err
}

// setFlagStatus returns the updated flag, or the unchanged one together with models.ErrConflict.
func setFlagStatus(
	ctx context.Context, tx Txn, id string, status models.FlagStatus, by string, when time.Time,
) (f models.Flag, err error) {
	const there = " WHERE id = ? AND session NOT IN (SELECT id FROM sessions WHERE erasing = 1)"
	f, err = sqldb.One(ctx, tx, scanFlag, "SELECT "+flagColumns+" FROM flags"+there+tx.Own(), id)
	switch {
	case err != nil || f.Status == status:
		return f, err
	case status != models.FlagOpen && f.Status != models.FlagOpen && f.Status != "":
		return f, fmt.Errorf("%w: %s by %s", models.ErrConflict, f.Status, f.DecidedBy)
	}
	decider, decided := clean(by), nullMillis(when)
	if status == models.FlagOpen {
		decider, decided = "", sql.NullInt64{}
	}
	f, err = sqldb.One(ctx, tx, scanFlag, "UPDATE flags SET status = ?, decided_by = ?, decided = ?"+there+" RETURNING "+flagColumns,
		status, decider, decided, id)
	if err != nil {
		return f, err
	}
	return f, Note(ctx, tx, when, by, "flag "+string(status), f.ID, f.Session)
}

// Flags lists the flags of a session in the order of their times.
func (s *Store) Flags(ctx context.Context, session string) ([]models.Flag, error) {
	found, err := flagsOf(ctx, s.read, session)
	return found, s.Explain("list flags", err)
}

func flagsOf(ctx context.Context, q sqldb.Queryer, session string) ([]models.Flag, error) {
	return sqldb.List(ctx, q, scanFlag, "SELECT "+flagColumns+" FROM flags WHERE session = ? ORDER BY start_ms, id", session)
}

// Flag returns a flag, or models.ErrNotFound.
func (s *Store) Flag(ctx context.Context, id string) (models.Flag, error) {
	f, err := sqldb.One(ctx, s.read, scanFlag, "SELECT "+flagColumns+" FROM flags WHERE id = ?", id)
	return f, s.Explain("read flag", err)
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

// FindFlags lists flags of all sessions, each with its session and line.
func (s *Store) FindFlags(ctx context.Context, q models.FlagQuery) ([]models.FlagPlace, error) {
	var found []models.FlagPlace
	err := s.View(ctx, "find flags", func(tx Txn) error {
		query, args := flagSQL(q)
		flags, err := sqldb.List(ctx, tx, scanFlag, query, args...)
		if err != nil {
			return err
		}
		sessions := map[string]models.Session{}
		for _, f := range flags {
			p, err := place(ctx, tx, f, sessions)
			if err != nil {
				return err
			}
			found = append(found, p)
		}
		return nil
	})
	return found, err
}

func flagSQL(q models.FlagQuery) (string, []any) {
	var b strings.Builder
	var args []any
	b.WriteString("SELECT " + flagColumns + " FROM flags WHERE session NOT IN (SELECT id FROM sessions WHERE erasing = 1)")
	and := func(condition string, value any) {
		b.WriteString(" AND " + condition)
		args = append(args, value)
	}
	switch {
	case q.Status == models.FlagOpen: // as a constant, so that the index of open flags serves
		b.WriteString(" AND status = 'open'")
	case q.Status != "":
		and("status = ?", string(q.Status))
	}
	if q.Session != "" {
		and("session = ?", q.Session)
	}
	if q.Rule != "" {
		and("rule = ?", q.Rule)
	}
	if q.Room != "" {
		and("session IN (SELECT id FROM sessions WHERE room = ?)", q.Room)
	}
	if !q.Only.All() {
		and("session IN (SELECT id FROM sessions WHERE room IN (SELECT value FROM json_each(?)))", RoomList(q.Only))
	}
	if q.Speaker != "" {
		and("speaker_id = ?", q.Speaker)
	}
	switch {
	case q.Decided:
		b.WriteString(" AND decided IS NOT NULL ORDER BY decided DESC, id")
	case q.Oldest:
		b.WriteString(" ORDER BY created, id")
	default:
		b.WriteString(" ORDER BY created DESC, id")
	}
	b.WriteString(" LIMIT ?")
	if q.Limit <= 0 {
		q.Limit = 100
	}
	return b.String(), append(args, min(q.Limit, 1000))
}

// place finds the session, the line, the clip and the outcome of a flag. The line and the clip may be gone.
func place(ctx context.Context, tx Txn, f models.Flag, sessions map[string]models.Session) (p models.FlagPlace, err error) {
	p.Flag = f
	if _, ok := sessions[f.Session]; !ok {
		sessions[f.Session], err = sqldb.One(ctx, tx, scanSession, "SELECT "+sessionColumns+" FROM sessions WHERE id = ?", f.Session)
		if err != nil {
			return p, err
		}
	}
	p.Session = sessions[f.Session]
	k := f.Utterance
	lines, err := sqldb.List(ctx, tx, scanUtterance, "SELECT "+utteranceColumns+` FROM utterances
		WHERE session = ? AND epoch = ? AND track = ? AND seq = ?`, k.Session, k.Epoch, k.Track, k.Seq)
	if err != nil {
		return p, err
	}
	if len(lines) == 1 {
		p.Utterance = lines[0]
	}
	clips, err := sqldb.List(ctx, tx, func(rows *sql.Rows) (models.Evidence, error) { return scanEvidence(rows) },
		"SELECT "+evidenceColumns+" FROM evidence WHERE id = ? AND expires > ?", models.EvidenceID(k), millis(tx.Now))
	if err == nil && len(clips) == 1 {
		p.Evidence = &clips[0]
	}
	if err == nil {
		err = placeOutcome(ctx, tx, &p)
	}
	return p, err
}

// placeOutcome adds the outcome of the flag, as far as it can be read.
func placeOutcome(ctx context.Context, tx Txn, p *models.FlagPlace) error {
	found, err := docs[models.Decision](ctx, tx, "SELECT doc FROM decisions WHERE flag = ? ORDER BY created, id", p.Flag.ID)
	if len(found) == 0 {
		return models.Readable(err)
	}
	p.Decision = &found[0]
	p.Actions, err = docs[models.Action](ctx, tx,
		"SELECT doc FROM actions WHERE session = ? AND decision = ? ORDER BY created, id", p.Flag.Session, p.Decision.ID)
	return models.Readable(err)
}

// FlagPlace returns a flag with its session and line, or models.ErrNotFound.
func (s *Store) FlagPlace(ctx context.Context, id string) (p models.FlagPlace, err error) {
	err = s.View(ctx, "read flag", func(tx Txn) error {
		f, err := sqldb.One(ctx, tx, scanFlag, "SELECT "+flagColumns+` FROM flags WHERE id = ?
			AND session NOT IN (SELECT id FROM sessions WHERE erasing = 1)`, id)
		if err == nil {
			p, err = place(ctx, tx, f, map[string]models.Session{})
		}
		return err
	})
	return p, err
}

// visibleFlags selects the flags in the rooms of the first parameter, a RoomList.
const visibleFlags = `session NOT IN (SELECT id FROM sessions WHERE erasing = 1) AND (CAST(?1 AS text) IS NULL
	OR session IN (SELECT id FROM sessions WHERE room IN (SELECT value FROM json_each(?1))))`

// OpenFlags counts the undecided flags in some rooms.
func (s *Store) OpenFlags(ctx context.Context, only models.RoomSet) (n int, err error) {
	err = s.read.QueryRowContext(ctx, "SELECT count(*) FROM flags WHERE status = 'open' AND "+visibleFlags, RoomList(only)).Scan(&n)
	return n, s.Explain("count open flags", err)
}

// Rules counts, for each rule, how its flags in some rooms were decided. The rule with the latest flag comes first.
func (s *Store) Rules(ctx context.Context, only models.RoomSet) ([]models.RuleCounts, error) {
	found, err := sqldb.List(ctx, s.read, func(rows *sql.Rows) (c models.RuleCounts, err error) {
		var last int64
		err = rows.Scan(&c.Rule, &c.Pack, &c.Title, &c.Level, &c.Flags, &c.Open, &c.Confirmed, &c.Dismissed, &last)
		c.Last = at(last)
		return c, err
	}, `SELECT c.rule, f.pack, f.title, f.level, c.flags, c.open, c.confirmed, c.dismissed, c.latest
		FROM (SELECT rule, count(*) AS flags, count(*) FILTER (WHERE status = 'open') AS open,
				count(*) FILTER (WHERE status = 'confirmed') AS confirmed, count(*) FILTER (WHERE status = 'dismissed') AS dismissed,
				max(created) AS latest FROM flags WHERE `+visibleFlags+` GROUP BY rule) c
		JOIN flags f ON f.id = (SELECT max(id) FROM flags g WHERE g.rule = c.rule AND g.created = c.latest AND g.`+visibleFlags+`)
		ORDER BY c.latest DESC, c.rule`, RoomList(only))
	return found, s.Explain("count flags", err)
}
