package live

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"earshot/bot/room"
	"earshot/models"
	"earshot/models/store"
)

// goesOn makes another process continue the session.
func (s *scene) goesOn() models.Session {
	s.t.Helper()
	session, err := s.store.StartSession(s.t.Context(), models.Session{ID: "s1", Room: "r1"})
	if err != nil {
		s.t.Fatal(err)
	}
	return session
}

// TestAnotherProcessCarriesTheSessionOn: the bot leaves the room by itself, what it still hears is not stored, and what is pending
// stays pending for the other process.
func TestAnotherProcessCarriesTheSessionOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, asking, nil)
		room, err := room.New(room.Config{Connector: listening{}, Sink: s.j, Session: s.j.session})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		attended := make(chan error, 1)
		go func() { attended <- s.attend(ctx, room) }()
		ended := make(chan models.EndReason, 1)
		go func() { why, _ := room.Run(ctx); ended <- why }()
		time.Sleep(time.Second)
		s.say(s.line(9000, "the private matter"), nil)
		s.goesOn()
		late := s.line(9500, "too late")
		c := models.Clip{Key: late.Key, SpeakerID: "ana", StartMS: late.StartMS, EndMS: late.EndMS, Opus: []byte{1}}
		if err := s.j.Clip(t.Context(), c); err != nil {
			t.Errorf("a clip: %v: the room would try again for ever", err)
		}
		if why := <-ended; why != models.EndMoved {
			t.Errorf("the stay ended as %q", why)
		}
		cancel()
		if err := <-attended; err != nil {
			t.Error(err)
		}
		if _, err := s.store.Clip(t.Context(), c.Key); !errors.Is(err, models.ErrNotFound) {
			t.Errorf("the clip of a past epoch: %v", err)
		}
		ds, err := s.store.Decisions(t.Context(), "s1")
		if err != nil || len(ds) != 1 || ds[0].Ask != models.AskOpen {
			t.Errorf("what was asked: %+v, %v", ds, err)
		}
	})
}

// TestALineOfAPastEpoch: a line that was heard before another process continued the session, and decoded afterwards, is stored once.
func TestALineOfAPastEpoch(t *testing.T) {
	s := newScene(t, noRules, nil)
	u := s.line(1000, "said before")
	if err := s.store.PutClip(t.Context(), models.Clip{Key: u.Key, SpeakerID: "ana", StartMS: u.StartMS, EndMS: u.EndMS}); err != nil {
		t.Fatal(err)
	}
	session := s.goesOn()
	if err := s.Done(t.Context(), u); err != nil {
		t.Fatal(err)
	}
	if lines, err := s.store.Utterances(t.Context(), "s1"); err != nil || len(lines) != 1 {
		t.Errorf("%d lines, %v", len(lines), err)
	}
	on, err := s.Begin(t.Context(), session)
	if err != nil || on.session.Epoch != 2 {
		t.Fatal(err)
	}
	if err := s.j.store.PutGap(t.Context(), models.Gap{Session: "s1"}); !errors.Is(err, store.ErrFenced) {
		t.Errorf("a write under the epoch before: %v", err)
	}
	if err := on.Gap(t.Context(), models.Gap{Session: "s1", StartMS: 1, EndMS: 2, Cause: models.GapCut}); err != nil {
		t.Error(err)
	}
}
