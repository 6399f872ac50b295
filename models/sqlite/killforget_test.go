package sqlite_test

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"earshot/models"
	"earshot/models/sqlite"
)

// forgetJob removes the session "secret" in one of the available ways.
func forgetJob(ctx context.Context, s *sqlite.Store, job string) error {
	switch job {
	case "sweep":
		_, err := s.Sweep(ctx, start.Add(365*day), models.RetentionPolicy{
			Default: clocks.Default, Rooms: map[string]models.Retention{"kept": {}},
		})
		return err
	case "person":
		return s.Erase(ctx, models.Erasure{Kind: models.ErasePerson, Target: marker + "id", By: "host"})
	case "room":
		return s.Erase(ctx, models.Erasure{Kind: models.EraseRoom, Target: "hidden", By: "host"})
	}
	return s.Erase(ctx, models.Erasure{Kind: models.EraseSession, Target: "secret"})
}

// Whatever removes data, and whenever it is killed: the next start, or for a sweep the next sweep, finishes it to the last byte.
func TestFault40KillWhileForgetting(t *testing.T) {
	for _, job := range []string{"session", "room", "person", "sweep"} {
		t.Run(job, func(t *testing.T) {
			t.Parallel()
			rng := rand.New(rand.NewPCG(5, uint64(len(job))))
			for range rounds(3) {
				killWhileForgetting(t, job, rng.Int64N(700_000))
			}
		})
	}
}

func killWhileForgetting(t *testing.T, job string, at int64) {
	path := filepath.Join(t.TempDir(), "earshot.db")
	s, err := sqlite.Open(t.Context(), path)
	must(t, err)
	fillRoom(t, s, "secret", "hidden", marker, 60)
	fillRoom(t, s, "kept", "kept", "plain", 60)
	before := held(t, s, "kept")
	must(t, s.Close())
	cmd, lines := child(t, path, job)
	if !lines.Scan() {
		t.Fatal("the child did not begin")
	}
	exited := make(chan struct{})
	go func() { _ = cmd.Wait(); close(exited) }()
	waitForLog(path, at, exited)
	_ = cmd.Process.Kill() // it may have ended by itself
	<-exited
	s, err = sqlite.Open(t.Context(), path)
	must(t, err)
	_, err = s.Erasing(t.Context()) // as whoever serves the record does: on a slow disk, opening it leaves this what takes long
	must(t, err)
	removals, err := s.Removals(t.Context())
	must(t, err)
	// Again, if it was killed before the erasure was recorded, and the sweep in any case.
	if people, err := s.FindPeople(t.Context(), marker); job == "sweep" || err == nil && len(people) > 0 {
		t.Logf("again after %d removals", len(removals))
		must(t, forgetJob(t.Context(), s, job))
	}
	equal(t, "traces", traces(t, path), map[string]int{})
	equal(t, "the other session", held(t, s, "kept"), before)
	must(t, s.Check(t.Context()))
	_, err = s.CheckRemovals(t.Context())
	must(t, err)
	must(t, s.Close())
}

// waitForLog waits until the write-ahead log has grown to size bytes, or the child has ended.
func waitForLog(path string, size int64, exited <-chan struct{}) {
	for {
		select {
		case <-exited:
			return
		default:
		}
		if info, err := os.Stat(path + "-wal"); err == nil && info.Size() >= size {
			return
		}
	}
}
