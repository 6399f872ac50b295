package lounge_test

import (
	"context"
	"net"
	"net/http"
	"testing"
	"time"

	"earshot/bot"
	"earshot/bot/lounge"
	"earshot/models"
)

// run serves a lounge on an address until stop is called; without grace its event streams just break.
func run(t *testing.T, addr string) (string, func()) {
	t.Helper()
	l, err := net.Listen("tcp4", addr)
	if err != nil {
		t.Fatal(err)
	}
	srv := lounge.New(lounge.Config{Peer: loopback()})
	web := &http.Server{Handler: srv}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{}, 2)
	go func() { _ = srv.Run(ctx); done <- struct{}{} }()
	go func() { _ = web.Serve(l); done <- struct{}{} }()
	return l.Addr().String(), func() { _ = web.Close(); cancel(); <-done; <-done }
}

// TestServerRestart: when the lounge dies and comes back after a second, the bot is back within 5 s, hears people again,
// and the time in between is a gap.
func TestServerRestart(t *testing.T) {
	addr, stop := run(t, "127.0.0.1:0")
	c, err := lounge.NewClient(lounge.ClientConfig{URL: "lounge://" + addr + "/lounge", Peer: factory(t)})
	if err != nil {
		t.Fatal(err)
	}
	s := store{make(chan models.Clip, 10), make(chan models.Gap, 10)}
	listening := make(chan struct{}, 10)
	room, err := bot.NewRoom(bot.Config{
		Session: models.Session{ID: "s", Epoch: 1, Started: time.Now()}, Connector: c, Sink: s,
		Watch: func(s bot.Status) {
			if s.State == bot.StateListening {
				listening <- struct{}{}
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan models.EndReason, 1)
	go func() { r, _ := room.Run(ctx); ended <- r }()
	<-listening
	stop()
	<-time.After(time.Second) // the outage itself
	_, stop = run(t, addr)
	defer stop()
	back := time.Now()
	select {
	case <-listening:
	case <-time.After(10 * time.Second):
		t.Fatal("the bot did not come back")
	}
	if took := time.Since(back); took > 5*time.Second {
		t.Errorf("the bot came back after %v, want at most 5 s", took)
	}
	if g := <-s.gaps; g.Cause != models.GapCut || g.LostMS < 900 || g.LostMS > 8000 {
		t.Errorf("gap %+v, want a cut of 1 to 8 s", g)
	}
	cancel()
	if r := <-ended; r != models.EndStopped {
		t.Errorf("ended as %q", r)
	}
}
