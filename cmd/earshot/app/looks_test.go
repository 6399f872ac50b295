package app

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"earshot/cmd/earshot/internal/programtest"
	"earshot/cmd/earshot/playback"
	"earshot/models"
)

// lookTwice flags two phrases of the demo's script; only one of the rules matches what was really said.
const lookTwice = `schema: 1
profile: twice
mode: suggest
rules:
  - id: profit
    when: {says: {phrase: "guaranteed profit"}}
    second_look: {must_agree: true}
    then:
      - flag: {level: high, title: "Profit"}
      - ask: {who: [host], offer: [warn, dismiss], expires: 45s}
`

// TestSecondLook decodes a flagged clip again, from its stored packets, and stores both texts with the verdict.
func TestSecondLook(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real parts")
	}
	t.Parallel()
	dir := t.TempDir()
	programtest.Write(t, filepath.Join(dir, "twice.yaml"), lookTwice)
	s, l := openTestAppWith(t, dir, "EARSHOT_RULES="+filepath.Join(dir, "twice.yaml"))
	lines, err := playback.Lines()
	if err != nil {
		t.Fatal(err)
	}
	recorded, err := playback.Continuous(lines)
	if err != nil {
		t.Fatal(err)
	}
	clips, err := recorded.Clips()
	if err != nil {
		t.Fatal(err)
	}
	err = s.Run(t.Context(), l, func(ctx context.Context) error {
		if _, err := s.Store.StartSession(ctx, models.Session{ID: "bench", Room: "r", Name: "r"}); err != nil {
			return err
		}
		session, err := s.Sessions.Session(ctx, "bench")
		if err != nil {
			return err
		}
		for _, c := range clips {
			c.SpeakerID, c.SpeakerName = "ben", "Ben"
			if err := session.Clip(ctx, c); err != nil {
				return err
			}
		}
		return s.text.Drain(ctx)
	})
	if err != nil {
		t.Fatal(err)
	}
	decisions, err := s.Store.Decisions(t.Context(), "bench")
	if err != nil || len(decisions) != 1 {
		t.Fatalf("%d decisions, %v", len(decisions), err)
	}
	d := decisions[0]
	if d.SecondLook == nil || !d.SecondLook.Agreed || d.SecondLook.Failed || !strings.Contains(d.SecondLook.Text, "guaranteed profit") {
		t.Errorf("second look %+v", d.SecondLook)
	}
	if d.Verdict != models.VerdictAsked || d.Ask != models.AskOpen {
		t.Errorf("verdict %q, ask %q: %s", d.Verdict, d.Ask, d.Why)
	}
}
