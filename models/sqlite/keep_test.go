package sqlite_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"earshot/models"
	"earshot/models/sqlite"
	"earshot/models/store"
)

func TestSweepKeepsToTheClocks(t *testing.T) {
	path := filepath.Join(t.TempDir(), "earshot.db")
	s := openAt(t, path)
	fillRoom(t, s, "secret", "r", marker, 40)
	fillRoom(t, s, "other", "slow", "plain", 40)
	policy := clocks
	policy.Rooms = map[string]models.Retention{"slow": {}} // for ever
	before := held(t, s, "other")
	for _, tt := range []struct {
		age  time.Duration
		want string
	}{
		{13 * day, "session true lines 36 flags 8 clips 16 people 1"},
		{15 * day, "session true lines 36 flags 8 clips 0 people 1"},
		{31 * day, "session true lines 0 flags 8 clips 0 people 1"}, // the flags still name somebody
		{179 * day, "session true lines 0 flags 8 clips 0 people 1"},
		{181 * day, "session false lines 0 flags 0 clips 0 people 0"},
	} {
		_, err := s.Sweep(t.Context(), start.Add(tt.age), policy)
		must(t, err)
		equal(t, fmt.Sprintf("after %v", tt.age), held(t, s, "secret"), tt.want)
		if _, err := s.Summary(t.Context(), "secret", models.SummarySession); (err == nil) != (tt.age < 30*day) {
			t.Errorf("after %v: the summary: %v", tt.age, err)
		}
	}
	equal(t, "the room without clocks", held(t, s, "other"), before)
	equal(t, "traces", traces(t, path), map[string]int{})
	must(t, s.Check(t.Context()))
	all, err := s.Removals(t.Context())
	must(t, err)
	var what []string
	for _, r := range all {
		equal(t, "target", r.Target, "secret")
		what = append(what, fmt.Sprintf("%s %d", r.What, r.Rows))
	}
	equal(
		t, "removals", what,
		[]string{
			"sound 8", "evidence 8", "words 36", "gaps 44", "flags 8", "notices 8", "actions 16", "decisions 8", "consent 40", "strikes 8",
			"remains 2",
		},
	)
	stale, err := s.StaleFiles(t.Context(), "")
	must(t, err)
	equal(t, "sessions whose files are to go", stale, []string{"secret"})
	if swept, err := s.Sweep(t.Context(), start.Add(182*day), policy); err != nil || !swept.Nothing() {
		t.Errorf("a second sweep removed %+v, %v", swept, err)
	}
}

func TestErase(t *testing.T) {
	for _, tt := range []struct {
		e    models.Erasure
		left string
	}{
		{models.Erasure{Kind: models.EraseSession, Target: "secret", By: "host"}, "session false"},
		{models.Erasure{Kind: models.EraseRoom, Target: "hidden", By: "host"}, "session false"},
		{models.Erasure{Kind: models.ErasePerson, Target: marker + "id", By: "host"}, "session true"},
		{models.Erasure{Kind: models.ErasePerson, Target: marker + "id", Room: "hidden", By: "host"}, "session true"},
	} {
		t.Run(string(tt.e.Kind)+tt.e.Room, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "earshot.db")
			s := openAt(t, path)
			fillRoom(t, s, "secret", "hidden", marker, 60)
			fillRoom(t, s, "kept", "r", "plain", 60)
			before := held(t, s, "kept")
			wantErr(t, "what is not there", s.Erase(t.Context(), models.Erasure{Kind: tt.e.Kind, Target: "nobody"}), models.ErrNotFound)
			if len(traces(t, path)) == 0 {
				t.Fatal("the marker cannot be found before: the test would prove nothing")
			}
			must(t, s.Erase(t.Context(), tt.e))
			equal(t, "traces", traces(t, path), map[string]int{})
			equal(t, "left", held(t, s, "secret"), tt.left+" lines 0 flags 0 clips 0 people 0")
			equal(t, "the other session", held(t, s, "kept"), before)
			must(t, s.Check(t.Context()))
			all, err := s.Removals(t.Context())
			must(t, err)
			stale, err := s.StaleFiles(t.Context(), "")
			must(t, err)
			equal(t, "sessions whose files are to go", stale, []string{"secret"})
			must(t, s.FilesRemoved(t.Context(), "secret", ""))
			if stale, err = s.StaleFiles(t.Context(), ""); len(stale) > 0 || err != nil {
				t.Errorf("still to go: %v, %v", stale, err)
			}
			if len(all) != 1 || all[0].By != "host" || all[0].What != string(tt.e.Kind) || all[0].Rows == 0 {
				t.Errorf("removals %+v", all)
			}
		})
	}
}

// Another process may ask the one that writes to do it.
func TestRequestErasure(t *testing.T) {
	path := filepath.Join(t.TempDir(), "earshot.db")
	s := openAt(t, path)
	fillRoom(t, s, "secret", "r", marker, 30)
	e := models.Erasure{Kind: models.ErasePerson, Target: marker + "id", By: "host"}
	_, err := sqlite.RequestErasure(t.Context(), path, models.Erasure{Kind: models.ErasePerson, Target: "nobody"})
	wantErr(t, "nobody", err, models.ErrNotFound)
	id, err := sqlite.RequestErasure(t.Context(), path, e)
	must(t, err)
	reader, err := sqlite.OpenReadOnly(t.Context(), path)
	must(t, err)
	defer reader.Close()
	if done, err := reader.ErasureDone(t.Context(), id); done || err != nil {
		t.Errorf("done before it was begun: %v", err)
	}
	if n, err := s.Erasing(t.Context()); n != 1 || err != nil {
		t.Errorf("%d erasures, %v", n, err)
	}
	if done, err := reader.ErasureDone(t.Context(), id); done || err != nil {
		t.Errorf("done although the session's files are there: %v", err)
	}
	must(t, s.FilesRemoved(t.Context(), "secret", ""))
	if done, err := reader.ErasureDone(t.Context(), id); !done || err != nil {
		t.Errorf("not done: %v", err)
	}
	equal(t, "traces", traces(t, path), map[string]int{})
}

func TestRemovalsAreAChain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "earshot.db")
	s := openAt(t, path)
	if last, err := s.CheckRemovals(t.Context()); last != "" || err != nil {
		t.Errorf("an empty chain: %q, %v", last, err)
	}
	for _, id := range []string{"a", "b", "c"} {
		startSession(t, s, id)
		must(t, s.Erase(t.Context(), models.Erasure{Kind: models.EraseSession, Target: id, By: "host"}))
	}
	last, err := s.CheckRemovals(t.Context())
	must(t, err)
	equal(t, "length of the hash", len(last), 64)
	for _, change := range []string{"UPDATE removals SET by = 'nobody' WHERE id = 2", "DELETE FROM removals WHERE id = 1"} {
		s.Exec(t, change)
		_, err := s.CheckRemovals(t.Context())
		wantErr(t, change, err, store.ErrCorrupt)
	}
}
