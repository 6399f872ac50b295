package sqlite

import (
	"context"
	"errors"
	"time"

	"earshot/models"
	"earshot/models/sqlite/conn"
)

// Which rows are due: ?2 is the age limit in ms from the session's start, ?4 the same as a point in time.
const (
	saidBefore = "end_ms < ?2"
	madeBefore = "created < ?4"
)

// dueStep is one kind of rows that grow old. In its queries ?1 is the session, ?3 how many rows at most.
type dueStep struct {
	what  string
	keep  func(models.Retention) time.Duration
	table string
	due   string
	limit int
	// before runs in the transaction of each deletion.
	before []string
	count  func(*models.Swept) *int
}

func dueSteps() []dueStep {
	sound := func(r models.Retention) time.Duration { return r.Sound }
	words := func(r models.Retention) time.Duration { return r.Words }
	flags := func(r models.Retention) time.Duration { return r.Flags }
	return []dueStep{
		// Sound that was never decoded is not lost without a word.
		{
			"sound", sound, "spool", saidBefore, eraseClips,
			[]string{`INSERT INTO gaps (session, speaker_id, speaker_name, start_ms, end_ms, lost_ms, cause)
			SELECT session, speaker_id, speaker_name, start_ms, end_ms, end_ms - start_ms, 'overload' FROM spool
			WHERE session = ?1 AND end_ms < ?2 AND parked = 0 ORDER BY id LIMIT ?3 ON CONFLICT DO NOTHING`},
			func(s *models.Swept) *int { return &s.Clips },
		},
		{"evidence", sound, "evidence", saidBefore, eraseClips, nil, func(s *models.Swept) *int { return &s.Clips }},
		// A summary quotes lines: none outlives them. Made anew, it rests on those that are left.
		{
			"words", words, "utterances", saidBefore, eraseRows,
			[]string{"DELETE FROM summaries WHERE session = ?1 AND ?2 + ?3 IS NOT NULL"},
			func(s *models.Swept) *int { return &s.Utterances },
		},
		{"gaps", words, "gaps", saidBefore, eraseRows, nil, func(s *models.Swept) *int { return &s.Gaps }},
		{"flags", flags, "flags", saidBefore, eraseRows, nil, func(s *models.Swept) *int { return &s.Flags }},
		{"notices", flags, "notices", madeBefore, eraseRows, nil, func(s *models.Swept) *int { return &s.Notices }},
		{"actions", flags, "actions", madeBefore, eraseRows, nil, func(s *models.Swept) *int { return &s.Decisions }},
		{"decisions", flags, "decisions", madeBefore, eraseRows, nil, func(s *models.Swept) *int { return &s.Decisions }},
		{"consent", flags, "consent", "at < ?4", eraseRows, nil, func(s *models.Swept) *int { return &s.Gaps }},
		{"strikes", flags, "ledger", "at < ?4", eraseRows, nil, func(s *models.Swept) *int { return &s.Decisions }},
	}
}

// Sweep removes what is older at now than the policy says, so that no byte of it remains in any file of the store. Age
// counts from when a thing was said. It works in small transactions, so that live rooms can store their lines in between,
// and a sweep that was cut short is finished by the next one; what it had removed is scrubbed by the next Open at the
// latest. Each session it removes something of gets an entry in Removals. Links that expired go too.
func (s *Store) Sweep(ctx context.Context, now time.Time, policy models.RetentionPolicy) (models.Swept, error) {
	var swept models.Swept
	if s.write == nil {
		return swept, storeError("sweep", errReadOnly)
	}
	var err error
	if swept.Invitations, err = s.sweepInvitations(ctx, now); err != nil {
		return swept, storeError("sweep", err)
	}
	sessions, err := conn.List(ctx, s.read, scanSession, "SELECT "+sessionColumns+" FROM sessions WHERE erasing = 0 AND started < ? ORDER BY "+
		"started",
		millis(now))
	if err != nil {
		return swept, storeError("sweep", err)
	}
	for _, session := range sessions {
		if err := s.sweepSession(ctx, now, session, policy.Of(session), &swept); err != nil {
			return swept, err
		}
	}
	return swept, s.finishScrub(ctx)
}

func (s *Store) sweepSession(ctx context.Context, now time.Time, session models.Session, keep models.Retention, swept *models.Swept) error {
	for _, step := range dueSteps() {
		age := step.keep(keep)
		limit := now.Add(-age)
		if age <= 0 || !session.Started.Before(limit) {
			continue
		}
		n, err := s.sweepStep(ctx, now, session, step, limit.Sub(session.Started).Milliseconds())
		*step.count(swept) += n
		if err != nil {
			return err
		}
	}
	if keep.Words <= 0 || session.Live() || !session.Ended.Before(now.Add(-keep.Words)) {
		return nil
	}
	gone, err := s.sweepRemains(ctx, now, session.ID)
	if gone {
		swept.Sessions++
	}
	return err
}

// sweepStep deletes a session's old rows of one kind, a few in each transaction.
func (s *Store) sweepStep(ctx context.Context, now time.Time, session models.Session, step dueStep, limit int64) (total int, err error) {
	point := millis(session.Started) + limit
	for {
		n := 0
		err := s.update(ctx, "sweep "+step.what, func(tx txn) error {
			if err := alive(ctx, tx, session.ID); err != nil {
				return ignoreNoRows(err)
			}
			if total == 0 {
				due := 0
				row := tx.QueryRowContext(ctx, "SELECT count(*) FROM "+step.table+" WHERE session = ?1 AND ?2 + ?3 + ?4 IS NOT NULL AND "+step.due,
					session.ID, limit, step.limit, point)
				if err := row.Scan(&due); err != nil || due == 0 {
					return err
				}
				entry := models.Removal{At: now, By: models.ByRetention, What: step.what, Target: session.ID, Rows: due}
				if err := errors.Join(
					noteRemoval(ctx, tx, entry), staleFiles(ctx, tx, "SELECT id FROM sessions WHERE id = ?", session.ID),
				); err != nil {
					return err
				}
			}
			for _, q := range step.before {
				if _, err := tx.ExecContext(ctx, q, session.ID, limit, step.limit); err != nil {
					return err
				}
			}
			n, err = changed(tx.ExecContext(ctx, "DELETE FROM "+step.table+" WHERE id IN (SELECT id FROM "+step.table+
				" WHERE session = ?1 AND ?2 + ?4 IS NOT NULL AND "+step.due+" ORDER BY id LIMIT ?3)", session.ID, limit, step.limit, point))
			if err != nil {
				return err
			}
			return needScrub(ctx, tx)
		})
		total += n
		if err != nil || n < step.limit {
			return total, err
		}
	}
}

// sweepRemains forgets, of a session whose transcript is gone, the people that no flag names, and the session itself when
// nothing is left of it.
func (s *Store) sweepRemains(ctx context.Context, now time.Time, id string) (gone bool, err error) {
	const held = `SELECT speaker_id FROM utterances WHERE session = ?1 UNION ALL SELECT speaker_id FROM flags WHERE session = ?1
		UNION ALL SELECT speaker_id FROM spool WHERE session = ?1`
	const kept = held + ` UNION ALL SELECT '' FROM evidence WHERE session = ?1 UNION ALL SELECT '' FROM decisions WHERE session = ?1
		UNION ALL SELECT '' FROM actions WHERE session = ?1 UNION ALL SELECT '' FROM ledger WHERE session = ?1
		UNION ALL SELECT '' FROM consent WHERE session = ?1`
	err = s.update(ctx, "sweep remains", func(tx txn) error {
		n, err := changed(tx.ExecContext(ctx, "DELETE FROM speakers WHERE session = ?1 AND id NOT IN ("+held+")", id))
		if err != nil {
			return err
		}
		summaries, err := changed(tx.ExecContext(ctx, `DELETE FROM summaries WHERE session = ?1
			AND NOT EXISTS (SELECT 1 FROM utterances WHERE session = ?1)`, id))
		if err != nil {
			return err
		}
		sessions, err := changed(tx.ExecContext(ctx, "DELETE FROM sessions WHERE id = ?1 AND NOT EXISTS ("+kept+")", id))
		if gone = sessions > 0; gone {
			_, err = tx.ExecContext(ctx, "DELETE FROM restrictions WHERE session = ?", id)
		}
		if err != nil || n+summaries+sessions == 0 {
			return err
		}
		if err := forgetNames(ctx, tx); err != nil {
			return err
		}
		return noteRemoval(ctx, tx, models.Removal{At: now, By: models.ByRetention, What: "remains", Target: id, Rows: n + summaries + sessions})
	})
	return gone && err == nil, err
}
