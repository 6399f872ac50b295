package media

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"earshot/models"
)

// notes is a Recorder that records its calls.
type notes struct {
	gaps     []models.Gap
	clips    []models.Clip
	observed []models.Observation
	people   int
}

func (n *notes) Clip(_ context.Context, c models.Clip) error {
	n.clips = append(n.clips, c)
	return nil
}

func (n *notes) Gap(_ context.Context, g models.Gap) error       { n.gaps = append(n.gaps, g); return nil }
func (n *notes) Speaker(context.Context, models.Speaker) error   { n.people++; return nil }
func (n *notes) Consent(context.Context, models.Consent) error   { return nil }
func (n *notes) Losses(string, []models.Loss) error              { return nil }
func (n *notes) Observe(_ context.Context, o models.Observation) { n.observed = append(n.observed, o) }

// TestGate: nothing passes before the gate is opened, and afterwards only what was heard since the cut.
func TestGate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, to := NewGate(), &notes{}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := g.Gap(ctx, models.Gap{EndMS: 1}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("through a closed gate: %v", err)
		}
		if err := g.Losses("s", nil); err != nil {
			t.Error(err)
		}
		go func() { time.Sleep(time.Minute); g.Open(to, 1000) }()
		all := []error{
			g.Speaker(t.Context(), models.Speaker{ID: "ana"}),
			g.Gap(t.Context(), models.Gap{StartMS: 200, EndMS: 1000, LostMS: 800}),
			g.Gap(t.Context(), models.Gap{StartMS: 900, EndMS: 1200, LostMS: 300}),
			g.Clip(t.Context(), models.Clip{StartMS: 100, EndMS: 900}),
			g.Clip(t.Context(), models.Clip{StartMS: 1000, EndMS: 1900}),
			g.Consent(t.Context(), models.Consent{}), g.Losses("s", nil),
		}
		g.Observe(t.Context(), models.Observation{AtMS: 500})
		g.Observe(t.Context(), models.Observation{AtMS: 500, Event: models.RoomJoin})
		g.Observe(t.Context(), models.Observation{AtMS: 1500})
		if err := errors.Join(all...); err != nil {
			t.Error(err)
		}
		if len(to.gaps) != 1 || to.gaps[0].StartMS != 1000 || to.gaps[0].LostMS != 200 {
			t.Errorf("gaps %+v", to.gaps)
		}
		if len(to.clips) != 1 || to.clips[0].StartMS != 1000 || to.people != 1 || len(to.observed) != 2 {
			t.Errorf("clips %+v, %d people, observed %+v", to.clips, to.people, to.observed)
		}
	})
}
