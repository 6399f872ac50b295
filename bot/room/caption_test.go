package room_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"earshot/bot"
	"earshot/bot/bottest"
	"earshot/bot/room"
)

// screen is a room that shows captions.
type screen struct {
	*script
	err  error
	slow time.Duration

	mu    sync.Mutex
	shown []string
}

// lines returns what has been shown so far.
func (s *screen) lines() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.shown)
}

func (s *screen) Caption(ctx context.Context, c bot.Caption) error {
	if s.err != nil {
		return s.err
	}
	bottest.Pause(ctx, s.slow)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shown = append(s.shown, fmt.Sprintf("%s %v %s", c.Line, c.Final, c.Text))
	return nil
}

func caption(line, text string, final bool) bot.Caption {
	return bot.Caption{Line: line, SpeakerID: "ana", SpeakerName: "Ana", Text: text, Final: final}
}

// inRoom runs a room while meanwhile runs, and returns what the host was told.
func inRoom(t *testing.T, c bot.Connector, meanwhile func(ctx context.Context, r *room.Room)) (notes []string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r := newRoom(t, room.Config{Connector: c, Sink: &bottest.MemorySink{}, Captions: true, Watch: func(s room.Status) {
		if s.Note != "" {
			notes = append(notes, s.Note)
		}
	}})
	ended := make(chan error, 1)
	go func() { _, err := r.Run(ctx); ended <- err }()
	synctest.Wait()
	meanwhile(ctx, r)
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	return notes
}

func joining() *script {
	return playing(func(ctx context.Context, handler bot.RoomHandler) error {
		handler.Joined(bot.Capabilities{})
		return stay(ctx)
	})
}

// TestCaptions: final lines come before preliminary ones, the latest text of a line replaces earlier ones, and the rate is limited. What
// was never shown is not cleared, and preliminary text never follows the final text.
func TestCaptions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &screen{script: joining(), slow: 50 * time.Millisecond}
		inRoom(t, s, func(_ context.Context, r *room.Room) {
			began := time.Now()
			r.Caption(caption("a", "guess", false))
			synctest.Wait() // it is being sent
			r.Caption(caption("b", "gu", false))
			r.Caption(caption("b", "gue", false))
			r.Caption(caption("c", "", true)) // nothing was said
			r.Caption(caption("a", "final", true))
			r.Caption(caption("a", "late", false))
			time.Sleep(2 * time.Second)
			want := []string{"a false guess", "a true final", "b false gue"}
			if got := s.lines(); !slices.Equal(got, want) {
				t.Errorf("%q, want %q", got, want)
			}
			for i := range 50 {
				r.Caption(caption(fmt.Sprint("n", i), "line", true))
			}
			time.Sleep(3 * time.Second)
			if n := len(s.lines()); n < 15 || n > 25 {
				t.Errorf("%d captions in %v", n, time.Since(began))
			}
			time.Sleep(time.Minute)
			if n := len(s.lines()); n > 3+100 || !slices.Contains(s.lines(), "n49 true line") {
				t.Errorf("%d captions at last", n)
			}
		})
	})
}

// TestNoCaptionsOfWhoObjects: from an objection on, nothing of a person is shown, and preliminary text is cleared.
func TestNoCaptionsOfWhoObjects(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &screen{script: joining()}
		inRoom(t, s, func(ctx context.Context, r *room.Room) {
			r.Caption(caption("a", "guess", false))
			time.Sleep(time.Second)
			r.Object(ctx, "ana", true)
			r.Caption(caption("a", "what ana said", true))
			r.Caption(caption("b", "what ana said", true))
			time.Sleep(time.Second)
			r.Object(ctx, "ana", false)
			r.Caption(caption("c", "again", true))
			time.Sleep(time.Second)
		})
		if want := []string{"a false guess", "a true ", "c true again"}; !slices.Equal(s.shown, want) {
			t.Errorf("%q, want %q", s.shown, want)
		}
	})
}

// TestCaptionsComeInTimeOrNot: a caption that has waited for ten seconds is not shown.
func TestCaptionsComeInTimeOrNot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &screen{script: joining(), slow: 4 * time.Second}
		inRoom(t, s, func(_ context.Context, r *room.Room) {
			for i := range 10 {
				r.Caption(caption(fmt.Sprint("n", i), "line", true))
			}
			time.Sleep(time.Minute)
		})
		if want := []string{"n0 true line", "n1 true line", "n2 true line"}; !slices.Equal(s.shown, want) {
			t.Errorf("%q, want %q", s.shown, want)
		}
	})
}

// TestNoPlaceForCaptions: if captions can't be shown, the host is told once.
func TestNoPlaceForCaptions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, c := range []bot.Connector{joining(), &screen{script: joining(), err: bot.Refuse("no place", nil)}} {
			notes := inRoom(t, c, func(_ context.Context, r *room.Room) {
				for i := range 3 {
					r.Caption(caption(fmt.Sprint(i), "line", true))
					time.Sleep(time.Second)
				}
			})
			if len(notes) != 1 || !strings.Contains(notes[0], "captions are not shown here: ") || !strings.Contains(notes[0], "no place") &&
				!strings.Contains(notes[0], "has no place") {
				t.Errorf("the host is told %q", notes)
			}
		}
	})
}
