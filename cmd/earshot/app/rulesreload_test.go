package app

import (
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"earshot/moderation/engine"
	"earshot/moderation/engine/reload"
	"earshot/moderation/live"
	"earshot/moderation/review/events"
)

// TestOtherRulesAreTold: when new rules are in use, viewers are told which; when the files contain mistakes, they are told nothing.
func TestOtherRulesAreTold(t *testing.T) {
	load := func(text string) *engine.Set {
		set, err := engine.Load(engine.LoadOptions{FS: fstest.MapFS{"house.yaml": {Data: []byte(text)}}}, "house")
		if err != nil {
			t.Fatal(err)
		}
		return set
	}
	before, after := load(silly), load(strings.ReplaceAll(silly, "low", "high"))
	hub := events.NewHub(events.HubConfig{})
	defer hub.Close()
	sessions := live.New(live.Config{Policies: map[string]live.Policy{"house": {}}})
	w := rulesWatcher{sessions: sessions, hub: hub, log: slog.New(slog.DiscardHandler)}
	p := &profile{name: "house", rules: before}
	watching, err := hub.Subscribe("", hub.Cursor())
	if err != nil {
		t.Fatal(err)
	}
	w.reloaded(p, reload.Result{Err: io.ErrUnexpectedEOF}) // mistakes: the old rules stay
	w.reloaded(p, reload.Result{Set: before})
	w.reloaded(p, reload.Result{Set: after, Change: reload.Diff(before, after)})
	e := <-watching.Events()
	if e.Rules == nil || e.Rules.Profile != "house" || e.Rules.Set != after.String() || !slices.Equal(e.Rules.Changed, []string{"silly"}) {
		t.Errorf("told: %+v", e.Rules)
	}
	if n := len(watching.Events()); n > 0 {
		t.Errorf("%d more events", n)
	}
}
