package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"earshot/models"
	"earshot/models/sqlite/conn"
)

const flagColumns = `id, session, epoch, track, seq, speaker_id, speaker_name, rule, pack, hash, level, mode, title, matched,
	start_ms, end_ms, why, status, decided_by, decided, created`

// putFlags stores new flags of a session, and has who wants to know told of them; one that is stored keeps what a host decided
// about it.
func putFlags(ctx context.Context, tx txn, session string, flags []models.Flag) error {
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
			f.Created = tx.now
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
	err := s.update(ctx, op, func(tx txn) (err error) {
		const there = " WHERE id = ? AND session NOT IN (SELECT id FROM sessions WHERE erasing = 1)"
		f, err = conn.One(ctx, tx, scanFlag, "SELECT "+flagColumns+" FROM flags"+there, id)
		switch {
		case err != nil || f.Status == status:
			return err
		case status != models.FlagOpen && f.Status != models.FlagOpen && f.Status != "":
			return fmt.Errorf("%w: %s by %s", models.ErrConflict, f.Status, f.DecidedBy)
		}
		f, err = conn.One(ctx, tx, scanFlag, "UPDATE flags SET status = ?, decided_by = ?, decided = ?"+there+" RETURNING "+flagColumns,
			status, clean(by), decided, id)
		if err != nil {
			return err
		}
		return note(ctx, tx, when, who, "flag "+string(status), f.ID, f.Session)
	})
	return f, err
}

// Flags lists the flags of a session in the order of the sound.
func (s *Store) Flags(ctx context.Context, session string) ([]models.Flag, error) {
	found, err := flagsOf(ctx, s.read, session)
	return found, storeError("list flags", err)
}

func flagsOf(ctx context.Context, q conn.Queryer, session string) ([]models.Flag, error) {
	return conn.List(ctx, q, scanFlag, "SELECT "+flagColumns+" FROM flags WHERE session = ? ORDER BY start_ms, id", session)
}

// Flag reads one flag. models.ErrNotFound when it is not stored.
func (s *Store) Flag(ctx context.Context, id string) (models.Flag, error) {
	f, err := conn.One(ctx, s.read, scanFlag, "SELECT "+flagColumns+" FROM flags WHERE id = ?", id)
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

// FindFlags lists flags of all sessions with the session and the line of each.
func (s *Store) FindFlags(ctx context.Context, q models.FlagQuery) ([]models.FlagPlace, error) {
	var found []models.FlagPlace
	err := s.view(ctx, "find flags", func(tx txn) error {
		query, args := flagSQL(q)
		flags, err := conn.List(ctx, tx, scanFlag, query, args...)
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
	if q.Rule != "" {
		and("rule = ?", q.Rule)
	}
	if q.Room != "" {
		and("session IN (SELECT id FROM sessions WHERE room = ?)", q.Room)
	}
	if !q.Only.All() {
		and("session IN (SELECT id FROM sessions WHERE room IN (SELECT value FROM json_each(?)))", roomList(q.Only))
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

// place finds what stands around a flag. The line may be gone.
func place(ctx context.Context, tx txn, f models.Flag, sessions map[string]models.Session) (p models.FlagPlace, err error) {
	p.Flag = f
	if _, ok := sessions[f.Session]; !ok {
		sessions[f.Session], err = conn.One(ctx, tx, scanSession, "SELECT "+sessionColumns+" FROM sessions WHERE id = ?", f.Session)
		if err != nil {
			return p, err
		}
	}
	p.Session = sessions[f.Session]
	k := f.Utterance
	lines, err := conn.List(ctx, tx, scanUtterance, "SELECT "+utteranceColumns+` FROM utterances
		WHERE session = ? AND epoch = ? AND track = ? AND seq = ?`, k.Session, k.Epoch, k.Track, k.Seq)
	if err != nil {
		return p, err
	}
	if len(lines) == 1 {
		p.Utterance = lines[0]
	}
	clips, err := conn.List(ctx, tx, func(rows *sql.Rows) (models.Evidence, error) { return scanEvidence(rows) },
		"SELECT "+evidenceColumns+" FROM evidence WHERE id = ? AND expires > ?", models.EvidenceID(k), millis(tx.now))
	if err == nil && len(clips) == 1 {
		p.Evidence = &clips[0]
	}
	if err == nil {
		err = placeOutcome(ctx, tx, &p)
	}
	return p, err
}

// placeOutcome adds what became of the flag, as far as it can be read.
func placeOutcome(ctx context.Context, tx txn, p *models.FlagPlace) error {
	found, err := docs[models.Decision](ctx, tx, "SELECT doc FROM decisions WHERE flag = ? ORDER BY created, id", p.Flag.ID)
	if len(found) == 0 {
		return models.Readable(err)
	}
	p.Decision = &found[0]
	p.Actions, err = docs[models.Action](ctx, tx,
		"SELECT doc FROM actions WHERE session = ? AND decision = ? ORDER BY created, id", p.Flag.Session, p.Decision.ID)
	return models.Readable(err)
}

// FlagPlace reads one flag with its session and line. models.ErrNotFound when it is not stored.
func (s *Store) FlagPlace(ctx context.Context, id string) (p models.FlagPlace, err error) {
	err = s.view(ctx, "read flag", func(tx txn) error {
		f, err := conn.One(ctx, tx, scanFlag, "SELECT "+flagColumns+` FROM flags WHERE id = ?
			AND session NOT IN (SELECT id FROM sessions WHERE erasing = 1)`, id)
		if err == nil {
			p, err = place(ctx, tx, f, map[string]models.Session{})
		}
		return err
	})
	return p, err
}

// Rules counts what became of each rule's flags in some rooms, the rule with the latest flag first.
func (s *Store) Rules(ctx context.Context, only models.RoomSet) ([]models.RuleCounts, error) {
	// Bare columns beside a lone max() are those of its row (SQLite's documented behaviour): the latest title and level.
	found, err := conn.List(ctx, s.read, func(rows *sql.Rows) (c models.RuleCounts, err error) {
		var last int64
		err = rows.Scan(&c.Rule, &c.Pack, &c.Title, &c.Level, &c.Flags, &c.Open, &c.Confirmed, &c.Dismissed, &last)
		c.Last = at(last)
		return c, err
	}, `SELECT rule, pack, title, level, count(*), sum(status = 'open'), sum(status = 'confirmed'), sum(status = 'dismissed'),
			max(created) FROM flags
		WHERE session NOT IN (SELECT id FROM sessions WHERE erasing = 1)
			AND (?1 IS NULL OR session IN (SELECT id FROM sessions WHERE room IN (SELECT value FROM json_each(?1))))
		GROUP BY rule ORDER BY max(created) DESC, rule`, roomList(only))
	return found, storeError("count flags", err)
}
