package janus

import (
	"slices"
	"strings"
	"testing"
	"time"

	"earshot/bot/bottest"
	"earshot/bot/internal/relaytest"
	"earshot/bot/janus/janustest"
)

// away is the bot's way to a server, which a test may take away: its sound goes on.
func (s *server) away(t *testing.T, room string) (url string, w *relaytest.TCP) {
	t.Helper()
	w, err := relaytest.NewTCP(s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return strings.Replace(s.url(room), s.Addr(), w.Addr(), 1), w
}

// TestWhoCameAndWentWhileTheWebsocketWasAway: who came is heard afterwards, who left is gone, and who stayed is heard as
// before. When somebody left, the server's offer was lost with the news, and it makes no other before that is answered.
func TestWhoCameAndWentWhileTheWebsocketWasAway(t *testing.T) {
	for name, what := range map[string]struct{ comes, goes bool }{
		"one comes": {comes: true}, "one goes": {goes: true}, "one comes and one goes": {true, true}, "nothing happens": {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := start(t, janustest.Options{})
			s.speak(t, 1234, "Ana", says("Ana"), nil)
			ben := s.speak(t, 1234, "Ben", says("Ben"), nil)
			url, w := s.away(t, "room/1234")
			_, e, _ := s.visit(t, Config{URL: url, Log: bottest.Log()})
			e.until(t, "Ana and Ben", e.hears("Ana", "Ben"))
			began := time.Now()
			w.Stall(true)
			w.Cut()
			if what.goes {
				ben.end()
			}
			if what.comes {
				s.speak(t, 1234, "Cem", says("Cem"), nil)
			}
			comesBack(t, w, began)
			if what.comes {
				e.until(t, "Cem", e.hears("Cem"))
			}
			if what.goes {
				e.until(t, "that Ben is gone", func() bool { return e.has("left Ben") })
			} else {
				e.until(t, "Ben, still", e.hears("Ben"))
			}
			s.speak(t, 1234, "Dia", says("Dia"), nil) // news come again
			e.until(t, "Ana, still, and Dia", e.hears("Ana", "Dia"))
			e.onlyOwn(t, tags)
			e.mu.Lock()
			defer e.mu.Unlock()
			if n := strings.Count(strings.Join(e.said, "\n"), "joined"); n != 1 {
				t.Errorf("joined %d times: the session was not claimed but begun again", n)
			}
		})
	}
}

// comesBack lets the way to a server be open again. On a machine that is so busy that it was away for too long there is nothing to see: the
// session is over by then.
func comesBack(t *testing.T, w *relaytest.TCP, began time.Time) {
	t.Helper()
	w.Stall(false)
	if away := time.Since(began); away > claimWithin/2 {
		t.Skipf("the websocket was away for %v, and a session is claimed within %v", away, claimWithin)
	}
}

// hears reports whether people are heard from now on, each at least twenty packets.
func (e *listener) hears(names ...string) func() bool {
	before := map[string]int{}
	e.mu.Lock()
	for _, n := range names {
		before[n] = e.heard(n, tags[n])
	}
	e.mu.Unlock()
	return func() bool {
		for _, n := range names {
			if e.heard(n, tags[n]) < before[n]+20 {
				return false
			}
		}
		return true
	}
}

// TestWhoCameToAMixWhileTheWebsocketWasAway: an AudioBridge tells of them, too, and that they are talking.
func TestWhoCameToAMixWhileTheWebsocketWasAway(t *testing.T) {
	s := start(t, janustest.Options{})
	leave := s.recite(t, "bridge/5678", "Ana")
	url, w := s.away(t, "bridge/5678")
	_, e, _ := s.visit(t, Config{URL: url, Log: bottest.Log()})
	e.until(t, "Ana", func() bool {
		return e.has("speaker Ana") && slices.ContainsFunc(e.tracks, func(x *track) bool { return x.loud > 20 })
	})
	began := time.Now()
	w.Stall(true)
	w.Cut()
	leave()
	s.recite(t, "bridge/5678", "Ben")
	comesBack(t, w, began)
	e.until(t, "Ben", func() bool { return e.has("speaker Ben") && e.has("left Ana") })
}
