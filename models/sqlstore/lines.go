package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"earshot/models"
	"earshot/models/sqlstore/sqldb"
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

// withTokens adds the index tokens of a text to the assignments of an UPDATE, if the store has a column for them.
func (s *Store) withTokens(assignments, text string, args ...any) (string, []any) {
	if tokens, ok := s.engine.Tokens(text); ok {
		return "tokens = ?, " + assignments, append([]any{tokens}, args...)
	}
	return assignments, args
}

// insertLine is insertUtterance with the index tokens of the text, if the store has a column for them.
func (s *Store) insertLine(text string) (string, []any) {
	tokens, ok := s.engine.Tokens(text)
	if !ok {
		return insertUtterance, nil
	}
	query := strings.Replace(insertUtterance, "facets)", "facets, tokens)", 1)
	query = strings.Replace(query, "?)", "?, ?)", 1)
	return strings.Replace(query, "facets = excluded.facets", "facets = excluded.facets, tokens = excluded.tokens", 1), []any{tokens}
}

// PutUtterance stores a line and reports whether it is new or replaces a failed one.
func (s *Store) PutUtterance(ctx context.Context, tx Txn, u models.Utterance, flags []models.Flag) (bool, error) {
	words, err := packWords(u.Words)
	if err != nil {
		return false, err
	}
	if u.State == "" {
		u.State = models.UtteranceOK
	}
	text := clean(u.Text)
	query, tokens := s.insertLine(text)
	n, err := changed(tx.ExecContext(ctx, query, append([]any{
		u.Session, u.Epoch, u.Track, u.Seq, u.SpeakerID, clean(u.SpeakerName), u.Attribution, u.StartMS, u.EndMS,
		text, words, u.Language, u.State, packDoubts(u.Doubt), finite(u.LogProb), finite(u.NoSpeech),
		u.VoicedMS, u.ConcealedMS, finite(u.LevelDBFS), u.Model, u.Degraded, u.LateMS, millis(u.Committed),
		facets(u.Session, u.SpeakerID, flags),
	}, tokens...)...))
	if err != nil || n == 0 {
		return false, err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO speakers (session, id, name, role, first_ms) VALUES (?, ?, ?, '', ?)
		ON CONFLICT DO NOTHING`, u.Session, u.SpeakerID, clean(u.SpeakerName), u.StartMS)
	return true, err
}

// Utterances lists the lines of a session in the order of their starts, with their words, including failed and empty lines.
func (s *Store) Utterances(ctx context.Context, session string) ([]models.Utterance, error) {
	found, err := linesOf(ctx, s.read, session)
	return found, s.Explain("list utterances", err)
}

// EachUtterance passes on the lines of a session, in the order of their starts: see store.Transcripts.
func (s *Store) EachUtterance(ctx context.Context, session string, each func(models.Utterance) error) error {
	var stopped error
	err := sqldb.Each(ctx, s.read, scanUtterance, func(u models.Utterance) error {
		stopped = each(u)
		return stopped
	}, utterancesOf, session)
	if stopped != nil {
		return stopped
	}
	return s.Explain("list utterances", err)
}

const utterancesOf = "SELECT " + utteranceColumns + ` FROM utterances WHERE session = ?
		ORDER BY start_ms, epoch, track, seq`

func linesOf(ctx context.Context, q sqldb.Queryer, session string) ([]models.Utterance, error) {
	return sqldb.List(ctx, q, scanUtterance, utterancesOf, session)
}

// Utterance returns a line, or models.ErrNotFound.
func (s *Store) Utterance(ctx context.Context, k models.Key) (models.Utterance, error) {
	u, err := sqldb.One(ctx, s.read, scanUtterance, "SELECT "+utteranceColumns+` FROM utterances
		WHERE session = ? AND epoch = ? AND track = ? AND seq = ?`, k.Session, k.Epoch, k.Track, k.Seq)
	return u, s.Explain("read utterance", err)
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

// LinesOf lists the lines of a person that overlap a stretch of a session, given in ms, in the order of their starts.
func (s *Store) LinesOf(ctx context.Context, session, speaker string, fromMS, toMS int64) ([]models.Utterance, error) {
	found, err := sqldb.List(ctx, s.read, scanUtterance, "SELECT "+utteranceColumns+` FROM utterances
		WHERE session = ? AND speaker_id = ? AND start_ms < ? AND end_ms > ? ORDER BY start_ms, epoch, track, seq`,
		session, speaker, toMS, fromMS)
	return found, s.Explain("list lines", err)
}

const maxCorrection = 4000 // characters

// CorrectText replaces the text of a line by a person's correction and returns the updated line. The original text is kept; correcting to
// it removes the correction. Unchanged words keep their times, and changed ones share the time between their neighbours. It returns
// models.ErrInvalid if the text is blank or longer than 4000 characters, and models.ErrNotFound if there is no such line.
func (s *Store) CorrectText(ctx context.Context, k models.Key, text, by string, when time.Time) (u models.Utterance, err error) {
	const op = "correct text"
	text = strings.Join(strings.Fields(clean(text)), " ")
	if n := utf8.RuneCountInString(text); n == 0 || n > maxCorrection {
		return u, s.Explain(op, fmt.Errorf("%w: a text of %d characters, want 1 to %d", models.ErrInvalid, n, maxCorrection))
	}
	err = s.Update(ctx, op, func(tx Txn) error {
		if err := own(ctx, tx, k.Session); err != nil {
			return err
		}
		if err := s.correct(ctx, tx, k, text, by, when); err != nil {
			return err
		}
		if err := Note(ctx, tx, when, by, "text corrected", k.String(), k.Session); err != nil {
			return err
		}
		u, err = sqldb.One(ctx, tx, scanUtterance, "SELECT "+utteranceColumns+` FROM utterances
			WHERE session = ? AND epoch = ? AND track = ? AND seq = ?`, k.Session, k.Epoch, k.Track, k.Seq)
		return err
	})
	return u, err
}

func (s *Store) correct(ctx context.Context, tx Txn, k models.Key, text, by string, when time.Time) error {
	var original, packed string
	var startMS, endMS int64
	err := tx.QueryRowContext(ctx, `SELECT coalesce(original, text), coalesce(original_words, words), start_ms, end_ms FROM utterances
		WHERE session = ? AND epoch = ? AND track = ? AND seq = ?`, k.Session, k.Epoch, k.Track, k.Seq).Scan(&original, &packed, &startMS, &endMS)
	if err != nil {
		return err
	}
	const where = " WHERE session = ? AND epoch = ? AND track = ? AND seq = ?"
	if text == original {
		set, args := s.withTokens("text = ?, words = ?, original = NULL, original_words = NULL, edited_by = '', edited = NULL", text,
			original, packed, k.Session, k.Epoch, k.Track, k.Seq)
		_, err = tx.ExecContext(ctx, "UPDATE utterances SET "+set+where, args...)
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
	set, args := s.withTokens("text = ?, words = ?, original = ?, original_words = ?, edited_by = ?, edited = ?", text,
		text, words, original, packed, clean(by), millis(when), k.Session, k.Epoch, k.Track, k.Seq)
	_, err = tx.ExecContext(ctx, "UPDATE utterances SET "+set+where, args...)
	return err
}

// together is the number of lines or people that one query asks for.
const together = 32

// LinesAround lists the neighbours of lines: see store.Transcripts.
func (s *Store) LinesAround(ctx context.Context, keys []models.Key, before, after int) (map[models.Key][]models.Utterance, error) {
	out := make(map[models.Key][]models.Utterance, len(keys))
	err := s.View(ctx, "lines around lines", func(tx Txn) error {
		for some := range slices.Chunk(keys, together) {
			found, err := around(ctx, tx, some, before, after)
			if err != nil {
				return err
			}
			maps.Copy(out, found)
		}
		return nil
	})
	return out, err
}

func around(ctx context.Context, tx Txn, keys []models.Key, before, after int) (map[models.Key][]models.Utterance, error) {
	var parts []string
	var args []any
	for i, k := range keys {
		for _, side := range []struct {
			than, order string
			limit       int
		}{{"<", " DESC", before}, {">", "", after}} {
			parts = append(parts, fmt.Sprintf(`SELECT * FROM (SELECT %s, %d AS place FROM utterances WHERE session = ?%[3]d AND text <> '' AND
				(start_ms, epoch, track, seq) %[4]s (SELECT start_ms, epoch, track, seq FROM utterances
					WHERE session = ?%[3]d AND epoch = ?%[5]d AND track = ?%[6]d AND seq = ?%[7]d)
				ORDER BY start_ms%[8]s, epoch%[8]s, track%[8]s, seq%[8]s LIMIT %[9]d) AS part%[10]d`,
				utteranceColumns, i, 4*i+1, side.than, 4*i+2, 4*i+3, 4*i+4, side.order, side.limit, len(parts)))
		}
		args = append(args, k.Session, k.Epoch, k.Track, k.Seq)
	}
	out := make(map[models.Key][]models.Utterance, len(keys))
	scan := func(rows *sql.Rows) (struct{}, error) {
		var place int
		u, err := scanUtteranceAnd(rows, &place)
		out[keys[place]] = append(out[keys[place]], u)
		return struct{}{}, err
	}
	_, err := sqldb.List(ctx, tx, scan, strings.Join(parts, "\nUNION ALL "), args...)
	for _, lines := range out {
		slices.SortFunc(lines, inOrder)
	}
	return out, err
}

// inOrder compares lines by their starts.
func inOrder(a, b models.Utterance) int {
	return cmp.Or(cmp.Compare(a.StartMS, b.StartMS), cmp.Compare(a.Epoch, b.Epoch), cmp.Compare(a.Track, b.Track), cmp.Compare(a.Seq, b.Seq))
}

// Tonight counts people's flags and actions in their rooms: see store.Flags.
func (s *Store) Tonight(ctx context.Context, people []models.Identity, since time.Time) (map[models.Identity]models.Tally, error) {
	out := make(map[models.Identity]models.Tally, len(people))
	err := s.View(ctx, "count what people did", func(tx Txn) error {
		for some := range slices.Chunk(people, together) {
			found, err := tonight(ctx, tx, some, since)
			if err != nil {
				return err
			}
			maps.Copy(out, found)
		}
		return nil
	})
	return out, err
}

func tonight(ctx context.Context, tx Txn, people []models.Identity, since time.Time) (map[models.Identity]models.Tally, error) {
	const these = ` created >= ?1 AND session IN
		(SELECT id FROM sessions WHERE sessions.room = who.room AND erasing = 0 AND (ended IS NULL OR ended >= ?1))`
	values, args := make([]string, len(people)), []any{millis(since)}
	for i, p := range people {
		values[i] = fmt.Sprintf("(CAST(?%d AS TEXT), CAST(?%d AS TEXT))", 2*i+2, 2*i+3)
		args = append(args, p.Room, p.SpeakerID)
	}
	out := make(map[models.Identity]models.Tally, len(people))
	scan := func(rows *sql.Rows) (struct{}, error) {
		var who models.Identity
		var t models.Tally
		err := rows.Scan(&who.Room, &who.SpeakerID, &t.Flags, &t.Confirmed, &t.Asks, &t.Actions)
		out[who] = t
		return struct{}{}, err
	}
	_, err := sqldb.List(ctx, tx, scan, "WITH who (room, person) AS (VALUES "+strings.Join(values, ", ")+`) SELECT who.room, who.person,
		(SELECT count(*) FROM flags WHERE speaker_id = who.person AND`+these+`),
		(SELECT count(*) FROM flags WHERE speaker_id = who.person AND status = 'confirmed' AND`+these+`),
		(SELECT count(*) FROM decisions WHERE speaker = who.person AND verdict = 'asked' AND`+these+`),
		(SELECT count(*) FROM actions WHERE state = 'seen' AND json_extract(doc, '$.target_id') = who.person AND`+these+`)
		FROM who`, args...)
	return out, err
}
