package live

import (
	"context"
	"sync"
	"testing"
	"time"

	"earshot/models"
)

// stuck is a store that does not answer queries about one session until the gate opens.
type stuck struct {
	Store
	session string
	gate    chan struct{}
	asked   chan struct{} // is told of each question, while there is room
}

func (s stuck) wait(ctx context.Context, id string) error {
	if id != s.session {
		return nil
	}
	select {
	case s.asked <- struct{}{}:
	default:
	}
	select {
	case <-s.gate:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (s stuck) Session(ctx context.Context, id string) (models.SessionInfo, error) {
	if err := s.wait(ctx, id); err != nil {
		return models.SessionInfo{}, err
	}
	return s.Store.Session(ctx, id)
}

func (s stuck) PutSpeaker(ctx context.Context, p models.Speaker) error {
	if err := s.wait(ctx, p.Session); err != nil {
		return err
	}
	return s.Store.PutSpeaker(ctx, p)
}

func (s stuck) Put(ctx context.Context, r models.Record) error {
	if err := s.wait(ctx, r.Session); err != nil {
		return err
	}
	return s.Store.Put(ctx, r)
}

// sticking is a scene with a second session for which the store does not answer; open makes it continue.
func sticking(t *testing.T) (s *scene, store stuck, open func()) {
	t.Helper()
	s = newScene(t, asking, nil)
	if _, err := s.store.StartSession(t.Context(), models.Session{ID: "slow", Room: "r2", Started: time.Now()}); err != nil {
		t.Fatal(err)
	}
	store = stuck{s.store, "slow", make(chan struct{}), make(chan struct{}, 1)}
	s.uses(store)
	return s, store, sync.OnceFunc(func() { close(store.gate) })
}

// promptly fails if a call blocks.
func promptly(t *testing.T, what string, do func()) {
	t.Helper()
	done := make(chan struct{})
	go func() { defer close(done); do() }()
	select {
	case <-done:
	case <-time.After(time.Minute):
		t.Fatal(what + " waits for the slow session")
	}
}

// TestSlowSessionHarmsNoOther: the store does not answer for one session, which is restored, then judged and written to. No line of
// another room waits for it, nor does any query of a page, the metrics or the health page.
func TestSlowSessionHarmsNoOther(t *testing.T) {
	for name, restored := range map[string]bool{"while it is restored": false, "while a line of it is stored": true} {
		t.Run(name, func(t *testing.T) {
			s, store, open := sticking(t)
			defer open()
			u := s.line(2000, "the private matter")
			u.Session = "slow"
			if err := s.store.PutClip(t.Context(), models.Clip{Key: u.Key, SpeakerID: "ana", StartMS: u.StartMS, EndMS: u.EndMS}); err != nil {
				t.Fatal(err)
			}
			if restored { // by a store that answers
				s.uses(s.store)
				if _, err := s.Session(t.Context(), "slow"); err != nil {
					t.Fatal(err)
				}
				s.uses(store)
			}
			var group sync.WaitGroup
			defer group.Wait()
			defer open()
			group.Go(func() {
				if err := s.Done(t.Context(), u); err != nil {
					t.Error(err)
				}
			})
			<-store.asked // it is stuck now
			for _, do := range []func(*Session){
				func(slow *Session) { slow.Observe(t.Context(), models.Observation{AtMS: 1}) },
				func(slow *Session) { _ = slow.Speaker(t.Context(), models.Speaker{Session: "slow", ID: "ana"}) },
			} {
				group.Go(func() {
					if slow, err := s.Session(t.Context(), "slow"); err == nil {
						do(slow)
					}
				})
			}
			for i := range 20 {
				promptly(t, "a line of another room", func() { s.say(s.line(int64(3000+1000*i), "another line of another room"), nil) })
			}
			promptly(t, "a page, the metrics or the health page", func() {
				s.Verbs("slow")
				s.LeastHeard("slow")
				s.InRooms()
				s.DeafTo()
				s.Paused(t.Context(), "r2")
				s.Profile("slow")
				s.Partial(models.Partial{Key: u.Key})
			})
			open()
			group.Wait()
			if ds, err := s.store.Decisions(t.Context(), "slow"); err != nil || len(ds) != 1 {
				t.Errorf("the slow session's own line: %+v, %v", ds, err)
			}
		})
	}
}

// TestSessionIsMadeOnce: all who request a session while it is restored get the same one, and when one of them gives up, the others
// get no error.
func TestSessionIsMadeOnce(t *testing.T) {
	s, store, open := sticking(t)
	defer open()
	hasty, giveUp := context.WithCancel(t.Context())
	var group sync.WaitGroup
	group.Go(func() {
		if _, err := s.Session(hasty, "slow"); err == nil {
			t.Error("who gave up got a session")
		}
	})
	<-store.asked // it is being made
	found := make([]*Session, 8)
	for i := range found {
		group.Go(func() { found[i], _ = s.Session(t.Context(), "slow") })
	}
	giveUp()
	<-store.asked // somebody else goes on
	open()
	group.Wait()
	for i, j := range found {
		if j == nil || j != found[0] {
			t.Errorf("number %d got %p, the first %p", i, j, found[0])
		}
	}
	if _, err := s.Session(t.Context(), "nobody's"); err == nil {
		t.Error("a session that is not stored was made")
	}
}
