package sqlstore

import (
	"context"
	"database/sql"
	"slices"

	"earshot/models"
	"earshot/models/sqlstore/sqldb"
	"earshot/models/sqlstore/taken"
)

const ofLine = " WHERE session = ? AND epoch = ? AND track = ? AND seq = ?"

// RedactLine removes words from a line and from everything that quotes it: its words, what was heard before a correction, the
// flags on it with their reasons, the decisions and actions that they led to, the session's summaries, and the clip. Bars of the same
// length replace them. When it returns, no byte of them is left in any file of the store. It returns the updated line,
// models.ErrInvalid if there is no such word, or models.ErrNotFound if there is no such line.
func (s *Store) RedactLine(ctx context.Context, r models.LineRedaction) (u models.Utterance, err error) {
	const op = "redact line"
	k := r.Key
	err = s.Update(ctx, op, func(tx Txn) error {
		if err := own(ctx, tx, k.Session); err != nil {
			return err
		}
		u, err = sqldb.One(ctx, tx, scanUtterance, "SELECT "+utteranceColumns+" FROM utterances"+ofLine, k.Session, k.Epoch, k.Track, k.Seq)
		if err != nil {
			return err
		}
		var gone []models.Word
		for _, i := range r.Words {
			if i >= 0 && i < len(u.Words) {
				gone = append(gone, u.Words[i])
			}
		}
		if u, err = s.redactLine(ctx, tx, u, r); err != nil {
			return err
		}
		return putTaken(ctx, tx, taken.Entry{
			At: millis(r.When), By: r.By, What: taken.Words, Session: k.Session, Mark: models.PersonMark(u.SpeakerID), Spans: spansOf(gone),
		})
	})
	if err != nil {
		return models.Utterance{}, err
	}
	return u, s.engine.Scrub(ctx)
}

// redactLine removes words from a stored line and from everything that quotes it, and returns the updated line.
func (s *Store) redactLine(ctx context.Context, tx Txn, u models.Utterance, r models.LineRedaction) (models.Utterance, error) {
	gone, err := u.Redact(r.Words)
	if err != nil {
		return u, err
	}
	words, err := packWords(u.Words)
	if err != nil {
		return u, err
	}
	k := u.Key
	set, args := s.withTokens("text = ?, words = ?, original = NULL, original_words = NULL", u.Text,
		u.Text, words, k.Session, k.Epoch, k.Track, k.Seq)
	if _, err = tx.ExecContext(ctx, "UPDATE utterances SET "+set+ofLine, args...); err != nil {
		return u, err
	}
	u.Original = ""
	if err := redactFindings(ctx, tx, u, gone); err != nil {
		return u, err
	}
	return u, redactRest(ctx, tx, r)
}

// redactFindings removes the words from the flags that they raised, and from what those led to.
func redactFindings(ctx context.Context, tx Txn, u models.Utterance, gone []models.Word) error {
	flags, err := sqldb.List(
		ctx, tx, scanFlag, "SELECT "+flagColumns+" FROM flags WHERE session = ? AND speaker_id = ?", u.Session, u.SpeakerID,
	)
	if err != nil {
		return err
	}
	for _, f := range flags {
		bars := models.Barred(f.Matched, gone)
		if f.Utterance != u.Key && slices.Equal(bars, f.Matched) {
			continue // it has nothing to do with these words
		}
		f.Matched, f.Title, f.Why = bars, models.Unsaid(f.Title, f.Rule, gone), models.Unsaid(f.Why, redactedWhy, gone)
		matched, err := packWords(f.Matched)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(
			ctx, "UPDATE flags SET matched = ?, title = ?, why = ? WHERE id = ?", matched, f.Title, f.Why, f.ID,
		); err != nil {
			return err
		}
		if err := redactDecisions(ctx, tx, f, gone); err != nil {
			return err
		}
	}
	return nil
}

func redactDecisions(ctx context.Context, tx Txn, f models.Flag, gone []models.Word) error {
	found, err := documents[models.Decision](ctx, tx, "SELECT id, doc FROM decisions WHERE session = ? AND flag = ?", f.Session, f.ID)
	if err != nil {
		return err
	}
	for _, d := range found {
		if v := d.value; v != nil {
			v.Matched, v.Why = models.Barred(v.Matched, gone), models.Unsaid(v.Why, redactedWhy, gone)
			if v.SecondLook != nil {
				v.SecondLook.Text = "" // another hearing of the same sound
			}
		}
		if err := putDocument(ctx, tx, "decisions", d); err != nil {
			return err
		}
		if err := redactActions(ctx, tx, f.Session, d.id, gone); err != nil {
			return err
		}
	}
	return nil
}

func redactActions(ctx context.Context, tx Txn, session, decision string, gone []models.Word) error {
	found, err := documents[models.Action](ctx, tx, "SELECT id, doc FROM actions WHERE session = ? AND decision = ?", session, decision)
	if err != nil {
		return err
	}
	for _, a := range found {
		if a.value != nil {
			a.value.Text = models.Unsaid(a.value.Text, "", gone)
		}
		if err := putDocument(ctx, tx, "actions", a); err != nil {
			return err
		}
	}
	return nil
}

const redactedWhy = "The words were redacted."

// redactRest deletes the summaries, which may quote the words, stores the clips in which they are covered, deletes the line's own clip if
// it is not among those, has the exported files removed, and notes who did it.
func redactRest(ctx context.Context, tx Txn, r models.LineRedaction) error {
	if _, err := tx.ExecContext(ctx, "DELETE FROM summaries WHERE session = ?", r.Key.Session); err != nil {
		return err
	}
	own := models.EvidenceID(r.Key)
	for _, e := range r.Clips {
		_, err := tx.ExecContext(ctx, "UPDATE evidence SET ogg = ?, size = ?, peaks = ? WHERE id = ? AND session = ?",
			e.Ogg, len(e.Ogg), append([]byte{}, e.Peaks...), models.EvidenceID(e.Utterance), r.Key.Session)
		if err != nil {
			return err
		}
		if e.Utterance == r.Key {
			own = ""
		}
	}
	if _, err := tx.ExecContext(ctx, "DELETE FROM evidence WHERE id = ?", own); err != nil {
		return err
	}
	if err := needScrub(ctx, tx); err != nil {
		return err
	}
	if err := staleFiles(ctx, tx, "SELECT id FROM sessions WHERE id = ?", r.Key.Session); err != nil {
		return err
	}
	return Note(ctx, tx, r.When, r.By, "words redacted", r.Key.String(), r.Key.Session)
}

// mask hides words of lines, flags and decisions that are stored already.
func (s *Store) mask(ctx context.Context, tx Txn, session string, m models.Mask) error {
	if len(m.Words) == 0 {
		return nil
	}
	from, to := extent(m.Words)
	hidden := 0
	for _, f := range []func(context.Context, Txn, string, models.Mask, int64, int64) (int, error){s.maskLines, maskFlags, maskDecisions} {
		n, err := f(ctx, tx, session, m, from, to)
		if err != nil {
			return err
		}
		hidden += n
	}
	if hidden == 0 { // all of it was masked before it was stored
		return nil
	}
	if err := putTaken(
		ctx, tx, taken.Entry{What: taken.Words, Session: session, Mark: models.PersonMark(m.Speaker), Spans: spansOf(m.Words)},
	); err != nil {
		return err
	}
	return needScrub(ctx, tx)
}

// maskedLine has the parts of a stored line that are masked.
type maskedLine struct {
	id              int64
	words, original string
	corrected       bool
}

func (s *Store) maskLines(ctx context.Context, tx Txn, session string, m models.Mask, from, to int64) (n int, err error) {
	lines, err := sqldb.List(ctx, tx, func(rows *sql.Rows) (l maskedLine, err error) {
		err = rows.Scan(&l.id, &l.words, &l.original, &l.corrected)
		return l, err
	}, `SELECT id, words, coalesce(original_words, ''), original IS NOT NULL FROM utterances
		WHERE session = ? AND speaker_id = ? AND start_ms < ? AND end_ms > ?`, session, m.Speaker, to, from)
	if err != nil {
		return 0, err
	}
	for _, l := range lines {
		text, words, changed, err := maskPacked(l.words, m, l.corrected)
		if err != nil {
			return n, err
		}
		if changed {
			n++
			set, args := s.withTokens("text = ?, words = ?", text, text, words, l.id)
			if _, err := tx.ExecContext(ctx, "UPDATE utterances SET "+set+" WHERE id = ?", args...); err != nil {
				return n, err
			}
		}
		if !l.corrected {
			continue
		}
		if text, words, changed, err = maskPacked(l.original, m, false); err != nil {
			return n, err
		}
		if changed {
			n++
			if _, err := tx.ExecContext(ctx, "UPDATE utterances SET original = ?, original_words = ? WHERE id = ?", text, words, l.id); err != nil {
				return n, err
			}
		}
	}
	return n, nil
}

// maskPacked masks stored words, and returns them with their text. Words that were masked before are unchanged.
func maskPacked(packed string, m models.Mask, loosely bool) (text, words string, changed bool, err error) {
	all, err := unpackWords(packed)
	if err != nil {
		return "", "", false, err
	}
	all, changed = m.Apply(all, loosely)
	if !changed {
		return "", "", false, nil
	}
	words, err = packWords(all)
	return clean(models.TextOf(all)), words, words != packed, err
}

func maskFlags(ctx context.Context, tx Txn, session string, m models.Mask, from, to int64) (n int, err error) {
	type row struct{ id, matched, title, why string }
	flags, err := sqldb.List(ctx, tx, func(rows *sql.Rows) (r row, err error) {
		err = rows.Scan(&r.id, &r.matched, &r.title, &r.why)
		return r, err
	}, "SELECT id, matched, title, why FROM flags WHERE session = ? AND speaker_id = ? AND start_ms < ? AND end_ms > ?",
		session, m.Speaker, to, from)
	if err != nil {
		return 0, err
	}
	for _, f := range flags {
		_, words, changed, err := maskPacked(f.matched, m, false)
		if err != nil {
			return n, err
		}
		title, why := m.In(f.title), m.In(f.why)
		if !changed && (words == "" || title == f.title && why == f.why) {
			continue
		}
		n++
		if _, err := tx.ExecContext(ctx, "UPDATE flags SET matched = ?, title = ?, why = ? WHERE id = ?", words, title, why, f.id); err != nil {
			return n, err
		}
	}
	return n, nil
}

func maskDecisions(ctx context.Context, tx Txn, session string, m models.Mask, from, to int64) (n int, err error) {
	found, err := documents[models.Decision](ctx, tx,
		"SELECT id, doc FROM decisions WHERE session = ? AND speaker = ? AND from_ms < ? AND to_ms > ? AND doc <> '"+emptied+"'",
		session, m.Speaker, to, from)
	if err != nil {
		return 0, err
	}
	for _, d := range found {
		if v := d.value; v != nil {
			words, hides := m.Apply(v.Matched, false)
			why := m.In(v.Why)
			if !hides || why == v.Why && slices.Equal(words, v.Matched) {
				continue
			}
			v.Matched, v.Why = words, why
		}
		n++
		if err := putDocument(ctx, tx, "decisions", d); err != nil {
			return n, err
		}
	}
	return n, nil
}
