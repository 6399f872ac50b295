package sqlstore

import (
	"context"
	"errors"
	"time"

	"earshot/models"
	"earshot/models/sqlstore/sqldb"
)

// Conditions for rows that are due: ?2 is the age limit in ms from the session's start, ?4 the same limit as an absolute time.
const (
	saidBefore = "end_ms < ?2"
	madeBefore = "created < ?4"
)

// dueStep deletes one kind of rows that are due. In its queries ?1 is the session and ?3 the highest number of rows.
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
		// Audio that was never decoded must leave a gap.
		{
			"sound", sound, "spool", saidBefore, eraseClips,
			[]string{`INSERT INTO gaps (session, speaker_id, speaker_name, start_ms, end_ms, lost_ms, cause)
			SELECT session, speaker_id, speaker_name, start_ms, end_ms, end_ms - start_ms, 'overload' FROM spool
			WHERE session = ?1 AND end_ms < ?2 AND parked = 0 ORDER BY id LIMIT ?3 ON CONFLICT DO NOTHING`},
			func(s *models.Swept) *int { return &s.Clips },
		},
		{"evidence", sound, "evidence", saidBefore, eraseClips, nil, func(s *models.Swept) *int { return &s.Clips }},
		// A summary quotes lines and must not outlive them. A new one is based on those that remain.
		{
			"words", words, "utterances", saidBefore, eraseRows,
			[]string{"DELETE FROM summaries WHERE session = ?1 AND CAST(?2 AS bigint) + CAST(?3 AS bigint) IS NOT NULL"},
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

// Sweep deletes whatever is older at now than the policy allows, so that no byte of it remains in any file of the store. Age is measured
// from the time at which something was said. It works in small transactions, so that live rooms can store their lines in between. An
// interrupted sweep is finished by the next one, and what it has deleted is scrubbed by the next Open at the latest. Each session from
// which it deletes something gets an entry in Removals. Expired links are deleted too.
func (s *Store) Sweep(ctx context.Context, now time.Time, policy models.RetentionPolicy) (models.Swept, error) {
	var swept models.Swept
	if s.write == nil {
		return swept, s.Explain("sweep", ErrReadOnly)
	}
	var err error
	if swept.Invitations, err = s.sweepInvitations(ctx, now); err != nil {
		return swept, s.Explain("sweep", err)
	}
	sessions, err := sqldb.List(ctx, s.read, scanSession,
		"SELECT "+sessionColumns+" FROM sessions WHERE erasing = 0 AND started < ? ORDER BY started", millis(now))
	if err != nil {
		return swept, s.Explain("sweep", err)
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

// sweepStep deletes a session's due rows of one kind, a few in each transaction.
func (s *Store) sweepStep(ctx context.Context, now time.Time, session models.Session, step dueStep, limit int64) (total int, err error) {
	point := millis(session.Started) + limit
	for {
		n := 0
		err := s.Update(ctx, "sweep "+step.what, func(tx Txn) error {
			if err := alive(ctx, tx, session.ID); err != nil {
				return ignoreNoRows(err)
			}
			if total == 0 {
				due := 0
				row := tx.QueryRowContext(ctx, "SELECT count(*) FROM "+step.table+` WHERE session = ?1
					AND CAST(?2 AS bigint) + CAST(?3 AS bigint) + CAST(?4 AS bigint) IS NOT NULL AND `+step.due,
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
				" WHERE session = ?1 AND CAST(?2 AS bigint) + CAST(?4 AS bigint) IS NOT NULL AND "+step.due+" ORDER BY id LIMIT ?3)",
				session.ID, limit, step.limit, point))
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

// sweepRemains deletes the people of a session without a transcript who are named by no flag, and the session itself if nothing else is
// left of it.
func (s *Store) sweepRemains(ctx context.Context, now time.Time, id string) (gone bool, err error) {
	const held = `SELECT speaker_id FROM utterances WHERE session = ?1 UNION ALL SELECT speaker_id FROM flags WHERE session = ?1
		UNION ALL SELECT speaker_id FROM spool WHERE session = ?1`
	const kept = held + ` UNION ALL SELECT '' FROM evidence WHERE session = ?1 UNION ALL SELECT '' FROM decisions WHERE session = ?1
		UNION ALL SELECT '' FROM actions WHERE session = ?1 UNION ALL SELECT '' FROM ledger WHERE session = ?1
		UNION ALL SELECT '' FROM consent WHERE session = ?1`
	err = s.Update(ctx, "sweep remains", func(tx Txn) error {
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
