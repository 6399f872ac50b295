package sqlstore

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"earshot/models"
	"earshot/models/sqlstore/sqldb"
	"earshot/models/sqlstore/taken"
)

// putTaken records, in the transaction that takes something away, what it takes away.
func putTaken(ctx context.Context, tx Txn, t taken.Entry) error {
	if t.UID == "" {
		t.UID = strings.ToLower(rand.Text())
	}
	if t.At == 0 {
		t.At = millis(tx.Now)
	}
	t.By = clean(t.By)
	doc, err := json.Marshal(t)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO taken (uid, doc) VALUES (?, ?) ON CONFLICT DO NOTHING", t.UID, string(doc))
	return err
}

// TakenSince lists what was taken away after given entries.
func TakenSince(ctx context.Context, q sqldb.Queryer, removal, id int64) (found taken.Log, err error) {
	found.Removals, err = sqldb.List(ctx, q, scanRemoval, "SELECT "+removalColumns+" FROM removals WHERE id > ? ORDER BY id", removal)
	if err != nil {
		return found, err
	}
	found.Entries, err = sqldb.List(ctx, q, scanDoc[taken.Entry], "SELECT doc FROM taken WHERE id > ? ORDER BY id", id)
	return found, err
}

// Again counts what was taken away a second time.
type Again struct{ Erasures, Redactions int }

// TakeAway takes away what is on a list but not yet on the record's own, and records it unchanged.
func (s *Store) TakeAway(ctx context.Context, all taken.Log) (done Again, err error) {
	have, err := TakenSince(ctx, s.write, 0, 0)
	if err != nil {
		return done, s.Explain("take away again", err)
	}
	left := all.Without(have)
	for _, r := range left.Removals {
		n, err := s.removeAgain(ctx, r)
		done.Erasures += n
		if err != nil {
			return done, err
		}
	}
	for _, t := range left.Entries {
		n, err := s.takeAgain(ctx, t)
		done.Redactions += n
		if err != nil {
			return done, err
		}
	}
	return done, nil
}

// removeAgain erases the target of a removal and records the removal as it is in the other list, or, if the two lists do not have the
// same beginning, at the end of this one.
func (s *Store) removeAgain(ctx context.Context, r models.Removal) (n int, err error) {
	wishes, err := s.again(ctx, r)
	if err != nil {
		return 0, err
	}
	for _, e := range wishes {
		id, err := s.RequestErasure(ctx, e)
		if err == nil {
			err = s.finishErasure(ctx, Begun{id: id, Erasure: e, noted: true})
		}
		if ignoreNotFound(err) != nil {
			return n, err
		}
		if err == nil {
			n++
		}
	}
	return n, s.Update(ctx, "note removal", func(tx Txn) error { return copyRemoval(ctx, tx, r) })
}

func copyRemoval(ctx context.Context, tx Txn, r models.Removal) error {
	if err := tx.Alone(ctx); err != nil {
		return err
	}
	last, before, err := lastRemoval(ctx, tx)
	if err != nil {
		return err
	}
	if r.ID != last+1 || r.Hash != r.Link(before) {
		return noteRemoval(ctx, tx, r)
	}
	return putRemoval(ctx, tx, r)
}

// takeAgain takes one thing away a second time and records it.
func (s *Store) takeAgain(ctx context.Context, t taken.Entry) (redactions int, err error) {
	err = s.Update(ctx, "take away again", func(tx Txn) error {
		switch t.What {
		case taken.Words:
			if redactions, err = s.redactAgain(ctx, tx, t); err != nil {
				return err
			}
		case taken.User:
			_, err = tx.ExecContext(ctx, "DELETE FROM users WHERE id = ?", t.User)
		case taken.Server:
			_, err = tx.ExecContext(ctx, "DELETE FROM servers WHERE server = ?", t.Server)
		case taken.Access:
			err = accessAgain(ctx, tx, t)
		case taken.Objected, taken.Consented:
			err = putObjection(ctx, tx, t)
		case taken.Paused, taken.Resumed:
			err = putPause(ctx, tx, t)
		}
		if err != nil {
			return err
		}
		return putTaken(ctx, tx, t)
	})
	return redactions, err
}

func accessAgain(ctx context.Context, tx Txn, t taken.Entry) error {
	rooms, err := json.Marshal(t.Rooms)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "UPDATE users SET access = ?, rooms = ?, password = CASE WHEN ? = 1 THEN '' ELSE password END WHERE id = ?",
		t.Access, string(rooms), t.Password, t.User)
	return err
}

// redactAgain redacts words in the lines that contain them, and deletes other audio in which they are heard: clips, and what has yet to be
// decoded.
func (s *Store) redactAgain(ctx context.Context, tx Txn, t taken.Entry) (n int, err error) {
	if err := alive(ctx, tx, t.Session); err != nil {
		return 0, ignoreNoRows(err)
	}
	lines, err := sqldb.List(ctx, tx, scanUtterance, "SELECT "+utteranceColumns+" FROM utterances WHERE session = ?", t.Session)
	if err != nil {
		return 0, err
	}
	for _, u := range lines {
		if models.PersonMark(u.SpeakerID) != t.Mark {
			continue
		}
		done, err := s.redactSpans(ctx, tx, u, t)
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

// redactSpans redacts the words of a line that an entry names, and returns 1 if there are any.
func (s *Store) redactSpans(ctx context.Context, tx Txn, u models.Utterance, t taken.Entry) (int, error) {
	r := models.LineRedaction{Key: u.Key, By: t.By, When: at(t.At)}
	for i, w := range u.Words {
		if t.Within(w.StartMS, w.EndMS) && strings.Trim(w.Text, string(models.RedactedRune)+" ") != "" {
			r.Words = append(r.Words, i)
		}
	}
	if len(u.Words) == 0 && u.Text != "" && t.Within(u.StartMS, u.EndMS) { // nothing tells where in the text they are
		set, args := s.withTokens("text = '', original = NULL, original_words = NULL", "", u.Session, u.Epoch, u.Track, u.Seq)
		_, err := tx.ExecContext(ctx, "UPDATE utterances SET "+set+ofLine, args...)
		return 1, err
	}
	if len(r.Words) == 0 {
		return 0, nil
	}
	_, err := s.redactLine(ctx, tx, u, r)
	return 1, err
}

// dropSound deletes audio in which redacted words are heard. Audio that was never decoded leaves a gap.
func dropSound(ctx context.Context, tx Txn, t taken.Entry, span [2]int64) error {
	waiting, err := sqldb.List(ctx, tx, scanClip, "SELECT "+clipColumns+" FROM spool WHERE session = ? AND start_ms < ? AND end_ms > ?",
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
	clips, err := sqldb.List(ctx, tx, func(rows *sql.Rows) (k kept, err error) {
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

// spansOf returns the times of words.
func spansOf(words []models.Word) (out [][2]int64) {
	for _, w := range words {
		out = append(out, [2]int64{w.StartMS, w.EndMS})
	}
	slices.SortFunc(out, func(a, b [2]int64) int { return int(a[0] - b[0]) })
	return out
}

// again returns the erasure that an entry describes.
func (s *Store) again(ctx context.Context, r models.Removal) ([]models.Erasure, error) {
	switch kind := models.ErasureKind(r.What); kind {
	case models.EraseSession:
		return []models.Erasure{{Kind: kind, Target: r.Target, By: r.By}}, nil
	case models.EraseRoom:
		rooms, err := s.roomsCalled(ctx, r.Target)
		var out []models.Erasure
		for _, room := range rooms {
			out = append(out, models.Erasure{Kind: kind, Target: room, By: r.By})
		}
		return out, err
	case models.ErasePerson:
		mark, name, _ := strings.Cut(r.Target, "@")
		rooms, err := s.roomsCalled(ctx, name)
		if err != nil {
			return nil, err
		}
		ids, err := sqldb.List(ctx, s.read, sqldb.Text, "SELECT DISTINCT id FROM speakers")
		var out []models.Erasure
		for _, id := range ids {
			for _, room := range rooms {
				if models.PersonMark(id) == mark {
					out = append(out, models.Erasure{Kind: kind, Target: id, Room: room, By: r.By})
				}
			}
		}
		return out, s.Explain("list people", err)
	}
	return nil, nil
}
