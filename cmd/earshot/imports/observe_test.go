package imports

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"earshot/models"
	"earshot/moderation/engine"
	"earshot/moderation/live"
)

const floorRules = `
schema: 1
rules:
  - id: r.turn
    about: a long turn
    when: {floor: {turn_over: 4s}}
    then: [{flag: {level: low}}]
  - id: r.loud
    about: a loud voice
    when: {heard: {loudness_above: -12dBFS, for: 2s}}
    then: [{flag: {level: low}}]
  - id: r.still
    about: nobody speaks
    when: {room: {silence: 20s}}
    then: [{flag: {level: low}}]
  - id: r.raid
    about: somebody comes and speaks
    when: {room: {joins: ">= 1", and_unmutes: ">= 2", within: 1m}}
    then: [{flag: {level: low}}]
`

func setOf(t *testing.T, text string) *engine.Set {
	t.Helper()
	path := filepath.Join(t.TempDir(), "rules.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	set, err := engine.Load(engine.LoadOptions{}, path)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// observed is what was observed of somebody who speaks for so many seconds from a time on.
func observed(fromMS int64, seconds int, level float64) (out []models.Observation) {
	for i := range int64(seconds) {
		v := models.Span{StartMS: fromMS + 1000*i, EndMS: fromMS + 1000*i + 1000}
		out = append(out, models.Observation{AtMS: v.EndMS, Sound: &models.Sound{Span: v, LevelDBFS: level}})
		out = append(out, models.Observation{AtMS: v.EndMS, Voiced: []models.Span{v}})
	}
	return out
}

// TestObserved: rules on the floor, the sound and the room judge a recording as they judge a room, once, also when its storing was cut
// short and begun again. Ben comes five seconds after Ana, speaks loudly, and then nobody speaks.
func TestObserved(t *testing.T) {
	db, dir := record(t), t.TempDir()
	d := talk(t, dir)
	d.Plan.Tracks[1].OffsetMS = 5000
	for track, e := range []end{
		{LengthMS: 45_000, Observed: observed(1000, 3, -25)}, {LengthMS: 12_000, Observed: observed(2000, 6, -6)},
	} {
		if err := d.journal.write(row{Track: track, End: &e}); err != nil {
			t.Fatal(err)
		}
	}
	terms := Terms{Room: "import:talk", Policy: live.Policy{Rules: setOf(t, floorRules)}, Log: slog.New(slog.DiscardHandler)}
	ctx, stop := context.WithCancelCause(t.Context())
	stopping := terms
	stopping.Log = slog.New(stopAtLine{slog.DiscardHandler, func() { stop(errors.New("cut short")) }})
	if err := d.Keep(ctx, db, stopping); err == nil {
		t.Fatal("it was not cut short")
	}
	if err := d.Keep(t.Context(), db, terms); err != nil {
		t.Fatal(err)
	}
	flags, err := db.Flags(t.Context(), "talk-1")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range flags {
		got = append(got, strings.TrimSpace(fmt.Sprintf("%d %s %s", f.EndMS/1000, f.Rule, f.SpeakerName)))
	}
	slices.Sort(got)
	// Ben's words begin at 7 s and end at 13 s: his turn is over 4 s from 12 s on, and nobody speaks for 20 s at 33 s.
	if want := []string{"12 r.turn Ben", "33 r.still", "7 r.raid", "9 r.loud Ben"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// stopAtLine calls stop when a line was stored.
type stopAtLine struct {
	slog.Handler
	stop func()
}

// Enabled implements slog.Handler.
func (h stopAtLine) Enabled(context.Context, slog.Level) bool { return true }

// Handle implements slog.Handler.
func (h stopAtLine) Handle(_ context.Context, r slog.Record) error {
	if r.Message == "line stored" {
		h.stop()
	}
	return nil
}

// TestAlone: a recording that another process imports is refused at once, and goes on from there once that has ended.
func TestAlone(t *testing.T) {
	db, dir := record(t), t.TempDir()
	d := talk(t, dir)
	_, err := openJournal(dir, "talk-1", "m")
	if err == nil || !strings.Contains(err.Error(), "another process is importing this recording") || models.Hint(err) == "" {
		t.Errorf("%v", err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := openJournal(dir, "talk-1", "m")
	if err != nil || len(again.lines) != 4 {
		t.Fatalf("%d lines, %v", len(again.lines), err)
	}
	d.journal = again
	terms := Terms{Log: slog.New(slog.DiscardHandler)}
	if err := d.Keep(t.Context(), db, terms); err != nil {
		t.Fatal(err)
	}
	// Whoever had looked before it was stored decodes it anew, and does not store it again.
	late := talk(t, dir)
	if err := late.Keep(t.Context(), db, terms); !errors.Is(err, models.ErrInvalid) {
		t.Errorf("%v", err)
	}
	if lines, err := db.Utterances(t.Context(), "talk-1"); err != nil || len(lines) != 4 {
		t.Errorf("%d lines, %v", len(lines), err)
	}
	if err := late.Close(); err != nil || InProgress(dir, late.Plan) {
		t.Errorf("its journal is still there, %v", err)
	}
}
