package live

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"earshot/models"
)

// obedient is a room that records what it is told.
type obedient struct {
	Room
	mu     sync.Mutex
	paused bool
	told   []string
}

func (o *obedient) Paused() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.paused
}

func (o *obedient) Pause(_ context.Context, on bool) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.paused, o.told = on, append(o.told, fmt.Sprintf("pause %v", on))
	return true
}

func (o *obedient) Object(_ context.Context, id string, objects bool) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.told = append(o.told, fmt.Sprintf("%s objects %v", id, objects))
	return true
}

// since returns what the room was told since the last call.
func (o *obedient) since() (told []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	told, o.told = o.told, nil
	return told
}

// TestWishesOfOtherProcesses: an objection or a pause that another process stored takes effect in the room within seconds, once;
// those from before the stay are known to the room, which is told nothing. If a process has the database to itself, nothing is read.
func TestWishesOfOtherProcesses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, noRules, nil)
		objects := func(id string, what models.ConsentWhat) {
			c := models.Consent{Session: "s1", Room: "r1", SpeakerID: id, What: what, How: "page"}
			if err := s.store.PutConsent(t.Context(), c); err != nil {
				t.Fatal(err)
			}
		}
		pause := func(on bool) {
			if err := s.store.SetPaused(t.Context(), "r1", on, "host", time.Now()); err != nil {
				t.Fatal(err)
			}
		}
		objects("before", models.ConsentObjected)
		room := &obedient{}
		s.j.followWishes(t.Context(), room) // returns at once
		s.j.alone = func(ctx context.Context, _ string, do func(context.Context)) bool { do(ctx); return true }
		ctx, cancel := context.WithCancel(t.Context())
		var following sync.WaitGroup
		following.Go(func() { s.j.followWishes(ctx, room) })
		for _, step := range []struct {
			do   func()
			want []string
		}{
			{func() {}, nil},
			{func() { objects("ana", models.ConsentObjected) }, []string{"ana objects true"}},
			{func() { pause(true) }, []string{"pause true"}},
			{func() { objects("ana", models.ConsentWithdrew) }, []string{"ana objects false"}},
			{func() { pause(false) }, []string{"pause false"}},
		} {
			step.do()
			time.Sleep(3 * wishesEvery)
			if told := room.since(); !slices.Equal(told, step.want) {
				t.Errorf("the room is told %q, want %q", told, step.want)
			}
		}
		cancel()
		following.Wait()
		if shown := slices.DeleteFunc(s.events, func(e models.Event) bool { return e.Session == nil }); len(shown) != 2 {
			t.Errorf("pages learned %d times that the room was paused or not", len(shown))
		}
	})
}

// TestPauseOfAnotherProcess: a process that is not in a room stores a pause for the one that is, by the id of the room or the
// session, and shows it; if no process is in the room, nothing is stored.
func TestPauseOfAnotherProcess(t *testing.T) {
	s := newScene(t, noRules, nil)
	if err := s.Hosts.Pause(t.Context(), "r1", true, "Ana"); !errors.Is(err, ErrNotThere) || s.Hosts.Paused(t.Context(), "r1") {
		t.Errorf("without other processes: %v", err)
	}
	s.Sessions.env.alone = func(ctx context.Context, _ string, do func(context.Context)) bool { do(ctx); return true }
	for _, step := range []struct {
		name string
		on   bool
	}{{"r1", true}, {"s1", false}, {"s1", true}} {
		if err := s.Hosts.Pause(t.Context(), step.name, step.on, "Ana"); err != nil {
			t.Fatal(err)
		}
		by, err := s.store.PausedBy(t.Context(), "r1")
		shown := []bool{s.Hosts.Paused(t.Context(), "s1"), s.Hosts.Paused(t.Context(), "r1")}
		if err != nil || (by == "Ana") != step.on || slices.Contains(shown, !step.on) {
			t.Errorf("%+v: by %q, %v", step, by, err)
		}
	}
	for _, name := range []string{"r2", "s2"} {
		if err := s.Hosts.Pause(t.Context(), name, true, "Ana"); !errors.Is(err, ErrNotThere) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
