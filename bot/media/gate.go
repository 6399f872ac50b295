package media

import (
	"context"

	"earshot/bot/audio"
	"earshot/models"
)

// Recorder is what a session's recording offers to a pipeline.
type Recorder interface {
	Sink
	ConsentSink
	LossSink
	Observer
}

// Gate holds back a pipeline's output until it is opened, while another process still hears the room. Its methods may be called from any
// goroutine.
type Gate struct {
	opened chan struct{}
	to     Recorder
	cut    int64
}

// NewGate returns a closed gate.
func NewGate() *Gate { return &Gate{opened: make(chan struct{})} }

// Open passes on everything from a session time in ms, and drops what came before, which the other process stored. It may be called only
// once.
func (g *Gate) Open(to Recorder, cutMS int64) {
	g.to, g.cut = to, cutMS
	close(g.opened)
}

// wait waits for Open.
func (g *Gate) wait(ctx context.Context) error {
	select {
	case <-g.opened:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Clip implements Sink.
func (g *Gate) Clip(ctx context.Context, c models.Clip) error {
	if err := g.wait(ctx); err != nil || c.EndMS <= g.cut {
		return err
	}
	if c.StartMS < g.cut {
		if err := audio.From(&c, g.cut); err != nil {
			return err
		}
	}
	return g.to.Clip(ctx, c)
}

// Gap implements Sink.
func (g *Gate) Gap(ctx context.Context, x models.Gap) error {
	if err := g.wait(ctx); err != nil || x.EndMS <= g.cut {
		return err
	}
	if x.StartMS < g.cut {
		x.StartMS, x.LostMS = g.cut, min(x.LostMS, x.EndMS-g.cut)
	}
	return g.to.Gap(ctx, x)
}

// Speaker implements Sink.
func (g *Gate) Speaker(ctx context.Context, s models.Speaker) error {
	if err := g.wait(ctx); err != nil {
		return err
	}
	return g.to.Speaker(ctx, s)
}

// Consent implements ConsentSink.
func (g *Gate) Consent(ctx context.Context, c models.Consent) error {
	if err := g.wait(ctx); err != nil {
		return err
	}
	return g.to.Consent(ctx, c)
}

// Losses implements LossSink. Until the gate is opened it does nothing, because the other process stores what is held back.
func (g *Gate) Losses(session string, losses []models.Loss) error {
	select {
	case <-g.opened:
		return g.to.Losses(session, losses)
	default:
		return nil
	}
}

// Observe implements Observer. It passes on who is present in any case.
func (g *Gate) Observe(ctx context.Context, o models.Observation) {
	if g.wait(ctx) == nil && (o.AtMS >= g.cut || o.Event == models.RoomJoin) {
		g.to.Observe(ctx, o)
	}
}
