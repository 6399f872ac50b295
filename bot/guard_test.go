package bot_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"earshot/bot"
	"earshot/models"
)

// TestMuteIsKept: who undoes a mute before its time is muted again, and the third time moved to the audience; after its
// time nothing is done.
func TestMuteIsKept(t *testing.T) {
	for _, stubborn := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			p, h := &puppet{}, &host{began: time.Now()}
			can := everything
			can.SelfUnmute = true
			p.play = []func(context.Context, bot.Ears) error{func(ctx context.Context, ears bot.Ears) error {
				ears.Joined(can)
				ears.Speaker(models.Speaker{ID: "ana", Name: "Ana"})
				return stay(ctx)
			}}
			r := room(t, bot.Config{Connector: p, Sink: &notebook{}, Watch: h.watch})
			ended := make(chan struct{})
			go func() { defer close(ended); _, _ = r.Run(ctx) }()
			time.Sleep(time.Second)
			r.Act(ctx, models.Action{Verb: models.VerbMute, TargetID: "ana", ForMS: 60_000}, bot.ActOptions{})
			undo := func() {
				p.mu.Lock()
				defer p.mu.Unlock()
				p.force[models.VerbMute] = false
			}
			want := []models.Verb{models.VerbMute}
			if stubborn {
				for range 4 {
					time.Sleep(10 * time.Second)
					undo()
				}
				want = append(want, models.VerbMute, models.VerbMute, models.VerbToAudience)
			} else {
				time.Sleep(65 * time.Second)
				undo()
				time.Sleep(20 * time.Second)
			}
			time.Sleep(20 * time.Second)
			if got := p.verbs(); !slices.Equal(got, want) {
				t.Errorf("orders %v, want %v", got, want)
			}
			h.mu.Lock()
			if n := len(h.notes); n != len(want)-1 || n > 0 && !strings.Contains(h.notes[n-1], "Ana undid the mute again and again") {
				t.Errorf("notes %q", h.notes)
			}
			h.mu.Unlock()
			cancel()
			<-ended
		})
	}
}
