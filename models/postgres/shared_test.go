package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"earshot/models"
	"earshot/models/postgres"
	"earshot/models/postgres/pgtest"
	"earshot/models/sqlstore"
	"earshot/models/store/storetest"
	"earshot/models/waittest"
)

// Of two processes that do the same, one does it.
func TestTwoProcesses(t *testing.T) {
	dsn := pgtest.DSN(t)
	a, b := openAt(t, dsn), openAt(t, dsn)
	ctx := t.Context()
	storetest.StartSession(t, a, "s1")
	u := storetest.PutLine(t, a, "s1", 1, "words", "r")
	storetest.Must(t, a.PutInvitation(ctx, "hash", models.Invitation{Expires: time.Now().Add(time.Hour)}))
	flag := u.Key.String() + ":r"
	for i, s := range []interface {
		StartSession(ctx context.Context, s models.Session) (models.Session, error)
	}{a, b, a} {
		got, err := s.StartSession(ctx, models.Session{ID: "s1", Room: "open-mic"})
		storetest.Must(t, err)
		storetest.Equal(t, "epoch", got.Epoch, i+2)
	}
	var all sync.WaitGroup
	var mu sync.Mutex
	won := map[string]int{}
	did := func(what string, err, lost error) {
		mu.Lock()
		defer mu.Unlock()
		if err == nil {
			won[what]++
		} else if !errors.Is(err, lost) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for i := range 8 {
		s, status := a, models.FlagConfirmed
		if i%2 == 0 {
			s, status = b, models.FlagDismissed
		}
		all.Go(func() {
			_, err := s.TakeInvitation(ctx, "hash", time.Now())
			did("invitation", err, models.ErrNotFound)
		})
		all.Go(func() {
			_, err := s.SetFlagStatus(ctx, flag, status, fmt.Sprint("host", i%2), time.Now())
			if err == nil {
				status := status
				did("flag "+string(status), nil, nil)
				return
			}
			did("flag", err, models.ErrConflict)
		})
		all.Go(func() {
			did("user", s.PutUser(ctx, models.User{ID: fmt.Sprint("u", i), Name: "Kim"}, "owner", time.Now()), models.ErrInvalid)
		})
		all.Go(func() { did("person", s.NamePerson(ctx, "open-mic", "ana", "Ana", "kim", time.Now()), nil) })
		all.Go(func() { did("told", s.Tell(ctx, "once", "s1", flag, ""), nil) })
	}
	all.Wait()
	storetest.Equal(t, "invitation", won["invitation"], 1)
	storetest.Equal(t, "user", won["user"], 1)
	storetest.Equal(t, "named", won["person"], 8)
	if c, d := won["flag confirmed"], won["flag dismissed"]; c+d != 4 || c*d != 0 {
		t.Errorf("confirmed %d times and dismissed %d times", c, d)
	}
}

// What is stored while its session or its speaker is erased by another process is erased, or is refused.
func TestErasedMeanwhile(t *testing.T) {
	dsn := pgtest.DSN(t)
	a, b := openAt(t, dsn), openAt(t, dsn)
	ctx := t.Context()
	for _, id := range []string{"s1", "s2", "s3"} {
		storetest.StartSession(t, a, id)
		storetest.PutLine(t, a, id, 1, "zqxmarker", "r")
	}
	began := make(chan struct{}, 6)
	var writers, erasers sync.WaitGroup
	for _, id := range []string{"s1", "s2", "s3"} {
		for track := range 2 {
			writers.Go(func() {
				for seq := 1; seq <= 40; seq++ {
					c := storetest.Clip(id, 1, seq, []byte("zqxsound"))
					c.Track = fmt.Sprint("w", track)
					u := storetest.Line(c, "zqxmarker")
					err := a.Put(ctx, storetest.Record(u, []models.Flag{storetest.Flag(u, "r")}))
					if err != nil && !errors.Is(err, models.ErrNotFound) {
						t.Error(err)
					}
					if seq == 5 {
						began <- struct{}{}
					}
				}
			})
		}
	}
	for i, id := range []string{"s1", "s2", "s3"} {
		erasers.Go(func() {
			<-began
			s := a
			if i%2 == 0 {
				s = b
			}
			if err := s.Erase(ctx, models.Erasure{Kind: models.EraseSession, Target: id, By: "kim"}); err != nil {
				t.Error(err)
			}
		})
	}
	writers.Wait()
	erasers.Wait()
	storetest.Equal(t, "traces", traces(t, dsn, "zqx"), "")
	all, err := b.Removals(ctx)
	storetest.Must(t, err)
	storetest.Equal(t, "removals", len(all), 3)
	_, err = b.CheckRemovals(ctx)
	storetest.Must(t, err)
}

// What is erased, redacted or too old is in no row of any table, and in no index.
func TestErasedLeavesNoRow(t *testing.T) {
	for _, job := range []string{"session", "room", "person", "sweep"} {
		t.Run(job, func(t *testing.T) {
			dsn := pgtest.DSN(t)
			s := openAt(t, dsn)
			storetest.FillRoom(t, s, "secret", "hidden", "zqxmarker", 40)
			storetest.FillRoom(t, s, "kept", "r", "plain", 20)
			before := storetest.Held(t, s, "kept")
			if found := traces(t, dsn, "zqxmarker"); len(strings.Fields(found)) < 12 {
				t.Fatalf("only found in %s: the test proves nothing of the other tables", found)
			}
			var err error
			switch job {
			case "session":
				err = s.Erase(t.Context(), models.Erasure{Kind: models.EraseSession, Target: "secret"})
			case "room":
				err = s.Erase(t.Context(), models.Erasure{Kind: models.EraseRoom, Target: "hidden"})
			case "person":
				err = s.Erase(t.Context(), models.Erasure{Kind: models.ErasePerson, Target: "zqxmarkerid"})
			case "sweep":
				policy := storetest.Clocks
				policy.Rooms = map[string]models.Retention{"r": {}}
				_, err = s.Sweep(t.Context(), storetest.Start.Add(365*storetest.Day), policy)
			}
			storetest.Must(t, err)
			storetest.Equal(t, "traces", traces(t, dsn, "zqxmarker"), "")
			storetest.Equal(t, "the other session", storetest.Held(t, s, "kept"), before)
			storetest.Equal(t, "dead rows", value(t, dsn, "SELECT count(*) FROM chores WHERE name LIKE 'scrub%'"), "0")
		})
	}
}

// A list that was begun at one process goes on at another.
func TestCursorsOfAnotherProcess(t *testing.T) {
	dsn := pgtest.DSN(t)
	a, b := openAt(t, dsn), openAt(t, dsn)
	storetest.StartSession(t, a, "s1")
	for i := range 3 {
		storetest.PutLine(t, a, "s1", i+1, "words")
	}
	q := models.SearchQuery{Text: "words", Limit: 2}
	first, err := a.Search(t.Context(), q)
	storetest.Must(t, err)
	q.Cursor = first.Next
	rest, err := b.Search(t.Context(), q)
	storetest.Must(t, err)
	storetest.Equal(t, "the rest", len(rest.Hits), 1)
}

// Two records in schemas of their own in one database know nothing of each other.
func TestTwoSchemas(t *testing.T) {
	t.Parallel()
	ctx, dsn := t.Context(), pgtest.Empty(t)
	pgtest.Exec(t, dsn, "CREATE SCHEMA a", "CREATE SCHEMA b")
	a, b := openAt(t, dsn+" search_path=a"), openAt(t, dsn+" search_path=b")
	room := models.WantedRoom{Room: models.Room{ID: "r", Name: "r", URL: "lounge://l.example/r"}, Origin: models.RoomInvited}
	for _, s := range []*postgres.Store{a, b} {
		_, err := s.TakeRoom(ctx, room, "n", time.Hour)
		storetest.Must(t, err)
		storetest.StartSession(t, s, "s1")
		storetest.PutLine(t, s, "s1", 1, "words", "r")
		_, _, err = s.Beat(ctx, models.Node{ID: "n"})
		storetest.Must(t, err)
	}
	storetest.Must(t, a.Erase(ctx, models.Erasure{Kind: models.EraseSession, Target: "s1"}))
	lines, err := b.Utterances(ctx, "s1")
	storetest.Must(t, err)
	storetest.Equal(t, "lines in the other", len(lines), 1)
	nodes, _, err := b.Nodes(ctx)
	storetest.Must(t, err)
	storetest.Equal(t, "processes in the other", len(nodes), 1)
}

// TestAStoppedProcessHoldsNoRoom: a process that is stopped, or cut off, in the middle of a transaction keeps the rows of its rooms
// locked. Another one gets the rooms in seconds all the same.
func TestAStoppedProcessHoldsNoRoom(t *testing.T) {
	t.Parallel()
	dsn := pgtest.DSN(t)
	one, two := openAt(t, dsn), openAt(t, dsn)
	room := models.WantedRoom{Room: models.Room{ID: "r", Name: "r", URL: "lounge://l.example/r"}, Origin: models.RoomInvited}
	_, err := one.TakeRoom(t.Context(), room, "one", time.Millisecond)
	storetest.Must(t, err)
	stopped, goesOn, ended := make(chan struct{}), make(chan struct{}), make(chan struct{})
	stops := sync.OnceFunc(func() { close(stopped) })
	go func() {
		defer close(ended)
		_ = one.Update(t.Context(), "renew", func(tx sqlstore.Txn) error {
			_, err := tx.ExecContext(t.Context(), "UPDATE rooms SET name = name")
			stops()
			<-goesOn
			return err
		})
	}()
	<-stopped
	waittest.Until(t, "the room is another's", func() bool {
		got, err := two.ClaimRooms(t.Context(), models.RoomClaim{Node: "two", Lasts: time.Minute, Most: 1})
		storetest.Must(t, err)
		return len(got) == 1
	})
	close(goesOn)
	<-ended
}

// TestRenewalsInTurn: a process that hands many rooms over and its heir renew the same rows; neither waits for the other for long.
func TestRenewalsInTurn(t *testing.T) {
	t.Parallel()
	dsn := pgtest.DSN(t)
	one, two := openAt(t, dsn), openAt(t, dsn)
	for i := range 20 {
		id := fmt.Sprint("room", (7*i)%20)
		room := models.WantedRoom{Room: models.Room{ID: id, Name: id, URL: "lounge://l.example/" + id}, Origin: models.RoomInvited}
		_, err := one.TakeRoom(t.Context(), room, "one", time.Hour)
		storetest.Must(t, err)
	}
	_, err := one.MoveRooms(t.Context(), "one")
	storetest.Must(t, err)
	_, err = two.ClaimRooms(t.Context(), models.RoomClaim{Node: "two", Lasts: time.Hour, Most: 20})
	storetest.Must(t, err)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			s, node := one, "one"
			if i%2 == 0 {
				s, node = two, "two"
			}
			for range 25 {
				if rows, err := s.RenewRooms(t.Context(), node, time.Hour, nil); err != nil || len(rows) != 20 {
					t.Errorf("%d rooms, %v", len(rows), err)
				}
			}
		})
	}
	all.Wait()
}

// TestWantedRoomsHoldNobodyUp: of rooms that are wanted as they are on record none is locked, and of others a few at a time.
func TestWantedRoomsHoldNobodyUp(t *testing.T) {
	t.Parallel()
	dsn := pgtest.DSN(t)
	one, two := openAt(t, dsn), openAt(t, dsn)
	wanted := make([]models.WantedRoom, 50)
	for i := range wanted {
		id := fmt.Sprintf("room%02d", i)
		wanted[i] = models.WantedRoom{Room: models.Room{ID: id, Name: id, URL: "lounge://l.example/" + id}, Origin: models.RoomConfigured}
	}
	storetest.Must(t, one.WantRooms(t.Context(), wanted))
	first, err := two.ClaimRooms(t.Context(), models.RoomClaim{Node: "two", Lasts: time.Hour, Most: 1, Configured: []string{"room00"}})
	storetest.Must(t, err)
	storetest.Equal(t, "claimed", len(first), 1)
	locked, ended := make(chan struct{}), make(chan struct{})
	ctx, release := context.WithCancel(t.Context())
	go func() {
		defer close(ended)
		_ = two.Update(ctx, "lock", func(tx sqlstore.Txn) error {
			_, err := tx.ExecContext(ctx, "UPDATE rooms SET name = name WHERE id = 'room49'")
			close(locked)
			<-ctx.Done()
			return err
		})
	}()
	<-locked
	storetest.Must(t, one.WantRooms(t.Context(), wanted))
	for i := range wanted {
		wanted[i].Name += " renamed"
	}
	again := make(chan error, 1)
	go func() { again <- one.WantRooms(t.Context(), wanted) }()
	waittest.Until(t, "it waits for the last room", func() bool {
		return value(t, dsn, "SELECT count(*) FROM pg_locks WHERE NOT granted") != "0"
	})
	renewed, err := two.RenewRooms(t.Context(), "two", time.Hour, nil)
	storetest.Must(t, err)
	storetest.Equal(t, "the first room meanwhile", renewed[0].Name, "room00 renamed")
	release()
	<-ended
	storetest.Must(t, <-again)
}
