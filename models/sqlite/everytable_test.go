package sqlite_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// contentless are the tables that hold nothing of what anybody said, nor who was there.
var contentless = []string{
	"sessions", "chores", "erasures", "removals", "migrated", "audit", "notice_targets", "users", "credentials", "objections", "pauses",
	"invitations", "digests", "lineage", "taken", "erased", "servers",
}

// A table that somebody adds is seen by every way of removing, or named in contentless: otherwise this fails.
func TestEveryTableIsForgotten(t *testing.T) {
	for _, job := range []string{"session", "room", "person", "sweep"} {
		t.Run(job, func(t *testing.T) {
			s := openAt(t, filepath.Join(t.TempDir(), "earshot.db"))
			tables := strings.Fields(s.Value(t, `SELECT group_concat(name, ' ') FROM sqlite_schema WHERE type = 'table'
				AND name NOT LIKE 'utterances_fts%' AND name NOT LIKE 'sqlite_%'`))
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
