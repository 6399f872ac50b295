package sqlite_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"earshot/models/sqlite"
	"earshot/models/sqlstore/move"
)

// contentless are the tables that contain nothing of what anybody said or who was there.
var contentless = []string{
	"sessions", "chores", "erasures", "removals", "migrated", "audit", "notice_targets", "users", "credentials", "objections", "pauses",
	"invitations", "digests", "lineage", "taken", "erased", "servers", "nodes", "rooms", "work",
	"exports", "schedules",
}

// A new table must be copied by a move, or be listed here as one that each database has for itself.
func TestEveryTableIsMoved(t *testing.T) {
	s := openAt(t, filepath.Join(t.TempDir(), "earshot.db"))
	own := []string{"lineage", "migrated", "nodes", "rooms", "work"}
	for _, table := range tablesOf(t, s) {
		if !slices.Contains(move.Tables(), table) && !slices.Contains(own, table) {
			t.Errorf("%s is not moved", table)
		}
	}
}

// A new table must be covered by every way of removing, or be listed in contentless; otherwise this fails.
func TestEveryTableIsForgotten(t *testing.T) {
	for _, job := range []string{"session", "room", "person", "sweep"} {
		t.Run(job, func(t *testing.T) {
			s := openAt(t, filepath.Join(t.TempDir(), "earshot.db"))
			tables := tablesOf(t, s)
			fillRoom(t, s, "secret", "hidden", marker, 40)
			for _, table := range tables {
				rows := s.Value(t, "SELECT count(*) FROM "+table)
				if rows == "0" && !slices.Contains(contentless, table) {
					t.Errorf("fillRoom puts nothing into %s: it proves nothing of that table", table)
				}
			}
			must(t, forgetJob(t.Context(), s, job))
			for _, table := range tables {
				if rows := s.Value(t, "SELECT count(*) FROM "+table); rows != "0" && !slices.Contains(contentless, table) {
					t.Errorf("%s rows are left in %s", rows, table)
				}
			}
			equal(t, "index", s.Value(t, "SELECT count(*) FROM utterances_fts WHERE utterances_fts MATCH 'common'"), "0")
			if all, err := s.Removals(t.Context()); err != nil || len(all) == 0 || all[0].Rows == 0 {
				t.Errorf("removals %+v, %v", all, err)
			}
		})
	}
}

// tablesOf lists the tables except the full-text index.
func tablesOf(t *testing.T, s *sqlite.Store) []string {
	t.Helper()
	return strings.Fields(s.Value(t, `SELECT group_concat(name, ' ') FROM sqlite_schema WHERE type = 'table'
		AND name NOT LIKE 'utterances_fts%' AND name NOT LIKE 'sqlite_%'`))
}
