package media_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"earshot/bot"
	"earshot/bot/bottest"
	"earshot/bot/media"
	"earshot/models"
	"earshot/models/leaktest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// open returns the pipeline of a session that begins now.
func open(c media.Config) *media.Pipeline {
	began := time.Now()
	c.Session = models.Session{ID: "s1", Epoch: 1, Started: began}
	c.Now = func() time.Duration { return time.Since(began) }
	c.Log = slog.New(slog.DiscardHandler)
	return media.New(c)
}

// hear runs a pipeline while somebody says something on a track, and returns once all of it has been stored.
func hear(t *testing.T, p *media.Pipeline, say func(context.Context, bot.TrackSink)) error {
	t.Helper()
	delivered := make(chan error)
	go func() { delivered <- p.Deliver(t.Context()) }()
	sink := p.Track(bottest.Ana)
	say(t.Context(), sink)
	sink.End()
	p.Close()
	return <-delivered
}
