package livekit_test

import (
	"strings"
	"testing"

	"earshot/bot/internal/relaytest"
	"earshot/bot/livekit"
)

// TestWhoCameAndWentDuringAResume: the signalling is away for some seconds, in which Ana leaves and Ben comes. Afterwards the
// bot knows of both.
func TestWhoCameAndWentDuringAResume(t *testing.T) {
	s := server(t, "")
	url := s.URL("room")
	ana := enter(t, livekit.PublishConfig{URL: url, Identity: "ana", Name: "Ana"})
	r := newRoom()
	p, err := relaytest.NewTCP(s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	c := connector(t, livekit.Config{URL: strings.Replace(url, s.Addr(), p.Addr(), 1)})
	listen(t, c, r)
	r.until(t, "Ana", r.hears("ana"))
	p.Stall(true)
	p.Cut()
	ana.leave()
	_ = ana.end(t)
	enter(t, livekit.PublishConfig{URL: url, Identity: "ben", Name: "Ben"})
	p.Stall(false)
	r.until(t, "Ben is heard", r.hears("ben"))
	r.until(t, "Ana is gone", func() bool {
		_, there := r.people["ana"]
		return !there
	})
}
