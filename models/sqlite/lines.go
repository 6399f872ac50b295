package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"earshot/models"
	"earshot/models/sqlite/conn"
)

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
func putUtterance(ctx context.Context, tx txn, u models.Utterance, flags []models.Flag) (bool, error) {
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

// Utterances lists the lines of a session in the order they began, with words; failed and empty ones included.
func (s *Store) Utterances(ctx context.Context, session string) ([]models.Utterance, error) {
	found, err := linesOf(ctx, s.read, session)
	return found, storeError("list utterances", err)
}

func linesOf(ctx context.Context, q conn.Queryer, session string) ([]models.Utterance, error) {
	return conn.List(ctx, q, scanUtterance, "SELECT "+utteranceColumns+` FROM utterances WHERE session = ?
		ORDER BY start_ms, epoch, track, seq`, session)
}

// Utterance reads one line. models.ErrNotFound when it is not stored.
func (s *Store) Utterance(ctx context.Context, k models.Key) (models.Utterance, error) {
	u, err := conn.One(ctx, s.read, scanUtterance, "SELECT "+utteranceColumns+` FROM utterances
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

// LinesOf lists the lines of one person that touch a stretch of a session, in ms, in the order they began.
func (s *Store) LinesOf(ctx context.Context, session, speaker string, fromMS, toMS int64) ([]models.Utterance, error) {
	found, err := conn.List(ctx, s.read, scanUtterance, "SELECT "+utteranceColumns+` FROM utterances
		WHERE session = ? AND speaker_id = ? AND start_ms < ? AND end_ms > ? ORDER BY start_ms, epoch, track, seq`,
		session, speaker, toMS, fromMS)
	return found, storeError("list lines", err)
}

const maxCorrection = 4000 // characters

// CorrectText replaces the text of a line by what a person heard, and returns the line as it is then. What was heard
// first is kept with it; giving that text takes the correction back. The words keep their times, where they stayed the
// same, and share the time between them, where they changed. models.ErrInvalid: the text is blank or longer than 4000
// characters. models.ErrNotFound: there is no such line.
func (s *Store) CorrectText(ctx context.Context, k models.Key, text, by string, when time.Time) (u models.Utterance, err error) {
	const op = "correct text"
	text = strings.Join(strings.Fields(clean(text)), " ")
	if n := utf8.RuneCountInString(text); n == 0 || n > maxCorrection {
		return u, storeError(op, fmt.Errorf("%w: a text of %d characters, want 1 to %d", models.ErrInvalid, n, maxCorrection))
	}
	err = s.update(ctx, op, func(tx txn) error {
		if err := alive(ctx, tx, k.Session); err != nil {
			return err
		}
		if err := correct(ctx, tx, k, text, by, when); err != nil {
			return err
		}
		if err := note(ctx, tx, when, by, "text corrected", k.String(), k.Session); err != nil {
			return err
		}
		u, err = conn.One(ctx, tx, scanUtterance, "SELECT "+utteranceColumns+` FROM utterances
			WHERE session = ? AND epoch = ? AND track = ? AND seq = ?`, k.Session, k.Epoch, k.Track, k.Seq)
		return err
	})
	return u, err
}

func correct(ctx context.Context, tx txn, k models.Key, text, by string, when time.Time) error {
	var original, packed string
	var startMS, endMS int64
	err := tx.QueryRowContext(ctx, `SELECT coalesce(original, text), coalesce(original_words, words), start_ms, end_ms FROM utterances
		WHERE session = ? AND epoch = ? AND track = ? AND seq = ?`, k.Session, k.Epoch, k.Track, k.Seq).Scan(&original, &packed, &startMS, &endMS)
	if err != nil {
		return err
	}
	const where = " WHERE session = ? AND epoch = ? AND track = ? AND seq = ?"
	if text == original {
		_, err = tx.ExecContext(ctx, `UPDATE utterances SET text = ?, words = ?, original = NULL, original_words = NULL,
			edited_by = '', edited = NULL`+where, original, packed, k.Session, k.Epoch, k.Track, k.Seq)
		return err
	}
	heard, err := unpackWords(packed)
	if err != nil {
		return err
	}
	words, err := packWords(models.Retime(heard, text, startMS, endMS))
	if err != nil {
		return err
	}
	_,
		err = tx.ExecContext(ctx, `UPDATE utterances SET text = ?, words = ?, original = ?, original_words = ?, edited_by = ?, edited = ?`+where,
		text, words, original, packed, clean(by), millis(when), k.Session, k.Epoch, k.Track, k.Seq)
	return err
}
