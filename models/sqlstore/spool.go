package sqlstore

import (
	"context"
	"database/sql"
	"time"

	"earshot/models"
	"earshot/models/sqlstore/sqldb"
)

// PutClip writes a clip to the spool before anything is done with it. It does nothing if a clip with the same key is spooled or
// transcribed already, or if the speaker has been erased since. It returns models.ErrNotFound if the session does not exist (any more):
// the clip is then not wanted. PCM is not stored.
func (s *Store) PutClip(ctx context.Context, c models.Clip) error {
	return s.Update(ctx, "spool clip", func(tx Txn) error {
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
		dueIn := models.DecodeWithin
		if !c.Spoken.IsZero() {
			dueIn -= models.Age(c.Spoken, s.now())
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO spool (session, epoch, track, seq, speaker_id, speaker_name, attribution,
				start_ms, end_ms, voiced_ms, concealed_ms, level_dbfs, forced, attempts, size, opus, spoken, home, offered, due, turn)
			SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,
				CAST(?19 AS bigint) + `+tx.Clock()+", CAST(?20 AS bigint) + "+tx.Clock()+", "+turn(tx)+`
			WHERE NOT EXISTS (SELECT 1 FROM utterances WHERE session = ?1 AND epoch = ?2 AND track = ?3 AND seq = ?4)
			ON CONFLICT DO NOTHING`,
			c.Session, c.Epoch, c.Track, c.Seq, c.SpeakerID, clean(c.SpeakerName), c.Attribution,
			c.StartMS, c.EndMS, c.VoicedMS, c.ConcealedMS, finite(c.LevelDBFS), c.Forced, c.Attempts, len(opus), opus, nullMillis(c.Spoken),
			c.Home, c.Reserved.Milliseconds(), dueIn.Milliseconds())
		return err
	})
}

// turn is an expression for the place of a newly stored clip in the queue: after the clips of its own session, and after what other
// sessions have had meanwhile, measured in audio (self-clocked fair queuing: Golestani, INFOCOM 1994). It is used only where several
// processes decode.
func turn(tx Txn) string {
	if tx.Skip() == "" {
		return "0"
	}
	return `greatest((SELECT max(turn) FROM spool WHERE session = ?1 AND parked = 0),
		(SELECT min(turn) FROM spool WHERE parked = 0 AND result = ''), 0) + ?9 - ?8`
}

// PendingKeys lists the clips that await decoding, oldest first.
func (s *Store) PendingKeys(ctx context.Context) ([]models.Key, error) {
	keys, err := sqldb.List(ctx, s.read, scanKey, `SELECT session, epoch, track, seq FROM spool WHERE parked = 0
		AND session NOT IN (SELECT id FROM sessions WHERE erasing = 1) ORDER BY id`)
	return keys, s.Explain("list pending clips", err)
}

func scanKey(rows *sql.Rows) (k models.Key, err error) {
	err = rows.Scan(&k.Session, &k.Epoch, &k.Track, &k.Seq)
	return k, err
}

// Pending counts the clips of a session that await decoding. It returns models.ErrNotFound if there is no such session.
func (s *Store) Pending(ctx context.Context, session string) (n int, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM spool WHERE parked = 0 AND session = s.id)
		FROM sessions s WHERE id = ? AND erasing = 0`, session).Scan(&n)
	return n, s.Explain("count pending clips", err)
}

// Clip returns a clip from the spool, even one that could not be decoded. PCM is nil. It returns models.ErrNotFound if there is none.
func (s *Store) Clip(ctx context.Context, k models.Key) (models.Clip, error) {
	c, err := sqldb.One(ctx, s.read, scanClip, selectClip, k.Session, k.Epoch, k.Track, k.Seq)
	return c, s.Explain("read clip", err)
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

// NoteAttempt counts an attempt to decode a clip before it is made, so that a clip that crashes the program is recognised after the
// restart, and returns the number of attempts. It returns models.ErrNotFound if the clip is not in the spool.
func (s *Store) NoteAttempt(ctx context.Context, k models.Key) (attempts int, err error) {
	err = s.Update(ctx, "note attempt", func(tx Txn) error {
		return tx.QueryRowContext(ctx, `UPDATE spool SET attempts = attempts + 1
			WHERE session = ? AND epoch = ? AND track = ? AND seq = ? RETURNING attempts`,
			k.Session, k.Epoch, k.Track, k.Seq).Scan(&attempts)
	})
	return attempts, err
}

// SpoolUsage counts the clips in the spool and the bytes of their sound: those that await decoding, and those kept because they could
// not be decoded.
func (s *Store) SpoolUsage(ctx context.Context) (u models.SpoolUsage, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT count(*) FILTER (WHERE parked = 0), coalesce(sum(size) FILTER (WHERE parked = 0), 0),
			count(*) FILTER (WHERE parked = 1), coalesce(sum(size) FILTER (WHERE parked = 1), 0) FROM spool`).
		Scan(&u.Waiting, &u.WaitingBytes, &u.Failed, &u.FailedBytes)
	return u, s.Explain("measure spool", err)
}

// acknowledge removes the clip from the spool, or sets it aside if the line just stored is a failed one.
func acknowledge(ctx context.Context, tx Txn, u models.Utterance) error {
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

// erasedSince reports whether somebody was erased from a session after a point in time; zero means that it is unknown.
func erasedSince(ctx context.Context, tx Txn, session, speaker string, began time.Time) (bool, error) {
	if began.IsZero() || speaker == "" {
		return false, nil
	}
	gone := false
	err := tx.QueryRowContext(ctx, "SELECT EXISTS (SELECT 1 FROM erased WHERE session = ? AND mark = ? AND at >= ?)",
		session, models.PersonMark(speaker), millis(began)).Scan(&gone)
	return gone, err
}

// clipErased reports whether the speaker of a clip was erased after the clip began.
func clipErased(ctx context.Context, tx Txn, c models.Clip) (bool, error) {
	if c.Spoken.IsZero() {
		return false, nil
	}
	return erasedSince(ctx, tx, c.Session, c.SpeakerID, c.Spoken.Add(-time.Duration(c.DurationMS())*time.Millisecond))
}
