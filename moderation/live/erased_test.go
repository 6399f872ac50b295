package live

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"earshot/bot"
	"earshot/bot/restrict"
	"earshot/bot/room"
	"earshot/models"
)

// TestErasedWhileLive: a host erases a live session: nothing that comes afterwards is stored, and nothing hangs.
func TestErasedWhileLive(t *testing.T) {
	s := newScene(t, asking, nil)
	if err := s.store.Erase(t.Context(), models.Erasure{Kind: models.EraseSession, Target: "s1"}); err != nil {
		t.Fatal(err)
	}
	c := models.Clip{Key: models.Key{Session: "s1", Epoch: 1, Track: "mic", Seq: 9}, SpeakerID: "ana", Opus: []byte{1}}
	if err := s.j.Clip(t.Context(), c); err != nil {
		t.Errorf("Clip: %v", err)
	}
	if err := s.j.Gap(t.Context(), models.Gap{Session: "s1", SpeakerID: "ana", EndMS: 10, LostMS: 10, Cause: models.GapLoss}); err != nil {
		t.Errorf("Gap: %v: the room tries again for ever, and everything behind it waits", err)
	}
	if err := s.j.Speaker(t.Context(), models.Speaker{Session: "s1", ID: "ben", Name: "Ben"}); err != nil {
		t.Errorf("Speaker: %v: the same", err)
	}
}

// listening is a connector in a room where nothing happens.
type listening struct{}

func (listening) Run(ctx context.Context, handler bot.RoomHandler) error {
	handler.Joined(bot.Capabilities{})
	<-ctx.Done()
	return context.Cause(ctx)
}

// TestErasureEndsTheStay: the session of a room in which nobody speaks is erased: the bot leaves within seconds, says why, and the
// host is told.
func TestErasureEndsTheStay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, asking, nil)
		notes := make(chan string, 9)
		room, err := room.New(room.Config{Connector: listening{}, Sink: s.j, Session: s.j.session, Watch: func(st room.Status) {
			if st.Note != "" {
				notes <- st.Note
			}
		}})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		attended := make(chan error, 1)
		go func() { attended <- s.attend(ctx, room) }()
		ended := make(chan models.EndReason, 1)
		go func() { why, _ := room.Run(ctx); ended <- why }()
		synctest.Wait() // the bot is in the room
		if err := s.store.Erase(t.Context(), models.Erasure{Kind: models.EraseSession, Target: "s1"}); err != nil {
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
	})
}

// TestErasureOfALiveSessionLeavesNobodyMuted: a session is erased while somebody is muted in its room for an hour. Nobody could end
// the mute afterwards, so it ends before the bot leaves.
func TestErasureOfALiveSessionLeavesNobodyMuted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, h := newScene(t, noRules, nil), &hands{joined: make(chan struct{}), muted: map[string]bool{}}
		attending, leave := context.WithCancelCause(t.Context())
		attended := make(chan struct{})
		room, err := room.New(room.Config{
			Connector: h, Sink: s.j, Session: s.j.session, Farewell: func(ctx context.Context, _ models.EndReason) {
				leave(restrict.ErrForGood)
				select {
				case <-attended:
				case <-ctx.Done():
					t.Error("the session's part did not end in time")
				}
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		go func() { defer close(attended); _ = s.attend(attending, room) }()
		ended := make(chan models.EndReason, 1)
		go func() { why, _ := room.Run(t.Context()); ended <- why }()
		<-h.joined
		time.Sleep(time.Second)
		if a, err := s.Act(t.Context(), hostAct("m", models.VerbMute, 3_600_000)); err != nil || a.State != models.ActionSeen {
			t.Fatal(a, err)
		}
		if err := s.store.Erase(t.Context(), models.Erasure{Kind: models.EraseSession, Target: "s1"}); err != nil {
			t.Fatal(err)
		}
		if why := <-ended; why != models.EndErased || h.isMuted("ana") {
			t.Errorf("the stay ended as %q; muted %v", why, h.isMuted("ana"))
		}
		<-attended
	})
}
