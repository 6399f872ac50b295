package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"earshot/models"
	"earshot/models/sqlstore"
	"earshot/models/sqlstore/sqldb"
)

// Marks around a hit in a snippet. Stored text has no control characters, so they cannot be mistaken.
const (
	hitStart = "\x02"
	hitEnd   = "\x03"
)

// Find implements sqlstore.Engine.
func (engine) Find(ctx context.Context, tx sqlstore.Txn, f sqlstore.Finding) ([]sqlstore.Found, error) {
	lo, hi, err := sqlstore.SearchRange(ctx, tx, f.SearchQuery)
	if err != nil {
		return nil, err
	}
	hi = min(hi, f.Last) // one upper bound: FTS5 begins its walk at it
	match, err := inSessions(ctx, tx, matchExpression(f), f.Only)
	if err != nil {
		return nil, err
	}
	query, args := searchSQL(f.SearchQuery, match)
	args = append(args, sql.Named("lo", lo), sql.Named("hi", hi), sql.Named("limit", f.Limit))
	found, err := sqldb.List(ctx, tx, func(rows *sql.Rows) (sqlstore.Found, error) {
		var snippet string
		found, err := sqlstore.ScanFound(rows, &snippet)
		found.Snippet = splitSnippet(snippet)
		return found, err
	}, query, args...)
	if err != nil {
		return nil, hideText(err)
	}
	return found, nil
}

// maxFacets is for how many sessions the index is asked. With more, every match is looked at.
const maxFacets = 300

// inSessions narrows an expression to the sessions of some rooms, so that a search there takes no longer for what is said
// in others.
func inSessions(ctx context.Context, tx sqlstore.Txn, match string, only models.RoomSet) (string, error) {
	if match == "" || only.All() {
		return match, nil
	}
	ids, err := sqldb.List(ctx, tx, sqldb.Text, "SELECT id FROM sessions WHERE "+sqlstore.Among("room", "?1")+" LIMIT ?2",
		sqlstore.RoomList(only), maxFacets+1)
	if err != nil || len(ids) == 0 || len(ids) > maxFacets {
		return match, err
	}
	for i, id := range ids {
		ids[i] = sqlstore.SessionFacet(id)
	}
	return match + " AND facets : (" + strings.Join(ids, " OR ") + ")", nil
}

// matchTerms makes an FTS5 expression of what a person typed that cannot be an error: every term becomes a quoted string,
// whatever it holds, so that no word, sign or operator of FTS5's language is ever taken from the text. The result is "" when
// there is nothing to search for.
func matchTerms(terms []models.SearchTerm) string {
	quoted := make([]string, len(terms))
	for i, t := range terms {
		quoted[i] = `"` + strings.ReplaceAll(t.Text, `"`, `""`) + `"`
		if t.Prefix {
			quoted[i] += "*"
		}
	}
	return strings.Join(quoted, " AND ")
}

// matchExpression joins the terms with the facets of the other conditions; "" when none of them has a place in the index.
func matchExpression(f sqlstore.Finding) string {
	var parts, tokens []string
	if terms := matchTerms(f.Terms); terms != "" {
		parts = append(parts, "text : ("+terms+")")
	}
	if f.Session != "" {
		tokens = append(tokens, sqlstore.SessionFacet(f.Session))
	}
	if f.Speaker != "" {
		tokens = append(tokens, sqlstore.SpeakerFacet(f.Speaker))
	}
	if f.Rule != "" {
		tokens = append(tokens, sqlstore.RuleFacet(f.Rule))
	} else if f.Flagged {
		tokens = append(tokens, sqlstore.FlaggedFacet)
	}
	if len(tokens) > 0 {
		parts = append(parts, "facets : ("+strings.Join(tokens, " AND ")+")")
	}
	return strings.Join(parts, " AND ")
}

func searchSQL(q models.SearchQuery, match string) (string, []any) {
	var b strings.Builder
	var args []any
	b.WriteString("SELECT " + sqlstore.FoundColumns() + ", ")
	if match != "" {
		// CROSS JOIN: the index first, whatever the planner thinks, because it delivers the order.
		b.WriteString(`snippet(utterances_fts, 0, char(2), char(3), '…', 64)
			FROM utterances_fts CROSS JOIN utterances u ON u.id = utterances_fts.rowid JOIN sessions s ON s.id = u.session
			WHERE utterances_fts MATCH :match AND utterances_fts.rowid >= :lo AND utterances_fts.rowid <= :hi`)
		args = append(args, sql.Named("match", match))
	} else {
		b.WriteString(`u.text FROM utterances u CROSS JOIN sessions s ON s.id = u.session
			WHERE u.text <> '' AND u.id >= :lo AND u.id <= :hi`)
	}
	b.WriteString(" AND s.erasing = 0")
	and := func(condition, name string, value any) {
		b.WriteString(" AND " + condition)
		args = append(args, sql.Named(name, value))
	}
	if q.Session != "" {
		and("u.session = :session", "session", q.Session)
	}
	if q.Room != "" {
		and("s.room = :room", "room", q.Room)
	}
	if !q.Only.All() {
		and("s.room IN (SELECT value FROM json_each(:only))", "only", sqlstore.RoomList(q.Only))
	}
	if q.Speaker != "" {
		and("u.speaker_id = :speaker", "speaker", q.Speaker)
	}
	if !q.From.IsZero() {
		and("s.started + u.start_ms >= :from", "from", q.From.UnixMilli())
	}
	if !q.To.IsZero() {
		and("s.started + u.start_ms < :to", "to", q.To.UnixMilli())
	}
	if match != "" {
		b.WriteString(" ORDER BY utterances_fts.rowid DESC LIMIT :limit")
	} else {
		b.WriteString(" ORDER BY u.id DESC LIMIT :limit")
	}
	return b.String(), args
}

// hideText keeps FTS5's complaints, which quote the query, out of logs. They would be a fault of matchTerms.
func hideText(err error) error {
	if strings.Contains(err.Error(), "fts5:") {
		return errors.New("the full-text query was refused")
	}
	return err
}

// splitSnippet parts a marked text into pieces.
func splitSnippet(s string) []models.SnippetPart {
	var parts []models.SnippetPart
	for s != "" {
		before, rest, found := strings.Cut(s, hitStart)
		if before != "" {
			parts = append(parts, models.SnippetPart{Text: before})
		}
		if !found {
			break
		}
		var hit string
		hit, s, _ = strings.Cut(rest, hitEnd)
		parts = append(parts, models.SnippetPart{Text: hit, Hit: true})
	}
	return parts
}
