package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"strings"

	"earshot/models"
	"earshot/models/sqlite/conn"
)

// Marks around a hit in a snippet. Stored text has no control characters, so they cannot be mistaken.
const (
	hitStart = "\x02"
	hitEnd   = "\x03"
)

// Search finds lines, the newest stored first. The text of the query may hold anything: it is taken as words, never as a
// query language. models.ErrInvalid: the query is empty, too long, or its cursor is not ours. models.ErrUnavailable: it
// took longer than two seconds.
func (s *Store) Search(ctx context.Context, q models.SearchQuery) (models.SearchPage, error) {
	const op = "search"
	match, ok, err := checkSearch(&q)
	if err != nil || !ok {
		return models.SearchPage{}, storeError(op, err)
	}
	last, err := s.cursorID(q.Cursor)
	if err != nil {
		return models.SearchPage{}, storeError(op, err)
	}
	bounded, cancel := context.WithTimeout(ctx, s.searchTime)
	defer cancel()
	var page models.SearchPage
	err = s.view(bounded, op, func(tx txn) error {
		lo, hi, err := searchRange(bounded, tx, q)
		if err != nil {
			return err
		}
		hi = min(hi, last) // one upper bound: FTS5 begins its walk at it
		if match, err = inSessions(bounded, tx, match, q.Only); err != nil {
			return err
		}
		query, args := searchSQL(q, match)
		args = append(args, sql.Named("lo", lo), sql.Named("hi", hi), sql.Named("limit", q.Limit+1))
		page, err = s.runSearch(bounded, tx, query, args, q.Limit)
		return err
	})
	if err != nil && bounded.Err() != nil && ctx.Err() == nil {
		return models.SearchPage{}, models.WithHint(fmt.Errorf("store: search: %w: no answer within %s",
			models.ErrUnavailable, s.searchTime), "narrow it by session, speaker or date")
	}
	return page, err
}

// checkSearch makes the expression for the index and settles the limit. ok is false when the text has no word in it at all:
// nothing can match then.
func checkSearch(q *models.SearchQuery) (match string, ok bool, err error) {
	if match, err = matchExpression(*q); err != nil {
		return "", false, err
	}
	blank := strings.TrimSpace(q.Text) == ""
	ranged := q.Room != "" || !q.From.IsZero() || !q.To.IsZero()
	switch {
	case blank && match == "" && !ranged:
		return "", false, fmt.Errorf("%w: nothing to search for", models.ErrInvalid)
	case !blank && !strings.Contains(match, "text :"):
		return "", false, nil
	}
	if q.Limit <= 0 {
		q.Limit = 50
	}
	q.Limit = min(q.Limit, 200)
	return match, true, nil
}

// maxFacets is for how many sessions the index is asked. With more, every match is looked at.
const maxFacets = 300

// inSessions narrows an expression to the sessions of some rooms, so that a search there takes no longer for what is said
// in others.
func inSessions(ctx context.Context, tx txn, match string, only models.RoomSet) (string, error) {
	if match == "" || only.All() {
		return match, nil
	}
	ids, err := conn.List(ctx, tx, conn.Text, "SELECT id FROM sessions WHERE "+among("room", "?1")+" LIMIT ?2", roomList(only), maxFacets+1)
	if err != nil || len(ids) == 0 || len(ids) > maxFacets {
		return match, err
	}
	for i, id := range ids {
		ids[i] = sessionFacet(id)
	}
	return match + " AND facets : (" + strings.Join(ids, " OR ") + ")", nil
}

// cursorID is the highest row id that a page may begin with. Cursors hide it, for it counts the lines of all rooms.
func (s *Store) cursorID(cursor string) (int64, error) {
	if cursor == "" {
		return math.MaxInt64, nil
	}
	id, ok := s.blind.Number(cursor)
	if !ok || id == 0 || id > math.MaxInt64 {
		return 0, fmt.Errorf("%w: the cursor is not one of ours", models.ErrInvalid)
	}
	return int64(id) - 1, nil
}

// matchTerms makes an FTS5 expression of what a person typed that cannot be an error: every term becomes a quoted string,
// whatever it holds, so that no word, sign or operator of FTS5's language is ever taken from the text. The result is "" when
// there is nothing to search for.
func matchTerms(text string) (string, error) {
	terms, err := models.SearchTerms(clean(text))
	quoted := make([]string, len(terms))
	for i, t := range terms {
		quoted[i] = `"` + strings.ReplaceAll(t.Text, `"`, `""`) + `"`
		if t.Prefix {
			quoted[i] += "*"
		}
	}
	return strings.Join(quoted, " AND "), err
}

// matchExpression joins the terms with the facets of the other conditions; "" when none of them has a place in the index.
func matchExpression(q models.SearchQuery) (string, error) {
	terms, err := matchTerms(q.Text)
	if err != nil {
		return "", err
	}
	var parts, tokens []string
	if terms != "" {
		parts = append(parts, "text : ("+terms+")")
	}
	if q.Session != "" {
		tokens = append(tokens, sessionFacet(q.Session))
	}
	if q.Speaker != "" {
		tokens = append(tokens, speakerFacet(q.Speaker))
	}
	if q.Rule != "" {
		tokens = append(tokens, ruleFacet(q.Rule))
	} else if q.Flagged {
		tokens = append(tokens, flaggedFacet)
	}
	if len(tokens) > 0 {
		parts = append(parts, "facets : ("+strings.Join(tokens, " AND ")+")")
	}
	return strings.Join(parts, " AND "), nil
}

func searchSQL(q models.SearchQuery, match string) (string, []any) {
	var b strings.Builder
	var args []any
	b.WriteString("SELECT " + prefixed("u.", utteranceColumns) + ", u.id, s.room, s.name, s.started, ")
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
		and("s.room IN (SELECT value FROM json_each(:only))", "only", roomList(q.Only))
	}
	if q.Speaker != "" {
		and("u.speaker_id = :speaker", "speaker", q.Speaker)
	}
	if !q.From.IsZero() {
		and("s.started + u.start_ms >= :from", "from", millis(q.From))
	}
	if !q.To.IsZero() {
		and("s.started + u.start_ms < :to", "to", millis(q.To))
	}
	if match != "" {
		b.WriteString(" ORDER BY utterances_fts.rowid DESC LIMIT :limit")
	} else {
		b.WriteString(" ORDER BY u.id DESC LIMIT :limit")
	}
	return b.String(), args
}

func prefixed(prefix, columns string) string {
	names := strings.Split(columns, ",")
	for i, n := range names {
		names[i] = prefix + strings.TrimSpace(n)
	}
	return strings.Join(names, ", ")
}

// searchRange bounds the row ids by the sessions that can hold a hit, so that an old or rare room is not searched for
// among all newer lines. Without such a condition it is everything.
func searchRange(ctx context.Context, tx txn, q models.SearchQuery) (lo, hi int64, err error) {
	if q.Room == "" && q.Only.All() && q.From.IsZero() && q.To.IsZero() {
		return 0, math.MaxInt64, nil
	}
	from, to := int64(math.MinInt64), int64(math.MaxInt64)
	if !q.From.IsZero() {
		from = millis(q.From)
	}
	if !q.To.IsZero() {
		to = millis(q.To)
	}
	var first, last sql.NullInt64
	err = tx.QueryRowContext(ctx, `SELECT min((SELECT min(id) FROM utterances WHERE session = s.id)),
			max((SELECT max(id) FROM utterances WHERE session = s.id)) FROM sessions s
		WHERE (?1 = '' OR room = ?1) AND started < ?2 AND (ended IS NULL OR ended >= ?3) AND `+among("room", "?4"),
		q.Room, to, from, roomList(q.Only)).Scan(&first, &last)
	if !first.Valid {
		return 0, -1, err
	}
	return first.Int64, last.Int64, err
}

func (s *Store) runSearch(ctx context.Context, tx txn, query string, args []any, limit int) (models.SearchPage, error) {
	var ids []int64
	hits, err := conn.List(ctx, tx, func(rows *sql.Rows) (h models.SearchHit, err error) {
		var id, started int64
		var snippet string
		h.Utterance, err = scanUtteranceAnd(rows, &id, &h.Room, &h.SessionName, &started, &snippet)
		h.Said = at(started + h.Utterance.StartMS)
		h.Snippet = splitSnippet(snippet)
		ids = append(ids, id)
		return h, err
	}, query, args...)
	if err != nil {
		return models.SearchPage{}, hideText(err)
	}
	page := models.SearchPage{Hits: hits}
	if len(hits) > limit {
		page.Hits, page.Next = hits[:limit], s.blind.Text(uint64(ids[limit-1]))
	}
	for i := range page.Hits {
		if err := addRules(ctx, tx, &page.Hits[i]); err != nil {
			return models.SearchPage{}, err
		}
	}
	return page, nil
}

// hideText keeps FTS5's complaints, which quote the query, out of logs. They would be a fault of matchTerms.
func hideText(err error) error {
	if strings.Contains(err.Error(), "fts5:") {
		return errors.New("the full-text query was refused")
	}
	return err
}

func addRules(ctx context.Context, tx txn, h *models.SearchHit) (err error) {
	k := h.Utterance.Key
	h.Rules, err = conn.List(ctx, tx, func(rows *sql.Rows) (rule string, err error) {
		err = rows.Scan(&rule)
		return rule, err
	}, "SELECT DISTINCT rule FROM flags WHERE session = ? AND epoch = ? AND track = ? AND seq = ? ORDER BY rule",
		k.Session, k.Epoch, k.Track, k.Seq)
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
