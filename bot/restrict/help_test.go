package restrict_test

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"earshot/bot"
	"earshot/bot/restrict"
	"earshot/bot/room"
	"earshot/models"
)

// server is a room's server, with the state that a moderator gives it; it outlives the bot's stays.
type server struct {
	mu      sync.Mutex
	can     bot.Capabilities
	handler bot.RoomHandler // nil while the bot is not there
	people  map[string]bool
	held    map[models.Verb]map[string]bool
	orders  []models.Verb
	deaf    models.Verb // is taken without effect
	fails   error       // of every order
	hangs   bool        // orders are not answered
	joined  chan struct{}
}

func newServer(can bot.Capabilities) *server {
	s := &server{can: can, people: map[string]bool{}, held: map[models.Verb]map[string]bool{}, joined: make(chan struct{}, 9)}
	for _, v := range []models.Verb{models.VerbMute, models.VerbToAudience, models.VerbBan} {
		s.held[v] = map[string]bool{}
	}
	return s
}

var everything = bot.Capabilities{Message: true, PrivateMessage: true, Mute: true, Unmute: true, ToAudience: true, Remove: true, Ban: true}

// Run implements bot.Connector.
func (s *server) Run(ctx context.Context, handler bot.RoomHandler) error {
	handler.Joined(s.can)
	s.mu.Lock()
	s.handler = handler
	for id := range s.people {
		handler.Speaker(models.Speaker{ID: id, Name: strings.ToUpper(id)})
	}
	s.mu.Unlock()
	s.joined <- struct{}{}
	<-ctx.Done()
	s.mu.Lock()
	s.handler = nil
	s.mu.Unlock()
	return context.Cause(ctx)
}

// Do implements bot.Moderator.
func (s *server) Execute(ctx context.Context, o bot.Command) error {
	s.mu.Lock()
	hangs := s.hangs
	s.mu.Unlock()
	if hangs {
		<-ctx.Done()
		return ctx.Err()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.orders = append(s.orders, o.Verb)
	if s.fails != nil {
		return s.fails
	}
	if o.Verb == models.VerbMute && !s.people[o.Target] {
		return bot.ErrAbsent
	}
	if o.Verb == s.deaf {
		return nil
	}
	if on := s.held[o.Verb]; on != nil {
		on[o.Target] = true
	}
	if back := o.Verb.Undoes(); back != "" {
		delete(s.held[back], o.Target)
	}
	return nil
}

// Effect implements bot.Moderator. What is in force against somebody who is out is known of bans and the audience alone.
func (s *server) Effect(o bot.Command) (bool, string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if back := o.Verb.Undoes(); back != "" {
		return !s.held[back][o.Target], "the server says so"
	}
	if o.Verb == models.VerbMute {
		return s.people[o.Target] && s.held[o.Verb][o.Target], "the server says so"
	}
	return s.held[o.Verb] == nil || s.held[o.Verb][o.Target], "the server says so"
}

func (s *server) comes(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.people[id] = true
	if s.handler != nil {
		s.handler.Speaker(models.Speaker{ID: id, Name: strings.ToUpper(id)})
	}
}

func (s *server) goes(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.people, id)
	if s.handler != nil {
		s.handler.Left(id)
	}
}

// set changes what is in force as somebody else would: the person, or a host in the room itself.
func (s *server) set(verb models.Verb, id string, on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if on {
		s.held[verb][id] = true
	} else {
		delete(s.held[verb], id)
	}
}

func (s *server) is(verb models.Verb, id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.held[verb][id]
}

func (s *server) ordered() []models.Verb {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.orders)
}

// record keeps what a store would.
type record struct {
	mu   sync.Mutex
	rows []models.Restriction
	acts map[string]models.Action

	erased bool // the session, with all that it held
	dead   bool // nothing is answered any more
}

// wait holds whoever asks a record that does not answer, until they do not wait any more.
func (r *record) wait(ctx context.Context) error {
	r.mu.Lock()
	dead := r.dead
	r.mu.Unlock()
	if dead {
		<-ctx.Done()
		return ctx.Err()
	}
	return nil
}

func (r *record) erase() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.erased, r.rows = true, nil
	clear(r.acts)
}

func newRecord() *record { return &record{acts: map[string]models.Action{}} }

func (r *record) Restrictions(ctx context.Context, _ string) ([]models.Restriction, error) {
	if err := r.wait(ctx); err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.rows), nil
}

func (r *record) PutRestriction(_ context.Context, x models.Restriction) error {
	_ = r.EndRestriction(context.Background(), x.Room, x.Person, x.Verb)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rows = append(r.rows, x)
	return nil
}

func (r *record) EndRestriction(_ context.Context, _, person string, verb models.Verb) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rows = slices.DeleteFunc(r.rows, func(x models.Restriction) bool { return x.Person == person && x.Verb == verb })
	return nil
}

func (r *record) Action(_ context.Context, id string) (models.Action, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	a, ok := r.acts[id]
	if !ok {
		return a, models.ErrNotFound
	}
	return a, nil
}

func (r *record) SetAction(ctx context.Context, a models.Action) error {
	if err := r.wait(ctx); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.erased {
		return models.ErrNotFound
	}
	r.acts[a.ID] = a
	return nil
}

func (r *record) Put(_ context.Context, x models.Record) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.erased {
		return models.ErrNotFound
	}
	for _, a := range x.Actions {
		if _, stored := r.acts[a.ID]; !stored {
			r.acts[a.ID] = a
		}
	}
	return nil
}

// get is an action as it is stored; empty when there is none.
func (r *record) get(id string) models.Action {
	a, _ := r.Action(context.Background(), id)
	return a
}

// state is how far an action has come, "" when there is none.
func (r *record) state(id string) models.ActionState { return r.get(id).State }

// actions are all actions by their ids.
func (r *record) actions() map[string]models.Action {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.acts)
}

// all is what is in force.
func (r *record) all() []models.Restriction {
	rows, _ := r.Restrictions(context.Background(), "")
	return rows
}

// nothing stores nothing of what is heard.
type nothing struct{}

func (nothing) Clip(context.Context, models.Clip) error       { return nil }
func (nothing) Gap(context.Context, models.Gap) error         { return nil }
func (nothing) Speaker(context.Context, models.Speaker) error { return nil }

// stay is one stay of the bot.
type stay struct {
	*restrict.Manager
	s     *server
	r     *record
	notes chan string
	end   context.CancelCauseFunc // of the keeping, for a reason
	leave func()
}

// begin brings the bot into the room, until leave is called or the bubble ends.
func begin(t *testing.T, s *server, r *record) *stay {
	t.Helper()
	out := &stay{s: s, r: r, notes: make(chan string, 99)}
	keeping, end := context.WithCancelCause(t.Context())
	kept := make(chan struct{})
	out.end = end
	room, err := room.New(room.Config{
		Farewell: func(ctx context.Context, _ models.EndReason) {
			end(nil)
			select {
			case <-kept:
			case <-ctx.Done():
			}
		},
		Connector: s, Sink: nothing{}, Session: models.Session{ID: "s1", Epoch: 1, Started: time.Now()},
		Watch: func(x room.Status) {
			if x.Note != "" {
				out.notes <- x.Note
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	out.Manager = restrict.New(restrict.Config{
		Store: r, Actions: r, Room: room, RoomID: "r1", Told: func(models.Action) {}, Log: slog.New(slog.DiscardHandler),
	})
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	group.Go(func() { _, _ = room.Run(ctx) })
	<-s.joined
	go func() { _ = out.Run(keeping); close(kept) }()
	out.leave = sync.OnceFunc(func() { cancel(); group.Wait(); <-kept })
	t.Cleanup(out.leave)
	return out
}

// act has something done about Ana, as somebody who planned it would.
func (x *stay) act(t *testing.T, id string, verb models.Verb, long time.Duration) models.Action {
	t.Helper()
	return x.on(t, "ana", id, verb, long)
}

// on is act about somebody else.
func (x *stay) on(t *testing.T, person, id string, verb models.Verb, long time.Duration) models.Action {
	t.Helper()
	name := strings.ToUpper(person[:1]) + person[1:]
	a := models.Action{ID: id, Session: "s1", Verb: verb, TargetID: person, TargetName: name, ForMS: long.Milliseconds(), By: "host"}
	if err := x.r.Put(t.Context(), models.Record{Actions: []models.Action{a}}); err != nil {
		t.Fatal(err)
	}
	a, err := x.Do(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// inBubble runs a test in a bubble, where time passes as fast as nothing happens.
func inBubble(t *testing.T, can bot.Capabilities, f func(t *testing.T, s *server, r *record)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { f(t, newServer(can), newRecord()) })
}
