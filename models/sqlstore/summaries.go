package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"earshot/models"
	"earshot/models/sqlstore/sqldb"
	"earshot/models/store"
)

// PutSummary stores a session's summary, replacing an earlier one of the same kind. It returns models.ErrNotFound if there is no such
// session, and models.ErrInvalid for an unknown kind.
func (s *Store) PutSummary(ctx context.Context, sum models.Summary) error {
	const op = "store summary"
	if sum.Kind != models.SummarySession && sum.Kind != models.SummaryRecap {
		return s.Explain(op, fmt.Errorf("%w: kind of summary", models.ErrInvalid))
	}
	body, err := json.Marshal(sum)
	if err != nil {
		return fmt.Errorf("store: %s: it cannot be written as JSON", op) // the JSON error could quote what was said
	}
	return s.Update(ctx, op, func(tx Txn) error {
		if err := alive(ctx, tx, sum.Session); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO summaries (session, kind, body, created) VALUES (?, ?, ?, ?)
			ON CONFLICT (session, kind) DO UPDATE SET body = excluded.body, created = excluded.created`,
			sum.Session, sum.Kind, string(body), millis(sum.Created))
		return err
	})
}

// Summary returns a session's summary of a kind, or models.ErrNotFound.
func (s *Store) Summary(ctx context.Context, session, kind string) (models.Summary, error) {
	const op = "read summary"
	sum, err := sqldb.One(ctx, s.read, scanSummary, `SELECT body FROM summaries JOIN sessions ON sessions.id = session
		WHERE session = ? AND kind = ? AND erasing = 0`, session, kind)
	return sum, s.Explain(op, err)
}

func summariesOf(ctx context.Context, q sqldb.Queryer, session string) ([]models.Summary, error) {
	return sqldb.List(ctx, q, scanSummary, "SELECT body FROM summaries WHERE session = ? ORDER BY kind", session)
}

func scanSummary(rows *sql.Rows) (sum models.Summary, err error) {
	var body []byte
	if err := rows.Scan(&body); err != nil {
		return sum, err
	}
	if json.Unmarshal(body, &sum) != nil {
		return sum, fmt.Errorf("summary column: %w", store.ErrCorrupt) // the JSON error could quote what was said
	}
	return sum, nil
}
