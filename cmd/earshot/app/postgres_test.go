package app

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"earshot/bot/fleet"
	"earshot/cmd/earshot/internal/programtest"
	"earshot/cmd/earshot/playback"
	"earshot/models"
	"earshot/models/postgres/pgtest"
	"earshot/models/waittest"
)

// databaseURL is the address of a database, as the setting accepts it.
func databaseURL(t *testing.T, dsn string) string {
	t.Helper()
	f := map[string]string{}
	for field := range strings.FieldsSeq(dsn) {
		k, v, _ := strings.Cut(field, "=")
		f[k] = v
	}
	return "postgres://" + f["user"] + "@/" + f["dbname"] + "?host=" + f["host"]
}

// nodes are the processes that share an app's database.
func nodes(t *testing.T, s *App) (out []string) {
	t.Helper()
	all, _, err := s.Store.Nodes(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range all {
		out = append(out, n.ID+" "+n.Name)
	}
	return out
}

// What is said in a room is stored in PostgreSQL: the commands find it there, check it and erase it, and what only works with files
// is refused with advice.
func TestRoomOnPostgres(t *testing.T) {
	if testing.Short() {
		t.Skip("talks for some seconds")
	}
	t.Parallel()
	dir, database := t.TempDir(), databaseURL(t, pgtest.DSN(t))
	spoken, err := playback.Lines()
	if err != nil {
		t.Fatal(err)
	}
	ana := playback.Speech{Name: "Ana", Lines: spoken[:1]}
	if ana.Recording, err = playback.Record(ana.Lines, func(time.Duration) time.Duration { return time.Second }); err != nil {
		t.Fatal(err)
	}
	run := func(want int, args ...string) string {
		out, code := programtest.Client(append(os.Environ(), "HOME="+dir, "EARSHOT_DATABASE="+database), append(args, "--data-dir", dir)...)
		if code != want {
			t.Errorf("%q: exit %d\n%s", args, code, out)
		}
		return out
	}
	s, l := openTestAppWith(t, dir, "EARSHOT_DATABASE="+database, "EARSHOT_NODE=east")
	var session models.Session
	err = s.Run(t.Context(), l, func(ctx context.Context) (err error) {
		waittest.Until(t, "the process is listed", func() bool { return slices.Equal(nodes(t, s), []string{s.node.ID() + " east"}) })
		told, _ := programtest.Get(t, "http://"+l.Addr().String()+"/api/health")
		for _, want := range []string{"Process east is alive, with ", `"name":"east"`, `"state":"alive"`, `"unheard":[]`} {
			if !strings.Contains(strings.ReplaceAll(told, `": `, `":`), want) {
				t.Errorf("/api/health lacks %s:\n%s", want, told)
			}
		}
		session, err = s.Play(ctx, l.Addr().String(), []playback.Speech{ana})
		figures, _ := programtest.Get(t, "http://"+l.Addr().String()+"/metrics")
		for name, want := range map[string]float64{
			`earshot_cluster_processes{state="alive"}`: 1, `earshot_cluster_processes{state="silent"}`: 0, "earshot_cluster_unheard_rooms": 0,
			"earshot_leases_taken_total": 1, "earshot_cluster_backlog_clips": 0,
		} {
			if got := figure(t, figures, name); got != want {
				t.Errorf("%s is %v, want %v", name, got, want)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if left := nodes(t, s); len(left) > 0 {
		t.Errorf("still listed: %v", left)
	}
	said := lines(t, s, session.ID) // one, or two if this machine was too busy to talk without a stop
	if errs, n, heard := wordErrors(said, "Ana", spoken[0].Text); len(said) == 0 || errs*3 > n {
		t.Fatalf("%d lines, %d of %d words wrong: %q", len(said), errs, n, heard)
	}
	if c := s.health.conditions(t.Context(), models.RoomSet{}); len(c) == 0 || strings.Contains(c[0].Text, "can't") {
		t.Errorf("%+v", c)
	}
	words := strings.Fields(said[0].Text)
	word := strings.Trim(words[len(words)/2], ",.")
	if found, err := s.Store.Search(t.Context(), models.SearchQuery{Text: word}); err != nil || len(found.Hits) != 1 {
		t.Errorf("%d found, %v", len(found.Hits), err)
	}
	for _, args := range [][]string{{"sessions", "show", "last"}, {"export", "last", "--format", "txt"}} {
		if out := run(0, args...); !strings.Contains(out, word) {
			t.Errorf("%q lacks %q:\n%s", args, word, out)
		}
	}
	if out := run(0, "check"); !strings.Contains(out, "archives of the server's log") {
		t.Error(out)
	}
	run(2, "backup", dir+"/b")
	run(2, "restore", dir+"/b")
	run(0, "erase", "session", session.ID, "--yes")
	if _, err := s.Store.Session(t.Context(), session.ID); !errors.Is(err, models.ErrNotFound) {
		t.Error(err)
	}
	if _, err := os.Stat(dir + "/earshot.db"); err == nil {
		t.Error("a SQLite file was made")
	}
}

// A session that another process began continues in its own time, whatever this machine's clock says: all times are by the
// database's clock.
func TestClocksThatDiffer(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a database server")
	}
	t.Parallel()
	s, l := openTestAppWith(t, t.TempDir(), "EARSHOT_DATABASE="+databaseURL(t, pgtest.DSN(t)))
	t.Cleanup(func() { _ = l.Close() })
	for name, ahead := range map[string]time.Duration{"ahead": 10 * time.Second, "behind": -10 * time.Second} {
		lease := fleet.Lease{At: time.Now()}
		lease.Room = models.Room{ID: name, Name: name, URL: "lounge://l.example/" + name}
		lease.RoomLease.Now = lease.At.Add(ahead) // by the database's clock
		lease.Heard = lease.RoomLease.Now.Add(-5 * time.Second)
		left := models.Session{ID: "left-" + name, Room: name, Started: lease.RoomLease.Now.Add(-time.Minute)}
		if _, err := s.Store.StartSession(t.Context(), left); err != nil {
			t.Fatal(err)
		}
		got, unheard, err := s.rooms.startSession(t.Context(), fleet.SessionRequest{Room: lease.Room, Lease: &lease}, s.profiles.of(""))
		if err != nil {
			t.Fatal(err)
		}
		const slack = 4 * time.Second
		if off := got.Started.Sub(lease.At.Add(-time.Minute)); got.ID != left.ID || got.Epoch != 2 || off.Abs() > slack {
			t.Errorf("%s: session %s, epoch %d, began %v off", name, got.ID, got.Epoch, off)
		}
		if want := 55*time.Second - unspooled; (unheard - want).Abs() > slack {
			t.Errorf("%s: unheard since %v of the session, want %v", name, unheard, want)
		}
	}
}
