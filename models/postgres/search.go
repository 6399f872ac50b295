package postgres

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"earshot/models/postgres/tokens"
	"earshot/models/sqlstore"
	"earshot/models/sqlstore/sqldb"
)

// Find implements sqlstore.Engine.
func (*engine) Find(ctx context.Context, tx sqlstore.Txn, f sqlstore.Finding) ([]sqlstore.Found, error) {
	var phrases []tokens.Phrase
	for _, t := range f.Terms {
		phrases = append(phrases, tokens.PhraseOf(t.Text, t.Prefix))
	}
	lo, hi, err := sqlstore.SearchRange(ctx, tx, f.SearchQuery)
	if err != nil {
		return nil, err
	}
	f.Last = min(f.Last, hi)
	words := tokens.Query(phrases)
	few, err := rare(ctx, tx, words)
	if err != nil {
		return nil, err
	}
	query, args := searchSQL(f, words, lo, few)
	return sqldb.List(ctx, tx, func(rows *sql.Rows) (sqlstore.Found, error) {
		found, err := sqlstore.ScanFound(rows)
		found.Snippet = tokens.Snippet(found.Utterance.Text, phrases)
		return found, err
	}, query, args...)
}

// rareLines is up to how many lines that match are all looked at, rather than lines one after the other until a page is full.
const rareLines = 2000

// rare reports whether few lines match. PostgreSQL cannot guess that for words that it has no statistics of.
func rare(ctx context.Context, tx sqlstore.Txn, words string) (bool, error) {
	if words == "" {
		return false, nil
	}
	n := 0
	err := tx.QueryRowContext(ctx, "SELECT count(*) FROM (SELECT 1 FROM utterances WHERE tokens @@ CAST(? AS tsquery) LIMIT ?) AS found",
		words, rareLines).Scan(&n)
	return n < rareLines, err
}

// searchSQL is the query for lines from a row id on; the visitor's rooms stand in it, so that a page never lacks what somebody may
// see. few says that few lines match the words, which are then found by them and not by their order.
func searchSQL(f sqlstore.Finding, words string, lo int64, few bool) (string, []any) {
	var b strings.Builder
	var args []any
	b.WriteString("SELECT " + sqlstore.FoundColumns() + ` FROM utterances u JOIN sessions s ON s.id = u.session
		WHERE s.erasing = 0`)
	and := func(condition string, value any) {
		args = append(args, value)
		b.WriteString(" AND " + strings.ReplaceAll(condition, "?", fmt.Sprintf("?%d", len(args))))
	}
	and("u.id >= ?", lo)
	and("u.id <= ?", f.Last)
	if words != "" {
		and("u.tokens @@ CAST(? AS tsquery)", words)
	}
	if f.Session != "" {
		and("u.session = ?", f.Session)
	}
	if f.Room != "" {
		and("s.room = ?", f.Room)
	}
	if !f.Only.All() {
		and(sqlstore.Among("s.room", "?"), sqlstore.RoomList(f.Only))
	}
	if f.Speaker != "" {
		and("u.speaker_id = ?", f.Speaker)
	}
	if f.Rule != "" {
		and("u.facets LIKE '%' || CAST(? AS text) || '%'", sqlstore.RuleFacet(f.Rule))
	} else if f.Flagged {
		b.WriteString(" AND u.facets LIKE '%" + sqlstore.FlaggedFacet + "%'")
	}
	if words == "" && f.Session == "" && f.Speaker == "" && f.Rule == "" && !f.Flagged {
		b.WriteString(" AND u.text <> ''")
	}
	if !f.From.IsZero() {
		and("s.started + u.start_ms >= ?", f.From.UnixMilli())
	}
	if !f.To.IsZero() {
		and("s.started + u.start_ms < ?", f.To.UnixMilli())
	}
	order := "u.id"
	if few {
		order = "u.id + 0" // no index has this order
	}
	and("true ORDER BY "+order+" DESC LIMIT ?", f.Limit)
	return b.String(), args
}
