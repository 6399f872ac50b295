package playback

import (
	"errors"
	"io"
	"slices"
	"testing"
	"time"

	"earshot/bot"
	"earshot/bot/lounge"
)

// TestLinesAreTheScript: every line of the script has its own sound, and everybody in it has a recording.
func TestLinesAreTheScript(t *testing.T) {
	t.Parallel()
	script, err := Script()
	if err != nil {
		t.Fatal(err)
	}
	lines, err := Lines()
	if err != nil || len(lines) != len(script) {
		t.Fatalf("%d lines of %d, %v", len(lines), len(script), err)
	}
	var names []string
	for i, l := range lines {
		if l.Text != script[i].Text || len(l.PCM) < 24000 {
			t.Errorf("line %d is %q with %d samples, want %q", i, l.Text, len(l.PCM), script[i].Text)
		}
		if !slices.Contains(names, script[i].Speaker) {
			names = append(names, script[i].Speaker)
		}
	}
	voices, err := Voices()
	if err != nil || len(voices) != len(names) {
		t.Fatalf("a voices of %d for %v, %v", len(voices), names, err)
	}
	for i, v := range voices {
		if v.Name != names[i] {
			t.Errorf("%s comes as number %d, want %s", v.Name, i, names[i])
		}
	}
}

// TestTapeIsHeardAsItsLines: what was recorded comes out of a bot's track as as many clips, in time.
func TestTapeIsHeardAsItsLines(t *testing.T) {
	t.Parallel()
	lines, err := Lines()
	if err != nil {
		t.Fatal(err)
	}
	spoken, err := Record(lines[:3], func(time.Duration) time.Duration { return 800 * time.Millisecond })
	if err != nil {
		t.Fatal(err)
	}
	clips, err := spoken.Clips()
	if err != nil || len(clips) != 3 {
		t.Fatalf("%d clips, %v", len(clips), err)
	}
	if end := time.Duration(clips[2].EndMS) * time.Millisecond; end > spoken.Length+time.Second || end < spoken.Length-2*time.Second {
		t.Errorf("the last ends at %v of %v", end, spoken.Length)
	}
	source := spoken.Source()
	for range spoken.Frames {
		if _, err := source.Next(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := source.Next(); !errors.Is(err, io.EOF) {
		t.Errorf("after the last: %v", err)
	}
}

// TestBarrier: a voice is silent until every track was heard, and then says all it has, from its beginning.
func TestBarrier(t *testing.T) {
	t.Parallel()
	barrier := NewBarrier(nil, 2)
	voice := barrier.Hold(&source{frames: []lounge.Frame{{Opus: []byte("first")}, {Opus: []byte("second"), At: silentFrame}}})
	next := func() lounge.Frame {
		t.Helper()
		f, err := voice.Next()
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	handler := barrier.Handler(nothing{})
	one, two := handler.Track(bot.TrackInfo{Track: "one"}), handler.Track(bot.TrackInfo{Track: "two"})
	for range 3 { // two packets of one track are one track
		one.Packet(nil, 0)
		if f := next(); len(f.Opus) != 3 {
			t.Errorf("said %q behind the barrier", f.Opus)
		}
	}
	two.Packet(nil, 0)
	for i, want := range []string{"first", "second"} {
		if f := next(); string(f.Opus) != want || f.At != time.Duration(3+i)*silentFrame {
			t.Errorf("said %q at %v, want %q", f.Opus, f.At, want)
		}
	}
	if _, err := voice.Next(); !errors.Is(err, io.EOF) {
		t.Errorf("after the last: %v", err)
	}
}

// TestSilenceAfter: after its last words a voice is silent until it may leave, and its turn has ended before that is told.
func TestSilenceAfter(t *testing.T) {
	t.Parallel()
	var ended []time.Duration // the last frame before each call
	var at time.Duration
	enough := make(chan struct{})
	voice := SilenceAfter(&source{frames: []lounge.Frame{{Opus: []byte("first")}, {Opus: []byte("second"), At: silentFrame}}},
		func() { ended = append(ended, at) }, enough)
	for i := range 500 {
		f, err := voice.Next()
		if err != nil || f.At != time.Duration(i)*silentFrame || (len(f.Opus) == 3) != (i >= 2) {
			t.Fatalf("frame %d: %q at %v, %v", i, f.Opus, f.At, err)
		}
		at = f.At
	}
	if len(ended) != 1 || ended[0] < endOfTurn || ended[0] > endOfTurn+time.Second {
		t.Errorf("ended: %v", ended)
	}
	close(enough)
	if _, err := voice.Next(); !errors.Is(err, io.EOF) {
		t.Errorf("when it may leave: %v", err)
	}
}

// TestBarrierPassesOnEvents: whatever a handler receives, it also receives behind a barrier.
func TestBarrierPassesOnEvents(t *testing.T) {
	t.Parallel()
	got := &everything{}
	to := NewBarrier(nil, 1).Handler(got)
	to.(bot.ChatHandler).Said("ana", "/optout")
	to.(bot.CrowdHandler).Crowded(20)
	to.(bot.AsideHandler).Aside(2)
	to.(bot.BreakHandler).Broke(time.Second)
	if want := []any{"ana", "/optout", 20, 2, time.Second}; !slices.Equal(got.events, want) {
		t.Errorf("%v, want %v", got.events, want)
	}
	plain := NewBarrier(nil, 1).Handler(nothing{})
	plain.(bot.ChatHandler).Said("ana", "/optout") // of no interest to it
}

// everything implements the optional interfaces of a handler.
type everything struct {
	nothing
	events []any
}

func (e *everything) Said(speakerID, text string) { e.events = append(e.events, speakerID, text) }
func (e *everything) Crowded(open int)            { e.events = append(e.events, open) }
func (e *everything) Aside(people int)            { e.events = append(e.events, people) }
func (e *everything) Broke(d time.Duration)       { e.events = append(e.events, d) }

// nothing is a handler that ignores everything.
type nothing struct{ bot.RoomHandler }

func (nothing) Track(bot.TrackInfo) bot.TrackSink { return nothing{} }
func (nothing) Packet([]byte, uint8)              {}
func (nothing) End()                              {}
