//go:build !race

package app

import (
	"context"
	"fmt"
	"log/slog"
	"testing"

	"earshot/cmd/earshot/bench"
	"earshot/cmd/earshot/playback"
	"earshot/models"
	"earshot/transcribe"
)

// Fault 19, with everything real: sixteen people speak at the same time, over WebRTC, to one decoder; then they stop. Partial text
// is given up, every line is stored, and in the end nothing waits.
func TestFault19SixteenAtOnce(t *testing.T) {
	if testing.Short() {
		t.Skip("talks for some seconds")
	}
	spoken, err := playback.Lines()
	if err != nil {
		t.Fatal(err)
	}
	parts := make([]playback.Speech, 16)
	for i := range parts {
		parts[i] = playback.Speech{Name: fmt.Sprint("Speaker ", i+1), Lines: []playback.Line{spoken[i%len(spoken)], spoken[(i+5)%len(spoken)]}}
		if parts[i].Recording, err = playback.Continuous(parts[i].Lines); err != nil {
			t.Fatal(err)
		}
	}
	s, l := openLoggedApp(t, slog.New(slog.DiscardHandler), testConfig(t, t.TempDir(), "EARSHOT_PARTIALS=500ms"))
	var session models.Session
	err = s.Run(t.Context(), l, func(ctx context.Context) (err error) {
		session, err = s.Play(ctx, l.Addr().String(), parts)
		if err == nil {
			err = s.text.Drain(ctx)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	us := lines(t, s, session.ID)
	seen, stored, late := map[models.Key]bool{}, map[string]int{}, []int64{}
	for _, u := range us {
		if seen[u.Key] || u.State != models.UtteranceOK {
			t.Errorf("%v: twice %v, %s", u.Key, seen[u.Key], u.State)
		}
		seen[u.Key] = true
		stored[u.SpeakerName]++
		late = append(late, u.LateMS)
	}
	for _, p := range parts {
		if stored[p.Name] < len(p.Lines) {
			t.Errorf("%s said %d lines, %d are stored", p.Name, len(p.Lines), stored[p.Name])
		}
	}
	st := s.text.Stats()
	t.Logf(
		"%d lines, half of them within %d ms, 95 of 100 within %d; %d partials shown, %d shed, rung %v", len(us),
		bench.Quantile(late, 0.5), bench.Quantile(late, 0.95), st.Partials, st.PartialsShed, st.Rung,
	)
	slow := st.Busy > st.Audio/5 // this machine, which has too much else to do
	if st.PartialsShed == 0 || st.Queued+st.Working != 0 || st.Failed != 0 || st.Rung > transcribe.RungSmallModel && !slow {
		t.Errorf("%+v", st)
	}
	if pending, err := s.Store.PendingKeys(t.Context()); err != nil || len(pending) != 0 {
		t.Errorf("%d clips still wait, %v", len(pending), err)
	}
}
