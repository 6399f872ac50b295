package sqlite

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"earshot/models"
	"earshot/models/sqlite/conn"
	"earshot/models/sqlite/journal"
)

// putTaken remembers what is taken away in the transaction that does it.
func putTaken(ctx context.Context, tx txn, t journal.Entry) error {
	if t.UID == "" {
		t.UID = strings.ToLower(rand.Text())
	}
	if t.At == 0 {
		t.At = millis(tx.now)
	}
	t.By = clean(t.By)
	doc, err := json.Marshal(t)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO taken (uid, doc) VALUES (?, ?) ON CONFLICT DO NOTHING", t.UID, string(doc))
	return err
}

// takenSince lists what was taken away after the entries with these ids.
func takenSince(ctx context.Context, q conn.Queryer, removal, id int64) (found journal.Log, err error) {
	found.Removals, err = conn.List(ctx, q, scanRemoval, "SELECT "+removalColumns+" FROM removals WHERE id > ? ORDER BY id", removal)
	if err != nil {
		return found, err
	}
	found.Entries, err = conn.List(ctx, q, scanDoc[journal.Entry], "SELECT doc FROM taken WHERE id > ? ORDER BY id", id)
	return found, err
}

// again counts what was taken away again.
type again struct{ erasures, redactions int }

// takeAway takes away what the list has and the record does not know of, and remembers it as it was.
func (s *Store) takeAway(ctx context.Context, all journal.Log) (done again, err error) {
	have, err := takenSince(ctx, s.write, 0, 0)
	if err != nil {
		return done, storeError("take away again", err)
	}
	left := all.Without(have)
	for _, r := range left.Removals {
		n, err := s.removeAgain(ctx, r)
		done.erasures += n
		if err != nil {
			return done, err
		}
	}
	for _, t := range left.Entries {
		n, err := s.takeAgain(ctx, t)
		done.redactions += n
		if err != nil {
			return done, err
		}
	}
	return done, nil
}

// removeAgain erases what a removal was of, and remembers the removal as it stands in the other list; where the two lists
// have not the same beginning, at the end of this one.
func (s *Store) removeAgain(ctx context.Context, r models.Removal) (n int, err error) {
	wishes, err := s.again(ctx, r)
	if err != nil {
		return 0, err
	}
	for _, e := range wishes {
		id, err := requestErasure(ctx, s.write, s.now(), e)
		if err == nil {
			err = s.finishErasure(ctx, erasure{id: id, Erasure: e, noted: true})
		}
		if ignoreNotFound(err) != nil {
			return n, err
		}
		if err == nil {
			n++
		}
	}
	return n, s.update(ctx, "note removal", func(tx txn) error { return copyRemoval(ctx, tx, r) })
}

func copyRemoval(ctx context.Context, tx txn, r models.Removal) error {
	last, before, err := lastRemoval(ctx, tx)
	if err != nil {
		return err
	}
	if r.ID != last+1 || r.Hash != r.Link(before) {
		return noteRemoval(ctx, tx, r)
	}
	return putRemoval(ctx, tx, r)
}

// takeAgain takes one thing away again, and remembers it.
func (s *Store) takeAgain(ctx context.Context, t journal.Entry) (redactions int, err error) {
	err = s.update(ctx, "take away again", func(tx txn) error {
		switch t.What {
		case journal.Words:
			if redactions, err = redactAgain(ctx, tx, t); err != nil {
				return err
			}
		case journal.User:
			_, err = tx.ExecContext(ctx, "DELETE FROM users WHERE id = ?", t.User)
		case journal.Server:
			_, err = tx.ExecContext(ctx, "DELETE FROM servers WHERE server = ?", t.Server)
		case journal.Access:
			err = accessAgain(ctx, tx, t)
		case journal.Objected, journal.Consented:
			err = putObjection(ctx, tx, t)
		case journal.Paused, journal.Resumed:
			err = putPause(ctx, tx, t)
		}
		if err != nil {
			return err
		}
		return putTaken(ctx, tx, t)
	})
	return redactions, err
}

func accessAgain(ctx context.Context, tx txn, t journal.Entry) error {
	rooms, err := json.Marshal(t.Rooms)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "UPDATE users SET access = ?, rooms = ?, password = CASE ? WHEN 1 THEN '' ELSE password END WHERE id = ?",
		t.Access, string(rooms), t.Password, t.User)
	return err
}

// redactAgain takes words out of the lines that have them, and removes what else the words are heard in: a stretch that
// was not decoded yet, and clips.
func redactAgain(ctx context.Context, tx txn, t journal.Entry) (n int, err error) {
	if err := alive(ctx, tx, t.Session); err != nil {
		return 0, ignoreNoRows(err)
	}
	lines, err := conn.List(ctx, tx, scanUtterance, "SELECT "+utteranceColumns+" FROM utterances WHERE session = ?", t.Session)
	if err != nil {
		return 0, err
	}
	for _, u := range lines {
		if models.PersonMark(u.SpeakerID) != t.Mark {
			continue
		}
		done, err := redactSpans(ctx, tx, u, t)
		if err != nil {
			return n, err
		}
		n += done
	}
	for _, span := range t.Spans {
		if err := dropSound(ctx, tx, t, span); err != nil {
			return n, err
		}
	}
	return n, nil
}

// redactSpans redacts the words of a line that are among those of an entry, and reports 1 if there were any.
func redactSpans(ctx context.Context, tx txn, u models.Utterance, t journal.Entry) (int, error) {
	r := models.LineRedaction{Key: u.Key, By: t.By, When: at(t.At)}
	for i, w := range u.Words {
		if t.Within(w.StartMS, w.EndMS) && strings.Trim(w.Text, string(models.RedactedRune)+" ") != "" {
			r.Words = append(r.Words, i)
		}
	}
	if len(u.Words) == 0 && u.Text != "" && t.Within(u.StartMS, u.EndMS) { // nothing tells where in the text they are
		_, err := tx.ExecContext(ctx, "UPDATE utterances SET text = '', original = NULL, original_words = NULL"+ofLine,
			u.Session, u.Epoch, u.Track, u.Seq)
		return 1, err
	}
	if len(r.Words) == 0 {
		return 0, nil
	}
	_, err := redactLine(ctx, tx, u, r)
	return 1, err
}

// dropSound removes the sound in which redacted words are heard. A stretch that was never decoded leaves a gap.
func dropSound(ctx context.Context, tx txn, t journal.Entry, span [2]int64) error {
	waiting, err := conn.List(ctx, tx, scanClip, "SELECT "+clipColumns+" FROM spool WHERE session = ? AND start_ms < ? AND end_ms > ?",
		t.Session, span[1], span[0])
	if err != nil {
		return err
	}
	for _, c := range waiting {
		if models.PersonMark(c.SpeakerID) != t.Mark {
			continue
		}
		lost := models.LossOf(c).Gap
		lost.Cause = models.GapRestart
		_, err := tx.ExecContext(ctx, "DELETE FROM spool"+ofLine, c.Session, c.Epoch, c.Track, c.Seq)
		if err := errors.Join(err, putGap(ctx, tx, lost)); err != nil {
			return err
		}
	}
	type kept struct{ id, speaker string }
	clips, err := conn.List(ctx, tx, func(rows *sql.Rows) (k kept, err error) {
		err = rows.Scan(&k.id, &k.speaker)
		return k, err
	}, `SELECT e.id, u.speaker_id FROM evidence e JOIN utterances u USING (session, epoch, track, seq)
		WHERE e.session = ? AND e.start_ms < ? AND e.end_ms > ?`, t.Session, span[1], span[0])
	if err != nil {
		return err
	}
	for _, k := range clips {
		if models.PersonMark(k.speaker) != t.Mark {
			continue
		}
		if _, err := tx.ExecContext(ctx, "DELETE FROM evidence WHERE id = ?", k.id); err != nil {
			return err
		}
	}
	return needScrub(ctx, tx)
}

// spansOf are the times of words.
func spansOf(words []models.Word) (out [][2]int64) {
	for _, w := range words {
		out = append(out, [2]int64{w.StartMS, w.EndMS})
	}
	slices.SortFunc(out, func(a, b [2]int64) int { return int(a[0] - b[0]) })
	return out
}
