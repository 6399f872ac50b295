package sqlstore

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"math"
	"strings"
	"time"

	"earshot/models"
	"earshot/models/sqlstore/sqldb"
)

// Finding is a search to be carried out by an engine.
type Finding struct {
	models.SearchQuery
	// Terms are what a line must contain. If there are none, all lines with words are found.
	Terms []models.SearchTerm
	// Last is the highest row id wanted, and Limit the size of the page plus one.
	Last int64
}

// Found is a line that was found, with its row id.
type Found struct {
	models.SearchHit
	ID int64
}

// DefaultSearchTime is the time limit of a search.
const DefaultSearchTime = 2 * time.Second

// LimitSearch changes the time limit of searches. It must not be called while a search runs.
func (s *Store) LimitSearch(d time.Duration) { s.searchTime = d }

// Search finds lines, the most recently stored first. The text of the query may be anything: it is taken as words, never as a query
// language. It returns models.ErrInvalid if the query is empty or too long or its cursor is forged, and models.ErrUnavailable if the
// search exceeds the time limit.
func (s *Store) Search(ctx context.Context, q models.SearchQuery) (page models.SearchPage, err error) {
	const op = "search"
	f, ok, err := checkSearch(q)
	if err != nil || !ok {
		return page, s.Explain(op, err)
	}
	if f.Last, err = s.cursorID(q.Cursor); err != nil {
		return page, s.Explain(op, err)
	}
	bounded, cancel := context.WithTimeout(ctx, s.searchTime)
	defer cancel()
	err = s.View(bounded, op, func(tx Txn) error {
		found, err := s.engine.Find(bounded, tx, f)
		if err == nil {
			page, err = s.page(bounded, tx, found, f.Limit-1)
		}
		return err
	})
	if err != nil && bounded.Err() != nil && ctx.Err() == nil {
		return models.SearchPage{}, models.WithHint(fmt.Errorf("store: search: %w: no answer within %s",
			models.ErrUnavailable, s.searchTime), "narrow it by session, speaker or date")
	}
	return page, err
}

// checkSearch parses the text of a query and sets the default limit. ok is false if the text contains no words, so that nothing can
// match.
func checkSearch(q models.SearchQuery) (f Finding, ok bool, err error) {
	f.SearchQuery = q
	if f.Terms, err = models.SearchTerms(clean(q.Text)); err != nil {
		return f, false, err
	}
	blank := strings.TrimSpace(q.Text) == ""
	narrowed := q.Session != "" || q.Speaker != "" || q.Rule != "" || q.Flagged || q.Room != "" || !q.From.IsZero() || !q.To.IsZero()
	switch {
	case blank && !narrowed:
		return f, false, fmt.Errorf("%w: nothing to search for", models.ErrInvalid)
	case !blank && len(f.Terms) == 0:
		return f, false, nil
	}
	if f.Limit <= 0 {
		f.Limit = 50
	}
	f.Limit = min(f.Limit, 200) + 1
	return f, true, nil
}

// cursorID returns the highest row id that a page may begin with. Cursors encrypt it, since it reveals the number of lines in all rooms.
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

// page returns the results of a page, without the extra one that shows that there is another page.
func (s *Store) page(ctx context.Context, tx Txn, found []Found, limit int) (page models.SearchPage, err error) {
	if len(found) > limit {
		found = found[:limit]
		page.Next = s.blind.Text(uint64(found[limit-1].ID))
	}
	for _, f := range found {
		k := f.Utterance.Key
		f.Rules, err = sqldb.List(ctx, tx, sqldb.Text,
			"SELECT DISTINCT rule FROM flags WHERE session = ? AND epoch = ? AND track = ? AND seq = ? ORDER BY rule",
			k.Session, k.Epoch, k.Track, k.Seq)
		if err != nil {
			return models.SearchPage{}, err
		}
		page.Hits = append(page.Hits, f.SearchHit)
	}
	return page, nil
}

// SearchRange limits the row ids to those of sessions that can contain a match, so that a search in an old or rare room does not scan
// all newer lines. Without a condition on sessions it is unlimited.
func SearchRange(ctx context.Context, tx Txn, q models.SearchQuery) (lo, hi int64, err error) {
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
		WHERE (?1 = '' OR room = ?1) AND started < ?2 AND (ended IS NULL OR ended >= ?3) AND `+Among("room", "?4"),
		q.Room, to, from, RoomList(q.Only)).Scan(&first, &last)
	if !first.Valid {
		return 0, -1, err
	}
	return first.Int64, last.Int64, err
}

// FoundColumns are the columns that ScanFound scans, of the tables utterances u and sessions s.
func FoundColumns() string {
	names := strings.Split(utteranceColumns, ",")
	for i, n := range names {
		names[i] = "u." + strings.TrimSpace(n)
	}
	return strings.Join(names, ", ") + ", u.id, s.room, s.name, s.started"
}

// ScanFound scans FoundColumns and further columns after them. The snippet is left to the engine.
func ScanFound(rows *sql.Rows, more ...any) (f Found, err error) {
	var started int64
	f.Utterance, err = scanUtteranceAnd(rows, append([]any{&f.ID, &f.Room, &f.SessionName, &started}, more...)...)
	f.Said = at(started + f.Utterance.StartMS)
	return f, err
}

// A line's facets are words in the full-text index that say to which session, speaker and rules it belongs, so that a
// search for a frequent word within a rare speaker need not look at every line. They are hashes: fixed in length, of
// token characters only, and without the identity itself. Rows are compared with the true values all the same.

func facet(kind byte, value string) string {
	h := sha256.Sum256([]byte(value))
	return string(kind) + hex.EncodeToString(h[:8])
}

// SessionFacet is on every line of a session.
func SessionFacet(id string) string { return facet('s', id) }

// SpeakerFacet is on every line of a speaker.
func SpeakerFacet(id string) string { return facet('p', id) }

// RuleFacet is on every line that a rule flagged.
func RuleFacet(rule string) string { return facet('r', rule) }

// FlaggedFacet is on every line with at least one flag.
const FlaggedFacet = "flagged"

func facets(session, speaker string, flags []models.Flag) string {
	all := []string{SessionFacet(session), SpeakerFacet(speaker)}
	if len(flags) > 0 {
		all = append(all, FlaggedFacet)
	}
	for _, f := range flags {
		all = append(all, RuleFacet(f.Rule))
	}
	return strings.Join(all, " ")
}
