package stage

import (
	"errors"
	"io"
	"slices"
	"testing"
	"time"

	"earshot/bot"
	"earshot/bot/lounge"
)

// TestLinesAreTheScript: every line of the script has its own sound, and everybody of the play has a recording.
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
	cast, err := Cast()
	if err != nil || len(cast) != len(names) {
		t.Fatalf("a cast of %d for %v, %v", len(cast), names, err)
	}
	for i, v := range cast {
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
	tape, err := Record(lines[:3], func(time.Duration) time.Duration { return 800 * time.Millisecond })
	if err != nil {
		t.Fatal(err)
	}
	clips, err := tape.Hear()
	if err != nil || len(clips) != 3 {
		t.Fatalf("%d clips, %v", len(clips), err)
	}
	if end := time.Duration(clips[2].EndMS) * time.Millisecond; end > tape.Length+time.Second || end < tape.Length-2*time.Second {
		t.Errorf("the last ends at %v of %v", end, tape.Length)
	}
	source := tape.Source()
	for range tape.Frames {
		if _, err := source.Next(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := source.Next(); !errors.Is(err, io.EOF) {
		t.Errorf("after the last: %v", err)
	}
}

// TestCurtain: a voice is silent until every track was heard, and then says all it has, from its beginning.
func TestCurtain(t *testing.T) {
	t.Parallel()
	up := NewCurtain(nil, 2)
	voice := up.Behind(&tapeSource{frames: []lounge.Frame{{Opus: []byte("first")}, {Opus: []byte("second"), At: silentFrame}}})
	next := func() lounge.Frame {
		t.Helper()
		f, err := voice.Next()
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	ears := up.Ears(nothing{})
	one, two := ears.Track(bot.TrackInfo{Track: "one"}), ears.Track(bot.TrackInfo{Track: "two"})
	for range 3 { // two packets of one track are one track
		one.Packet(nil, 0)
		if f := next(); len(f.Opus) != 3 {
			t.Errorf("said %q behind the curtain", f.Opus)
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

// nothing is ears that listen to nothing.
type nothing struct{ bot.RoomHandler }

func (nothing) Track(bot.TrackInfo) bot.TrackSink { return nothing{} }
func (nothing) Packet([]byte, uint8)              {}
func (nothing) End()                              {}
