package desk

import (
	"context"
	"testing"
	"time"

	"earshot/bot"
	"earshot/models"
)

// TestErasedWhileLive: a host erases the session that is going on: what comes after is not kept, and nothing hangs.
func TestErasedWhileLive(t *testing.T) {
	s := newScene(t, asking, nil)
	if err := s.store.DeleteSession(t.Context(), "s1"); err != nil {
		t.Fatal(err)
	}
	c := models.Clip{Key: models.Key{Session: "s1", Epoch: 1, Track: "mic", Seq: 9}, SpeakerID: "ana", Opus: []byte{1}}
	if err := s.Clip(t.Context(), c); err != nil {
		t.Errorf("Clip: %v", err)
	}
	if err := s.Gap(t.Context(), models.Gap{Session: "s1", SpeakerID: "ana", EndMS: 10, LostMS: 10, Cause: models.GapLoss}); err != nil {
		t.Errorf("Gap: %v: the room tries again for ever, and everything behind it waits", err)
	}
	if err := s.Speaker(t.Context(), models.Speaker{Session: "s1", ID: "ben", Name: "Ben"}); err != nil {
		t.Errorf("Speaker: %v: the same", err)
	}
}

// listening is a connector in a room where nothing happens.
type listening struct{}

func (listening) Run(ctx context.Context, ears bot.Ears) error {
	ears.Joined(bot.Capabilities{})
	<-ctx.Done()
	return context.Cause(ctx)
}

// TestErasureEndsTheStay: the record of a room in which nobody speaks is erased: the bot leaves within seconds, says why, and the
// host is told.
func TestErasureEndsTheStay(t *testing.T) {
	s := newScene(t, asking, nil)
	notes := make(chan string, 9)
	room, err := bot.NewRoom(bot.Config{Connector: listening{}, Sink: s.Desk, Session: s.j.session, Watch: func(st bot.Status) {
		if st.Note != "" {
			notes <- st.Note
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	attended := make(chan error, 1)
	go func() { attended <- s.Attend(ctx, "s1", room) }()
	ended := make(chan models.EndReason, 1)
	go func() { why, _ := room.Run(ctx); ended <- why }()
	if err := s.store.DeleteSession(t.Context(), "s1"); err != nil {
		t.Fatal(err)
	}
	select {
	case why := <-ended:
		if why != models.EndErased || len(notes) != 1 {
			t.Errorf("the stay ended as %q with %d notes", why, len(notes))
		}
	case <-time.After(10 * time.Second):
		t.Error("the bot stays in a room whose record was erased")
	}
	cancel()
	if err := <-attended; err != nil {
		t.Error(err)
	}
}
