package livekit_test

import (
	"testing"
	"time"

	"earshot/bot/livekit"
)

// TestWhoCameAndWentDuringAResume: the signalling is away for some seconds, in which Ana leaves and Ben comes. Afterwards the
// bot knows of both.
func TestWhoCameAndWentDuringAResume(t *testing.T) {
	s := server(t, "")
	url := s.URL("room")
	ana := enter(t, livekit.PublishConfig{URL: url, Identity: "ana", Name: "Ana"})
	r := newRoom()
	c := connector(t, livekit.Config{URL: url})
	listen(t, c, r)
	r.until(t, "Ana", r.hears("ana"))
	mend := c.Cut()
	time.Sleep(time.Second)
	ana.leave()
	_ = ana.end(t)
	enter(t, livekit.PublishConfig{URL: url, Identity: "ben", Name: "Ben"})
	time.Sleep(time.Second)
	mend()
	r.until(t, "Ben is heard", r.hears("ben"))
	r.until(t, "Ana is gone", func() bool {
		_, there := r.people["ana"]
		return !there
	})
}
