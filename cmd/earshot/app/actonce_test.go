package app

import (
	"cmp"
	"context"
	"io"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"earshot/bot"
	"earshot/bot/fleet"
	"earshot/bot/lounge"
	"earshot/bot/lounge/server"
	"earshot/bot/peer"
	"earshot/cmd/earshot/playback"
	"earshot/models"
	"earshot/models/sqlite"
	"earshot/moderation/review/events"
)

// TestActsOnceAfterACrash: a program that died between a verdict and its action carries it out once when it is back in the room.
func TestActsOnceAfterACrash(t *testing.T) {
	if testing.Short() {
		t.Skip("talks for some seconds")
	}
	t.Parallel()
	const token = "the host's own token"
	address, ben := talkingRoom(t, token)
	dir := t.TempDir()
	planned := dieBeforeTheAction(t, dir, address, ben)

	s, l := openTestApp(t, dir)
	watcher, err := s.Hub.Subscribe("", events.Cursor{})
	if err != nil {
		t.Fatal(err)
	}
	defer watcher.Close()
	var mutes atomic.Int64
	tried := int64(0)
	err = s.Run(t.Context(), l, func(ctx context.Context) error {
		if err := stayUntil(ctx, t, s, address, token, &mutes, func() { untilSeen(ctx, s, watcher, planned) }); err != nil {
			return err
		}
		tried = mutes.Load()
		// Back in the same room, what was done is not done again.
		return stayUntil(ctx, t, s, address, token, &mutes, func() {
			select {
			case <-time.After(1500 * time.Millisecond): // longer than what is planned waits for
			case <-ctx.Done():
			}
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	a, err := s.Store.Action(t.Context(), planned)
	if err != nil {
		t.Fatal(err)
	}
	// On a busy machine the first attempt may have no effect in time.
	if a.State != models.ActionSeen || int64(a.Attempts) != tried || mutes.Load() != tried {
		t.Errorf("action %q after %d attempts, %d mutes in the first stay, %d in both: %s", a.State, a.Attempts, tried, mutes.Load(), a.Error)
	}
	actions, err := s.Store.PlannedActions(t.Context(), "stage", time.Time{})
	if err != nil || len(actions) != 0 {
		t.Errorf("still planned: %+v, %v", actions, err)
	}
}

// talkingRoom is a lounge of its own in which Ben talks without end. It returns its address, as the bot joins it, and Ben's
// identity.
func talkingRoom(t *testing.T, token string) (address, person string) {
	t.Helper()
	config := peer.Config{Loopback: true}
	server := server.New(server.Config{Peer: config, HostToken: token})
	factory, err := peer.New(config)
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(server)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{}, 2)
	here := make(chan string, 1)
	go func() { _ = server.Run(ctx); ended <- struct{}{} }()
	go func() {
		_ = lounge.Publish(ctx, lounge.PublishConfig{
			BaseURL: web.URL, Room: "stage", Name: "Ben", Source: &endless{}, Peer: factory, Ready: func(id string) { here <- id },
		})
		ended <- struct{}{}
	}()
	t.Cleanup(func() {
		cancel()
		<-ended
		<-ended
		web.Close()
	})
	select {
	case person = <-here:
	case <-time.After(time.Minute):
		t.Fatal("Ben could not join")
	}
	return "lounge://" + web.Listener.Addr().String() + "/stage", person
}

// endless plays the demo recordings again and again.
type endless struct {
	next int
	base time.Duration
}

var wholeTape = sync.OnceValues(func() (playback.Recording, error) {
	lines, err := playback.Lines()
	if err != nil {
		return playback.Recording{}, err
	}
	return playback.Continuous(lines)
})

// Next is the next packet; there is always one.
func (e *endless) Next() (lounge.Frame, error) {
	spoken, err := wholeTape()
	if err != nil || len(spoken.Frames) == 0 {
		return lounge.Frame{}, cmp.Or(err, io.EOF)
	}
	if e.next == len(spoken.Frames) {
		e.next, e.base = 0, e.base+spoken.Length
	}
	f := spoken.Frames[e.next]
	e.next++
	f.At += e.base
	return f, nil
}

// dieBeforeTheAction leaves the database as a program does that is killed after a mute is stored and before it is sent.
func dieBeforeTheAction(t *testing.T, dir, address, person string) string {
	t.Helper()
	store, err := sqlite.Open(t.Context(), filepath.Join(dir, "earshot.db"))
	if err != nil {
		t.Fatal(err)
	}
	session, err := store.StartSession(t.Context(), models.Session{ID: "stage-before", Room: "stage", Name: "stage", URL: address})
	if err != nil {
		t.Fatal(err)
	}
	a := models.Action{
		ID: "deed", Session: session.ID, Verb: models.VerbMute, TargetID: person, TargetName: "Ben", State: models.ActionPlanned,
		By: "rule", Created: time.Now().UTC(),
	}
	if err := store.Put(t.Context(), models.Record{Session: session.ID, Actions: []models.Action{a}}); err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	return a.ID
}

// muting is a connector that counts its mutes.
type muting struct {
	*lounge.Client
	mutes *atomic.Int64
}

// Execute implements bot.Moderator.
func (m muting) Execute(ctx context.Context, c bot.Command) error {
	if c.Verb == models.VerbMute {
		m.mutes.Add(1)
	}
	return m.Client.Execute(ctx, c)
}

// stayUntil is in the room, with the host token, until a condition is met.
func stayUntil(ctx context.Context, t *testing.T, s *App, address, token string, mutes *atomic.Int64, wait func()) error {
	t.Helper()
	client, err := lounge.NewClient(lounge.ClientConfig{URL: address, Token: token, Peer: s.Peers})
	if err != nil {
		return err
	}
	ctx, leave := context.WithCancelCause(ctx)
	defer leave(nil)
	go func() {
		wait()
		leave(bot.End(models.EndLeft, nil))
	}()
	_, err = s.Listen(ctx, fleet.SessionRequest{
		Room: models.Room{ID: "stage", Name: "stage", URL: address}, Connector: muting{client, mutes},
		Returns: func(models.EndReason) bool { return true },
	})
	return err
}

// untilSeen waits until an action was seen to take effect.
func untilSeen(ctx context.Context, s *App, w *events.Watcher, action string) {
	for a, err := s.Store.Action(ctx, action); ctx.Err() == nil &&
		(err != nil || a.State != models.ActionSeen); a, err = s.Store.Action(ctx, action) {
		waitFor(ctx, w, action)
	}
}

// waitFor waits until the state of an action has changed, for at most two minutes.
func waitFor(ctx context.Context, w *events.Watcher, action string) {
	limit := time.After(2 * time.Minute)
	for {
		select {
		case e, ok := <-w.Events():
			if !ok || e.Action != nil && e.Action.ID == action {
				return
			}
		case <-limit:
			return
		case <-ctx.Done():
			return
		}
	}
}
