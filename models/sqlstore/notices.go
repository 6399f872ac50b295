package sqlstore

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"earshot/models"
	"earshot/models/sqlstore/sqldb"
)

// SetNoticeTargets sets the targets that are notified of flags: the transaction that stores a flag, unless its rule only watches, queues
// a notice for each target. Queued notices for other targets are dropped.
func (s *Store) SetNoticeTargets(ctx context.Context, targets []models.NoticeTarget) error {
	return s.Update(ctx, "set notice targets", func(tx Txn) error {
		names := make([]string, 0, len(targets))
		for _, t := range targets {
			rooms := ""
			if len(t.Rooms) > 0 {
				rooms = " " + strings.Join(t.Rooms, " ") + " "
			}
			_, err := tx.ExecContext(ctx, `INSERT INTO notice_targets (name, level, rooms, mark) VALUES (?, ?, ?, ?)
				ON CONFLICT (name) DO UPDATE SET level = excluded.level, rooms = excluded.rooms, mark = excluded.mark,
					disabled = CASE notice_targets.mark WHEN excluded.mark THEN notice_targets.disabled ELSE '' END`,
				t.Name, max(0, t.Level.Rank()), rooms, t.Mark)
			if err != nil {
				return err
			}
			names = append(names, t.Name)
		}
		const others = " name NOT IN (SELECT value FROM json_each(?))"
		all, err := json.Marshal(names)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE notices SET state = 'dropped', error = 'the target was taken away'
			WHERE state = 'waiting' AND target IN (SELECT name FROM notice_targets WHERE`+others+")", string(all))
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "DELETE FROM notice_targets WHERE"+others, string(all))
		return err
	})
}

const noticeColumns = "id, target, session, flag, created, due, attempts, state, error, kind"

func scanNotice(rows *sql.Rows) (n models.Notice, err error) {
	var created, due int64
	err = rows.Scan(&n.ID, &n.Target, &n.Session, &n.Flag, &created, &due, &n.Attempts, &n.State, &n.Error, &n.Kind)
	n.Created, n.Due = at(created), at(due)
	return n, err
}

// NextNotice returns the next notice for a target, whether it is due or not, or models.ErrNotFound if none is queued.
func (s *Store) NextNotice(ctx context.Context, target string) (models.Notice, error) {
	n, err := sqldb.One(ctx, s.read, scanNotice, "SELECT "+noticeColumns+` FROM notices WHERE target = ? AND state = 'waiting'
		AND session NOT IN (SELECT id FROM sessions WHERE erasing = 1) ORDER BY due, id LIMIT 1`, target)
	return n, s.Explain("read notices", err)
}

// SetNotice stores the outcome of an attempt: State, Attempts, Due and Error. It does nothing if the notice is gone.
func (s *Store) SetNotice(ctx context.Context, n models.Notice) error {
	return s.Update(ctx, "store notice", func(tx Txn) error {
		_, err := tx.ExecContext(ctx, "UPDATE notices SET state = ?, attempts = ?, due = ?, error = ? WHERE id = ?",
			n.State, n.Attempts, millis(n.Due), clean(n.Error), n.ID)
		return err
	})
}

// DisableTarget stops all notices to a target until its address changes, and drops those that are queued.
func (s *Store) DisableTarget(ctx context.Context, name, why string) error {
	return s.Update(ctx, "disable target", func(tx Txn) error {
		if _, err := tx.ExecContext(ctx, "UPDATE notice_targets SET disabled = ? WHERE name = ?", clean(why), name); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "UPDATE notices SET state = 'dropped', error = ? WHERE target = ? AND state = 'waiting'", clean(why), name)
		return err
	})
}

// NoticeTargets lists the targets with their state, by name.
func (s *Store) NoticeTargets(ctx context.Context) ([]models.NoticeTargetState, error) {
	found, err := sqldb.List(ctx, s.read, func(rows *sql.Rows) (t models.NoticeTargetState, err error) {
		err = rows.Scan(&t.Name, &t.Disabled, &t.Waiting, &t.Sent, &t.Dropped, &t.Error)
		return t, err
	}, `SELECT name, disabled, count(*) FILTER (WHERE state = 'waiting'), count(*) FILTER (WHERE state = 'sent'),
			count(*) FILTER (WHERE state = 'dropped'),
			coalesce((SELECT error FROM notices w WHERE w.target = name AND w.state = 'waiting' ORDER BY created LIMIT 1), '')
		FROM notice_targets LEFT JOIN notices ON target = name GROUP BY name ORDER BY name`)
	return found, s.Explain("list notice targets", err)
}

// targetsIn selects the targets that are notified of events in a session's room.
func targetsIn(ctx context.Context, tx Txn, session string) (room string, targets []models.NoticeTarget, err error) {
	if err := tx.QueryRowContext(ctx, "SELECT room FROM sessions WHERE id = ? AND erasing = 0", session).Scan(&room); err != nil {
		return "", nil, err
	}
	targets, err = sqldb.List(ctx, tx, func(rows *sql.Rows) (t models.NoticeTarget, err error) {
		var level int
		var rooms string
		err = rows.Scan(&t.Name, &level, &rooms)
		t.Level, t.Rooms = models.Levels()[min(max(0, level), len(models.Levels())-1)], strings.Fields(rooms)
		return t, err
	}, "SELECT name, level, rooms FROM notice_targets WHERE disabled = '' ORDER BY name")
	return room, targets, err
}

// putNotice queues a notice. One that is stored already is left unchanged.
func putNotice(ctx context.Context, tx Txn, n models.Notice) error {
	if n.ID == "" {
		id := make([]byte, 16)
		_, _ = rand.Read(id) // never fails
		n.ID = "msg_" + hex.EncodeToString(id)
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO notices (id, target, session, flag, created, due, kind) VALUES (?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT DO NOTHING`, n.ID, n.Target, n.Session, n.Flag, millis(n.Created), millis(n.Created), n.Kind)
	return err
}

// tellOf queues notices of new flags for the targets that want them.
func tellOf(ctx context.Context, tx Txn, session string, raised []models.Flag) error {
	if len(raised) == 0 {
		return nil
	}
	room, targets, err := targetsIn(ctx, tx, session)
	if err != nil {
		return err
	}
	for _, f := range raised {
		for _, t := range targets {
			if !t.Wants(f, room) {
				continue
			}
			n := models.Notice{Target: t.Name, Session: session, Flag: f.ID, Kind: models.NoticeFlag, Created: f.Created}
			if err := putNotice(ctx, tx, n); err != nil {
				return err
			}
		}
	}
	return nil
}

// Tell queues a notice of a flag for one target or, without a name, for every target of the flag's room, whatever level of flags the
// target asks for. A target that has a notice of the flag already gets no second one; id makes the call idempotent. It returns
// models.ErrNotFound if there is no target of that name or it is disabled.
func (s *Store) Tell(ctx context.Context, id, session, flag, target string) error {
	return s.Update(ctx, "tell", func(tx Txn) error {
		if err := tx.Alone(ctx); err != nil {
			return err
		}
		room, targets, err := targetsIn(ctx, tx, session)
		if err != nil {
			return err
		}
		known := false
		for _, t := range targets {
			if t.Name != target && (target != "" || !t.WantsRoom(room)) {
				continue
			}
			known = true
			told := false
			err := tx.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM notices WHERE target = ? AND flag = ?)", t.Name, flag).Scan(&told)
			if err == nil && !told {
				err = putNotice(ctx, tx, models.Notice{
					ID: "msg_" + id + "_" + t.Name, Target: t.Name, Session: session, Flag: flag, Kind: models.NoticeFlag, Created: tx.Now,
				})
			}
			if err != nil {
				return err
			}
		}
		if !known && target != "" {
			return sql.ErrNoRows
		}
		return nil
	})
}

// PutRoomNotice queues a notice that is not about a flag for every target of a session's room.
func (s *Store) PutRoomNotice(ctx context.Context, session string, kind models.NoticeKind, speaker string) error {
	return s.Update(ctx, "store notice", func(tx Txn) error {
		room, targets, err := targetsIn(ctx, tx, session)
		if err != nil {
			return err
		}
		for _, t := range targets {
			if !t.WantsRoom(room) {
				continue
			}
			if err := putNotice(ctx, tx, models.Notice{Target: t.Name, Session: session, Flag: speaker, Kind: kind, Created: tx.Now}); err != nil {
				return err
			}
		}
		return nil
	})
}

// Digest counts what happened between two times, by room.
func (s *Store) Digest(ctx context.Context, from, to time.Time) ([]models.RoomDigest, error) {
	found, err := sqldb.List(ctx, s.read, func(rows *sql.Rows) (d models.RoomDigest, err error) {
		err = rows.Scan(&d.Room, &d.Name, &d.Sessions, &d.Lines, &d.High, &d.Medium, &d.Low, &d.Open)
		return d, err
	}, `SELECT room, max(name), count(*),
			sum((SELECT count(*) FROM utterances u WHERE u.session = s.id AND (u.text <> '' OR s.moderate_only = 1))),
			sum((SELECT count(*) FROM flags f WHERE f.session = s.id AND f.level = 'high')),
			sum((SELECT count(*) FROM flags f WHERE f.session = s.id AND f.level = 'medium')),
			sum((SELECT count(*) FROM flags f WHERE f.session = s.id AND f.level IN ('low', 'info'))),
			sum((SELECT count(*) FROM flags f WHERE f.session = s.id AND f.status = 'open' AND f.mode <> 'watch'))
		FROM sessions s WHERE erasing = 0 AND started < ?2 AND coalesce(ended, ?2) >= ?1 GROUP BY room ORDER BY room`,
		millis(from), millis(to))
	return found, s.Explain("read digest", err)
}

// DigestUntil returns the end of the latest digest that a target got, or zero.
func (s *Store) DigestUntil(ctx context.Context, target string) (time.Time, error) {
	var ms int64
	err := s.read.QueryRowContext(ctx, "SELECT until FROM digests WHERE target = ?", target).Scan(&ms)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, nil
	}
	return at(ms), s.Explain("read digests", err)
}

// SetDigestUntil stores the end of the latest digest that a target got.
func (s *Store) SetDigestUntil(ctx context.Context, target string, until time.Time) error {
	return s.Update(ctx, "store digest", func(tx Txn) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO digests (target, until) VALUES (?, ?) ON CONFLICT (target) DO UPDATE SET until = "+
			"excluded.until",
			target, millis(until))
		return err
	})
}
