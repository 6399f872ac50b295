package app

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"earshot/bot/lounge"
	"earshot/models"
	"earshot/models/sqlite"
	"earshot/moderation/review/events"
)

// TestMuteOutlivesARestart: the program is stopped during a mute of ten minutes in a real room, and starts again after the mute
// should have ended. The mute holds until then; the next stay ends it, and all of it is stored.
func TestMuteOutlivesARestart(t *testing.T) {
	if testing.Short() {
		t.Skip("talks for some seconds")
	}
	t.Parallel()
	const token = "the host's own token"
	address, ben := talkingRoom(t, token)
	dir := t.TempDir()
	run := func(until string, put ...models.Action) {
		t.Run(until, func(t *testing.T) { stayUntilSeen(t, dir, address, token, until, put) })
	}
	run("mute", models.Action{
		ID: "mute", Session: "stage-before", Verb: models.VerbMute, TargetID: ben, TargetName: "Ben", ForMS: 600_000, State: models.ActionPlanned,
		By: "host", Created: time.Now().UTC(),
	})
	if !heldInLounge(t, address, ben) {
		t.Error("Ben is not muted in the lounge")
	}
	endMutes(t, dir)
	run(models.EndOf("mute"))
	if heldInLounge(t, address, ben) {
		t.Error("Ben is muted for good")
	}
}

// endMutes changes the database as if the time of all mutes on the stage were over.
func endMutes(t *testing.T, dir string) {
	t.Helper()
	store, err := sqlite.Open(t.Context(), filepath.Join(dir, "earshot.db"))
	if err != nil {
		t.Fatal(err)
	}
	held, err := store.Restrictions(t.Context(), "stage")
	if err != nil || len(held) != 1 {
		t.Errorf("in force: %+v, %v", held, err)
	}
	for _, r := range held {
		r.Until = time.Now()
		if err := store.PutRestriction(t.Context(), r); err != nil {
			t.Error(err)
		}
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
}

// stayUntilSeen runs the program until an action, which may first have to be planned, was seen to take effect.
func stayUntilSeen(t *testing.T, dir, address, token, until string, put []models.Action) {
	t.Helper()
	s, l := openTestApp(t, dir)
	watcher, err := s.Hub.Subscribe("", events.Cursor{})
	if err != nil {
		t.Fatal(err)
	}
	defer watcher.Close()
	err = s.Run(t.Context(), l, func(ctx context.Context) error {
		for _, a := range put {
			if _, err := s.Store.StartSession(ctx, models.Session{ID: a.Session, Room: "stage", Name: "stage", URL: address}); err != nil {
				return err
			}
			if err := s.Store.Put(ctx, models.Record{Session: a.Session, Actions: []models.Action{a}}); err != nil {
				return err
			}
		}
		return stayUntil(ctx, t, s, address, token, new(atomic.Int64), func() { untilSeen(ctx, s, watcher, until) })
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"mute", models.EndOf("mute")} {
		a, err := s.Store.Action(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		want := models.ActionSeen
		if id != until && len(put) > 0 { // its end: the bot has left before
			want = models.ActionFailed
		}
		if a.State != want || want == models.ActionFailed && !strings.Contains(a.Error, "the bot is no longer in the room") {
			t.Errorf("%s stands as %q %q", id, a.State, a.Error)
		}
	}
}

// heldInLounge reports whether a lounge shows somebody as muted by a host.
func heldInLounge(t *testing.T, address, person string) bool {
	t.Helper()
	base, room, _ := strings.Cut(strings.TrimPrefix(address, "lounge://"), "/")
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+base+"/rooms/"+room+"/events", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	for s := bufio.NewScanner(resp.Body); s.Scan(); {
		data, ok := strings.CutPrefix(s.Text(), "data: ")
		var e lounge.Event
		if !ok || json.Unmarshal([]byte(data), &e) != nil || e.Type != lounge.EventRoom {
			continue
		}
		for _, p := range e.People {
			if p.ID == person {
				return p.Held
			}
		}
		break
	}
	t.Fatal("Ben is not in the lounge")
	return false
}
