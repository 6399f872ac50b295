package livekit_test

import (
	"context"
	"errors"
	"testing"

	"earshot/bot/livekit"
	"earshot/models"
)

// TestHearing: three speakers are heard under their own names, with their roles; who leaves is told.
func TestHearing(t *testing.T) {
	s := server(t, "")
	ana := enter(t, livekit.PublishConfig{URL: s.URL("open-mic"), Identity: "ana", Name: "Ana", Role: models.RoleHost})
	r := newRoom()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- connector(t, livekit.Config{URL: s.URL("open-mic")}).Run(ctx, r) }()
	r.until(t, "Ana's sound", r.hears("ana"))
	enter(t, livekit.PublishConfig{URL: s.URL("open-mic"), Identity: "bo", Name: "Bo"})
	enter(t, livekit.PublishConfig{URL: s.URL("open-mic"), Identity: "cy"})
	r.until(t, "Bo's sound", r.hears("bo"))
	r.until(t, "Cy's sound", r.hears("cy"))
	r.until(t, "the word that Bo talks", func() bool { return r.talking["bo"] > 0 })
	r.until(t, "the rights", func() bool { return r.can == livekit.Abilities() }) // of a busy server they are known later
	r.mu.Lock()
	for id, want := range map[string]models.Speaker{
		"ana": {ID: "ana", Name: "Ana", Role: models.RoleHost}, "bo": {
			ID: "bo", Name: "Bo", Role: models.RoleSpeaker,
		}, "cy": {ID: "cy", Name: "cy", Role: models.RoleSpeaker},
	} {
		if r.people[id] != want {
			t.Errorf("%s is %+v", id, r.people[id])
		}
		if i := r.tracks[id].info; i.SpeakerID != id || i.SpeakerName != want.Name || i.Attribution != models.AttributionTrack || i.Track == "" {
			t.Errorf("%s's track is %+v", id, i)
		}
	}
	r.mu.Unlock()

	ana.leave()
	r.until(t, "Ana's leaving", func() bool { _, there := r.people["ana"]; return !there && r.tracks["ana"].ended })
	// Who comes now may get what was Ana's in the connection.
	enter(t, livekit.PublishConfig{URL: s.URL("open-mic"), Identity: "di"})
	r.until(t, "Di's sound", r.hears("di"))
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("Run = %v", err)
	}
}
