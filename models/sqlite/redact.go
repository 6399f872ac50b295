package sqlite

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"earshot/models"
	"earshot/models/sqlite/conn"
	"earshot/models/sqlite/journal"
)

const ofLine = " WHERE session = ? AND epoch = ? AND track = ? AND seq = ?"

// RedactLine takes words out of a line, and out of all that quotes it: its words, what was heard before a correction, the
// flags on it with why they were raised, what was decided and done because of them, the session's summaries, and the
// clip. Bars of their length stand in their place. When it returns, no byte of them is left in any file of the store. It
// returns the line as it is then. models.ErrInvalid: there is no such word. models.ErrNotFound: there is no such line.
func (s *Store) RedactLine(ctx context.Context, r models.LineRedaction) (u models.Utterance, err error) {
	const op = "redact line"
	k := r.Key
	err = s.update(ctx, op, func(tx txn) error {
		if err := alive(ctx, tx, k.Session); err != nil {
			return err
		}
		u, err = conn.One(ctx, tx, scanUtterance, "SELECT "+utteranceColumns+" FROM utterances"+ofLine, k.Session, k.Epoch, k.Track, k.Seq)
		if err != nil {
			return err
		}
		var gone []models.Word
		for _, i := range r.Words {
			if i >= 0 && i < len(u.Words) {
				gone = append(gone, u.Words[i])
			}
		}
		if u, err = redactLine(ctx, tx, u, r); err != nil {
			return err
		}
		return putTaken(ctx, tx, journal.Entry{
			At: millis(r.When), By: r.By, What: journal.Words, Session: k.Session, Mark: models.PersonMark(u.SpeakerID), Spans: spansOf(gone),
		})
	})
	if err != nil {
		return models.Utterance{}, err
	}
	return u, s.scrub(ctx)
}

// redactLine takes words out of a stored line and of all that quotes it, and returns the line as it is then.
func redactLine(ctx context.Context, tx txn, u models.Utterance, r models.LineRedaction) (models.Utterance, error) {
	gone, err := takeOut(&u, r.Words)
	if err != nil {
		return u, err
	}
	words, err := packWords(u.Words)
	if err != nil {
		return u, err
	}
	k := u.Key
	_, err = tx.ExecContext(ctx, "UPDATE utterances SET text = ?, words = ?, original = NULL, original_words = NULL"+ofLine,
		u.Text, words, k.Session, k.Epoch, k.Track, k.Seq)
	if err != nil {
		return u, err
	}
	u.Original = ""
	if err := redactFindings(ctx, tx, u, gone); err != nil {
		return u, err
	}
	return u, redactRest(ctx, tx, r)
}

// takeOut puts bars in the place of words, and returns the words.
func takeOut(u *models.Utterance, places []int) (gone []models.Word, err error) {
	if len(places) == 0 {
		return nil, fmt.Errorf("%w: no word to redact", models.ErrInvalid)
	}
	words := slices.Clone(u.Words)
	for _, i := range places {
		if i < 0 || i >= len(words) {
			return nil, fmt.Errorf("%w: word %d of %d", models.ErrInvalid, i, len(words))
		}
		gone = append(gone, u.Words[i])
		words[i].Text, words[i].P = leading(words[i].Text)+barsOf(words[i].Text), 0
	}
	// The text is that of its words, one after the other; where it isn't, it is made of them.
	text, done := "", 0
	for i, w := range u.Words {
		said := strings.TrimSpace(w.Text)
		at := strings.Index(u.Text[done:], said)
		if at < 0 || said == "" || strings.ContainsFunc(u.Text[done:done+at], unicode.IsLetter) {
			u.Words, u.Text = words, joined(words)
			return gone, nil
		}
		text += u.Text[done:done+at] + strings.TrimSpace(words[i].Text)
		done += at + len(said)
	}
	u.Words, u.Text = words, text+u.Text[done:]
	return gone, nil
}

func leading(s string) string { return s[:len(s)-len(strings.TrimLeft(s, " "))] }

func barsOf(s string) string {
	return strings.Repeat(string(models.RedactedRune), len([]rune(strings.TrimSpace(s))))
}

func joined(words []models.Word) string {
	texts := make([]string, len(words))
	for i, w := range words {
		texts[i] = strings.TrimSpace(w.Text)
	}
	return strings.Join(texts, " ")
}

// redactFindings takes the words out of the flags that were found in them, and of what came of these.
func redactFindings(ctx context.Context, tx txn, u models.Utterance, gone []models.Word) error {
	flags, err := conn.List(ctx, tx, scanFlag, "SELECT "+flagColumns+" FROM flags WHERE session = ? AND speaker_id = ?", u.Session, u.SpeakerID)
	if err != nil {
		return err
	}
	for _, f := range flags {
		bars := barred(f.Matched, gone)
		if f.Utterance != u.Key && slices.Equal(bars, f.Matched) {
			continue // it has nothing to do with these words
		}
		f.Matched, f.Title, f.Why = bars, unsaid(f.Title, f.Rule, gone), unsaid(f.Why, redactedWhy, gone)
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

func redactDecisions(ctx context.Context, tx txn, f models.Flag, gone []models.Word) error {
	found, err := documents[models.Decision](ctx, tx, "SELECT id, doc FROM decisions WHERE session = ? AND flag = ?", f.Session, f.ID)
	if err != nil {
		return err
	}
	for _, d := range found {
		if v := d.value; v != nil {
			v.Matched, v.Why = barred(v.Matched, gone), unsaid(v.Why, redactedWhy, gone)
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

func redactActions(ctx context.Context, tx txn, session, decision string, gone []models.Word) error {
	found, err := documents[models.Action](ctx, tx, "SELECT id, doc FROM actions WHERE session = ? AND decision = ?", session, decision)
	if err != nil {
		return err
	}
	for _, a := range found {
		if a.value != nil {
			a.value.Text = unsaid(a.value.Text, "", gone)
		}
		if err := putDocument(ctx, tx, "actions", a); err != nil {
			return err
		}
	}
	return nil
}

const redactedWhy = "The words were redacted."

// unsaid is a text, or another in its place when it holds one of the words.
func unsaid(text, instead string, gone []models.Word) string {
	if mentions(text, gone) {
		return instead
	}
	return text
}

// mentions reports whether a text holds one of the words, in any case.
func mentions(text string, gone []models.Word) bool {
	split := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r) }
	in := strings.FieldsFunc(strings.ToLower(text), split)
	for _, w := range gone {
		for _, part := range strings.FieldsFunc(strings.ToLower(w.Text), split) {
			if slices.Contains(in, part) {
				return true
			}
		}
	}
	return false
}

// barred is a copy of words in which those that are gone are bars: they are known by their time.
func barred(words, gone []models.Word) []models.Word {
	out := slices.Clone(words)
	for i, w := range out {
		if slices.ContainsFunc(gone, func(g models.Word) bool { return g.StartMS == w.StartMS && g.EndMS == w.EndMS }) {
			out[i].Text = leading(w.Text) + barsOf(w.Text)
		}
	}
	return out
}

// redactRest drops the summaries, which may quote, covers the clips, has the exported files removed, and notes who did it.
func redactRest(ctx context.Context, tx txn, r models.LineRedaction) error {
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
	if _, err := tx.ExecContext(ctx, "INSERT INTO chores (name) VALUES ('scrub') ON CONFLICT DO NOTHING"); err != nil {
		return err
	}
	if err := staleFiles(ctx, tx, "SELECT id FROM sessions WHERE id = ?", r.Key.Session); err != nil {
		return err
	}
	return note(ctx, tx, r.When, r.By, "words redacted", r.Key.String(), r.Key.Session)
}
