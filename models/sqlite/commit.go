package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"earshot/models"
)

// wanted is sql.ErrNoRows for a line that is not stored and whose clip is not in the spool any more.
func wanted(ctx context.Context, tx *sql.Tx, k models.Key) error {
	there := 0
	return tx.QueryRowContext(ctx, `SELECT 1 WHERE EXISTS (SELECT 1 FROM spool WHERE session = ?1 AND epoch = ?2 AND track = ?3 AND seq = ?4)
		OR EXISTS (SELECT 1 FROM utterances WHERE session = ?1 AND epoch = ?2 AND track = ?3 AND seq = ?4)`,
		k.Session, k.Epoch, k.Track, k.Seq).Scan(&there)
}

// checkLine refuses flags and sound that are not of the line.
func checkLine(u models.Utterance, flags []models.Flag, evidence *models.Evidence) error {
	for _, f := range flags {
		if f.ID == "" || f.Session != u.Session || f.Utterance != u.Key {
			return fmt.Errorf("%w: flag of rule %s is not of line %s", models.ErrInvalid, f.Rule, u.Key)
		}
	}
	return checkEvidence(u, flags, evidence)
}

// putLine stores a line with its flags and its sound, and acknowledges its clip. It reports whether the line was new.
func putLine(ctx context.Context, tx *sql.Tx, u models.Utterance, flags []models.Flag, evidence *models.Evidence) (bool, error) {
	if u.Committed.IsZero() {
		u.Committed = time.Now()
	}
	fresh, err := putUtterance(ctx, tx, u, flags)
	if err != nil {
		return false, err
	}
	if fresh {
		if err := putFlags(ctx, tx, flags); err != nil {
			return false, err
		}
		if evidence != nil {
			if err := putEvidence(ctx, tx, *evidence); err != nil {
				return false, err
			}
		}
	}
	return fresh, acknowledge(ctx, tx, u)
}

const utteranceColumns = `session, epoch, track, seq, speaker_id, speaker_name, attribution, start_ms, end_ms, text, words,
	language, state, doubt, log_prob, no_speech, voiced_ms, concealed_ms, level_dbfs, model, degraded, late_ms, committed,
	original, edited_by, edited`

const insertUtterance = `INSERT INTO utterances (session, epoch, track, seq, speaker_id, speaker_name, attribution, start_ms,
		end_ms, text, words, language, state, doubt, log_prob, no_speech, voiced_ms, concealed_ms, level_dbfs, model, degraded,
		late_ms, committed, facets)
	VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
	ON CONFLICT (session, epoch, track, seq) DO UPDATE SET text = excluded.text, words = excluded.words,
		language = excluded.language, state = excluded.state, doubt = excluded.doubt, log_prob = excluded.log_prob,
		no_speech = excluded.no_speech, voiced_ms = excluded.voiced_ms, concealed_ms = excluded.concealed_ms,
		level_dbfs = excluded.level_dbfs, model = excluded.model, degraded = excluded.degraded,
		late_ms = excluded.late_ms, committed = excluded.committed, facets = excluded.facets
	WHERE utterances.state = 'failed' AND excluded.state <> 'failed'`

// putUtterance reports whether the line was new, or took the place of a failed one.
func putUtterance(ctx context.Context, tx *sql.Tx, u models.Utterance, flags []models.Flag) (bool, error) {
	words, err := packWords(u.Words)
	if err != nil {
		return false, err
	}
	if u.State == "" {
		u.State = models.UtteranceOK
	}
	res, err := tx.ExecContext(ctx, insertUtterance,
		u.Session, u.Epoch, u.Track, u.Seq, u.SpeakerID, clean(u.SpeakerName), u.Attribution, u.StartMS, u.EndMS,
		clean(u.Text), words, u.Language, u.State, packDoubts(u.Doubt), finite(u.LogProb), finite(u.NoSpeech),
		u.VoicedMS, u.ConcealedMS, finite(u.LevelDBFS), u.Model, u.Degraded, u.LateMS, millis(u.Committed),
		facets(u.Session, u.SpeakerID, flags))
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	if err != nil || n == 0 {
		return false, err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO speakers (session, id, name, role, first_ms) VALUES (?, ?, ?, '', ?)
		ON CONFLICT DO NOTHING`, u.Session, u.SpeakerID, clean(u.SpeakerName), u.StartMS)
	return true, err
}

// acknowledge takes the clip out of the spool, or puts it aside when the line that is now stored is a failed one.
func acknowledge(ctx context.Context, tx *sql.Tx, u models.Utterance) error {
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

// Utterances lists the lines of a session in the order they began, with words; failed and empty ones included.
func (s *Store) Utterances(ctx context.Context, session string) ([]models.Utterance, error) {
	found, err := list(ctx, s.read, scanUtterance, "SELECT "+utteranceColumns+` FROM utterances WHERE session = ?
		ORDER BY start_ms, epoch, track, seq`, session)
	return found, storeError("list utterances", err)
}

// Utterance reads one line. models.ErrNotFound when it is not stored.
func (s *Store) Utterance(ctx context.Context, k models.Key) (models.Utterance, error) {
	u, err := one(ctx, s.read, scanUtterance, "SELECT "+utteranceColumns+` FROM utterances
		WHERE session = ? AND epoch = ? AND track = ? AND seq = ?`, k.Session, k.Epoch, k.Track, k.Seq)
	return u, storeError("read utterance", err)
}

func scanUtterance(rows *sql.Rows) (models.Utterance, error) { return scanUtteranceAnd(rows) }

// scanUtteranceAnd scans the columns of utteranceColumns and whatever comes after them.
func scanUtteranceAnd(rows *sql.Rows, more ...any) (u models.Utterance, err error) {
	var words, doubt string
	var committed int64
	var original sql.NullString
	var edited sql.NullInt64
	dest := []any{
		&u.Session, &u.Epoch, &u.Track, &u.Seq, &u.SpeakerID, &u.SpeakerName, &u.Attribution, &u.StartMS, &u.EndMS,
		&u.Text, &words, &u.Language, &u.State, &doubt, &u.LogProb, &u.NoSpeech, &u.VoicedMS, &u.ConcealedMS,
		&u.LevelDBFS, &u.Model, &u.Degraded, &u.LateMS, &committed,
		&original, &u.EditedBy, &edited,
	}
	if err := rows.Scan(append(dest, more...)...); err != nil {
		return u, err
	}
	u.Original, u.Edited = original.String, atNull(edited)
	u.Committed, u.Doubt = at(committed), unpackDoubts(doubt)
	u.Words, err = unpackWords(words)
	return u, err
}
