package sqlite

import (
	"context"
	"database/sql"
	"time"

	"earshot/models"
	"earshot/models/sqlite/conn"
)

// PutClip writes a clip to the spool before anything is done with it. A clip whose key is spooled already, or whose
// transcript is stored, changes nothing. models.ErrNotFound when the session is not stored (or was deleted): the clip is
// not wanted then. What somebody said who was erased meanwhile changes nothing either. PCM is not stored.
func (s *Store) PutClip(ctx context.Context, c models.Clip) error {
	return s.update(ctx, "spool clip", func(tx txn) error {
		if err := alive(ctx, tx, c.Session); err != nil {
			return err
		}
		if gone, err := clipErased(ctx, tx, c); err != nil || gone {
			return err
		}
		opus := c.Opus
		if opus == nil {
			opus = []byte{}
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO spool (session, epoch, track, seq, speaker_id, speaker_name, attribution,
				start_ms, end_ms, voiced_ms, concealed_ms, level_dbfs, forced, attempts, size, opus, spoken)
			SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17
			WHERE NOT EXISTS (SELECT 1 FROM utterances WHERE session = ?1 AND epoch = ?2 AND track = ?3 AND seq = ?4)
			ON CONFLICT DO NOTHING`,
			c.Session, c.Epoch, c.Track, c.Seq, c.SpeakerID, clean(c.SpeakerName), c.Attribution,
			c.StartMS, c.EndMS, c.VoicedMS, c.ConcealedMS, finite(c.LevelDBFS), c.Forced, c.Attempts, len(opus), opus, nullMillis(c.Spoken))
		return err
	})
}

// PendingKeys lists the clips that wait for decoding, the oldest first.
func (s *Store) PendingKeys(ctx context.Context) ([]models.Key, error) {
	keys, err := conn.List(ctx, s.read, func(rows *sql.Rows) (k models.Key, err error) {
		err = rows.Scan(&k.Session, &k.Epoch, &k.Track, &k.Seq)
		return k, err
	}, `SELECT session, epoch, track, seq FROM spool WHERE parked = 0
		AND session NOT IN (SELECT id FROM sessions WHERE erasing = 1) ORDER BY id`)
	return keys, storeError("list pending clips", err)
}

// Pending counts the clips of a session that wait for decoding. models.ErrNotFound when it is not stored.
func (s *Store) Pending(ctx context.Context, session string) (n int, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM spool WHERE parked = 0 AND session = s.id)
		FROM sessions s WHERE id = ? AND erasing = 0`, session).Scan(&n)
	return n, storeError("count pending clips", err)
}

// Clip reads one clip from the spool, also one that could not be decoded. PCM is nil. models.ErrNotFound when it is not there.
func (s *Store) Clip(ctx context.Context, k models.Key) (models.Clip, error) {
	c, err := conn.One(ctx, s.read, scanClip, selectClip, k.Session, k.Epoch, k.Track, k.Seq)
	return c, storeError("read clip", err)
}

const clipColumns = `session, epoch, track, seq, speaker_id, speaker_name, attribution, start_ms, end_ms, voiced_ms,
	concealed_ms, level_dbfs, forced, attempts, opus, spoken`

const selectClip = "SELECT " + clipColumns + " FROM spool WHERE session = ? AND epoch = ? AND track = ? AND seq = ?"

func scanClip(rows *sql.Rows) (c models.Clip, err error) {
	var spoken sql.NullInt64
	err = rows.Scan(&c.Session, &c.Epoch, &c.Track, &c.Seq, &c.SpeakerID, &c.SpeakerName, &c.Attribution,
		&c.StartMS, &c.EndMS, &c.VoicedMS, &c.ConcealedMS, &c.LevelDBFS, &c.Forced, &c.Attempts, &c.Opus, &spoken)
	c.Spoken = atNull(spoken)
	return c, err
}

// NoteAttempt counts one more try at decoding a clip, before it is made, and returns how many there were: a clip that
// takes the program down is recognised after the restart. models.ErrNotFound when it is not in the spool.
func (s *Store) NoteAttempt(ctx context.Context, k models.Key) (attempts int, err error) {
	err = s.update(ctx, "note attempt", func(tx txn) error {
		return tx.QueryRowContext(ctx, `UPDATE spool SET attempts = attempts + 1
			WHERE session = ? AND epoch = ? AND track = ? AND seq = ? RETURNING attempts`,
			k.Session, k.Epoch, k.Track, k.Seq).Scan(&attempts)
	})
	return attempts, err
}

// SpoolUsage counts the clips in the spool and the bytes of their sound: those that wait, and those kept because they
// could not be decoded.
func (s *Store) SpoolUsage(ctx context.Context) (u models.SpoolUsage, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT ifnull(sum(parked = 0), 0), ifnull(sum(size) FILTER (WHERE parked = 0), 0),
			ifnull(sum(parked), 0), ifnull(sum(size) FILTER (WHERE parked = 1), 0) FROM spool`).
		Scan(&u.Waiting, &u.WaitingBytes, &u.Failed, &u.FailedBytes)
	return u, storeError("measure spool", err)
}

// acknowledge takes the clip out of the spool, or puts it aside when the line that is now stored is a failed one.
func acknowledge(ctx context.Context, tx txn, u models.Utterance) error {
	parks := u.State == models.UtteranceFailed
	if parks { // of a session that is only moderated no sound is kept
		only := false
		if err := tx.QueryRowContext(ctx, "SELECT moderate_only FROM sessions WHERE id = ?", u.Session).Scan(&only); err != nil {
			return err
		}
		parks = !only
	}
	if !parks {
		_, err := tx.ExecContext(ctx, "DELETE FROM spool WHERE session = ? AND epoch = ? AND track = ? AND seq = ?",
			u.Session, u.Epoch, u.Track, u.Seq)
		return err
	}
	_, err := tx.ExecContext(ctx, "UPDATE spool SET parked = 1 WHERE session = ? AND epoch = ? AND track = ? AND seq = ?",
		u.Session, u.Epoch, u.Track, u.Seq)
	return err
}

// erasedSince reports whether somebody was erased from a session after a point in time; a zero one is not known.
func erasedSince(ctx context.Context, tx txn, session, speaker string, began time.Time) (bool, error) {
	if began.IsZero() || speaker == "" {
		return false, nil
	}
	gone := false
	err := tx.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM erased WHERE session = ? AND mark = ? AND at >= ?)",
		session, models.PersonMark(speaker), millis(began)).Scan(&gone)
	return gone, err
}

// clipErased reports whether somebody was erased after they began to say what a clip holds.
func clipErased(ctx context.Context, tx txn, c models.Clip) (bool, error) {
	if c.Spoken.IsZero() {
		return false, nil
	}
	return erasedSince(ctx, tx, c.Session, c.SpeakerID, c.Spoken.Add(-time.Duration(c.DurationMS())*time.Millisecond))
}
