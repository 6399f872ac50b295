package live

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"earshot/models"
)

// door is a room that the bot can be let into, with an actor: each action takes a second and takes effect.
type door struct {
	Room
	store Store

	mu    sync.Mutex
	open  bool
	fails int // so many actions cannot be stored
	done  []string
}

func (d *door) Inside() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.open
}

func (d *door) set(open bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.open = open
}

func (d *door) Run(ctx context.Context) error { <-ctx.Done(); return nil }

func (d *door) Do(ctx context.Context, a models.Action) (models.Action, error) {
	select {
	case <-time.After(time.Second):
	case <-ctx.Done():
		return a, context.Cause(ctx)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.fails--; d.fails >= 0 {
		return a, errors.New("disk")
	}
	d.done = append(d.done, a.ID)
	a.State, a.Seen = models.ActionSeen, time.Now().UTC()
	return a, d.store.SetAction(ctx, a)
}

func (d *door) acted() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.done)
}

// once counts how often planned actions are read.
type once struct {
	Store
	mu    sync.Mutex
	reads int
}

func (o *once) PlannedActions(ctx context.Context, room string, since time.Time) ([]models.Action, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.reads++
	return o.Store.PlannedActions(ctx, room, since)
}

// plan stores and hands over actions as a session does, each on one person.
func (s *scene) plan(session string, idsByPerson ...string) {
	s.t.Helper()
	s.env.places.hand("r1", s.planElsewhere(session, idsByPerson...))
}

// planElsewhere stores actions as a session in another process does, each on one person.
func (s *scene) planElsewhere(session string, idsByPerson ...string) (all []models.Action) {
	s.t.Helper()
	for i := 0; i < len(idsByPerson); i += 2 {
		a := hostAct(idsByPerson[i], models.VerbWarn, 0)
		a.Session, a.TargetID, a.State, a.Text = session, idsByPerson[i+1], models.ActionPlanned, "please"
		all = append(all, a)
	}
	if err := s.store.Put(s.t.Context(), models.Record{Session: session, Actions: all}); err != nil {
		s.t.Fatal(err)
	}
	return all
}

func (s *scene) stateOf(id string) models.Action {
	s.t.Helper()
	a, err := s.store.Action(s.t.Context(), id)
	if err != nil {
		s.t.Fatal(err)
	}
	return a
}

// performing has an actor act in the session's room until the returned function is called.
func (s *scene) performing(d *door) (leave func()) {
	ctx, cancel := context.WithCancel(s.t.Context())
	x, ended := newExecutor(s.env, d, d), make(chan struct{})
	left := s.env.places.enter(&place{s.j.session, d, x})
	go func() {
		defer close(ended)
		x.run(ctx, "s1", "r1")
		left()
	}()
	return func() { cancel(); <-ended }
}

// TestPlansAreHandedOver: planned actions are taken at once, in order for each person and concurrently for different people, and the
// store is read once. Those left by an earlier stay are taken too.
func TestPlansAreHandedOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, noRules, nil)
		counted := &once{Store: s.store}
		s.uses(counted)
		s.plan("s1", "left", "ana")
		time.Sleep(time.Second) // what is planned is in the order of its time
		d := &door{store: s.store, open: true, fails: 1}
		leave := s.performing(d)
		began := time.Now()
		s.plan("s1", "ana-1", "ana", "ben-1", "ben", "ana-2", "ana")
		s.env.places.hand("r1", []models.Action{s.stateOf("ana-2")}) // again
		for len(d.acted()) < 4 && time.Since(began) < time.Minute {
			time.Sleep(100 * time.Millisecond)
		}
		anas := slices.DeleteFunc(d.acted(), func(id string) bool { return id == "ben-1" })
		if took := time.Since(began); !slices.Equal(anas, []string{"left", "ana-1", "ana-2"}) || len(d.acted()) != 4 || took > 10*time.Second {
			t.Errorf("%v after %v", d.acted(), took)
		}
		time.Sleep(time.Minute)
		leave()
		if len(d.acted()) != 4 || counted.reads != 1 {
			t.Errorf("%v, and what is planned was read %d times", d.acted(), counted.reads)
		}
	})
}

// TestPlansOfOtherProcesses: an action planned on the page of another process is taken within seconds, and once.
func TestPlansOfOtherProcesses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, noRules, nil)
		s.env.alone = func(ctx context.Context, _ string, do func(context.Context)) bool { do(ctx); return true }
		d := &door{store: s.store, open: true}
		leave := s.performing(d)
		time.Sleep(10 * time.Second)
		s.planElsewhere("s1", "a", "ana")
		s.plan("s1", "b", "ben")
		time.Sleep(5 * time.Second)
		done := d.acted()
		slices.Sort(done)
		if !slices.Equal(done, []string{"a", "b"}) {
			t.Errorf("%v is done", done)
		}
		time.Sleep(time.Minute)
		leave()
		if len(d.acted()) != 2 {
			t.Errorf("%v is done in the end", d.acted())
		}
	})
}

// TestPlansWaitForTheBot: an action planned while the bot is out of the room is taken if it is back within two minutes, and is
// reported as not taken after that.
func TestPlansWaitForTheBot(t *testing.T) {
	for name, c := range map[string]struct {
		away time.Duration
		want models.ActionState
	}{
		"back in time":  {100 * time.Second, models.ActionSeen},
		"back too late": {130 * time.Second, models.ActionFailed},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t, noRules, nil)
				d := &door{store: s.store}
				leave := s.performing(d)
				defer leave()
				s.plan("s1", "a", "ana")
				time.Sleep(c.away)
				if early := d.acted(); len(early) > 0 {
					t.Errorf("%v was done in a room that the bot is not in", early)
				}
				d.set(true)
				time.Sleep(5 * time.Second)
				if a := s.stateOf("a"); a.State != c.want || (a.Error == "") != (c.want == models.ActionSeen) {
					t.Errorf("%s %q", a.State, a.Error)
				}
			})
		})
	}
}

// TestPlansThatNobodyTakesUpAreTold: an action planned for a room without the bot, or not begun when it left, does not remain
// planned for ever.
func TestPlansThatNobodyTakesUpAreTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, noRules, nil)
		ctx, cancel := context.WithCancel(t.Context())
		ran := make(chan error, 1)
		go func() { ran <- s.Run(ctx) }()
		d := &door{store: s.store}
		leave := s.performing(d)
		s.plan("s1", "a", "ana")
		time.Sleep(10 * time.Second)
		leave()
		s.plan("s1", "b", "ana")
		time.Sleep(time.Minute)
		for _, id := range []string{"a", "b"} {
			if a := s.stateOf(id); a.State != models.ActionPlanned {
				t.Errorf("%s stands as %q while a stay may still take it up", id, a.State)
			}
		}
		time.Sleep(4 * time.Minute)
		for _, id := range []string{"a", "b"} {
			if a := s.stateOf(id); a.State != models.ActionFailed || a.Error == "" {
				t.Errorf("%s stands as %q", id, a.State)
			}
		}
		cancel()
		if err := <-ran; err != nil {
			t.Error(err)
		}
	})
}

// TestPlansOfAnEarlierSessionAreDoneInTheRoom: a host undoes an action of an earlier session of the room.
func TestPlansOfAnEarlierSessionAreDoneInTheRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, noRules, nil)
		if _, err := s.store.StartSession(t.Context(), models.Session{ID: "s0", Room: "r1", Started: time.Now()}); err != nil {
			t.Fatal(err)
		}
		d := &door{store: s.store, open: true}
		leave := s.performing(d)
		defer leave()
		s.plan("s0", "a", "ana")
		time.Sleep(3 * time.Second)
		if a := s.stateOf("a"); a.State != models.ActionSeen {
			t.Errorf("%s %q", a.State, a.Error)
		}
	})
}
