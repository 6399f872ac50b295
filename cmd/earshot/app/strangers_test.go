package app

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"earshot/bot/fleet"
	"earshot/bot/lounge"
	"earshot/bot/peer"
	"earshot/cmd/earshot/internal/programtest"
	"earshot/models/waittest"
)

// TestStrangersCannotFillTheLounge attacks a running service from one address: it takes every microphone of a room, opens event
// streams of the lounge and of the page, opens rooms, and sends offers whose candidates point elsewhere. Meanwhile pages are served,
// the bot joins and a host speaks.
func TestStrangersCannotFillTheLounge(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real parts")
	}
	t.Parallel() // it waits for what never connects, 30 s of them
	host, env := serveAlone(t)
	a := &stranger{t: t, base: "http://" + host}
	defer a.leave()
	// Somebody reads along in the lounge, so that it stays when the microphones, which never connect, are given up: on a busy machine
	// before the other attacks are over.
	if got := a.stream("/rooms/lounge/events"); got >= 300 {
		t.Fatalf("the first in the lounge: %d", got)
	}
	for _, attack := range []struct {
		what       string
		times, let int // how often it is tried, and how often it succeeds
		once       func(i int) int
	}{
		{"microphones", 80, 8, func(int) int { return a.post("/whip/lounge", someOffer("")) }},
		{"rooms", 98, 3, func(i int) int { return a.stream(fmt.Sprintf("/rooms/room-%d/events", i)) }}, // beside the lounge
		{"the lounge's events", 252, 28, func(int) int { return a.stream("/rooms/lounge/events") }},    // beside the rooms' and the first
		{"the page's events", 252, 64, func(int) int { return a.stream("/events") }},
	} {
		let, began := 0, time.Now()
		for i := range attack.times {
			if got := attack.once(i); got < 300 {
				let++
			} else if got != http.StatusTooManyRequests {
				t.Fatalf("%s: %d", attack.what, got)
			}
		}
		t.Logf("%s: %d tries, %d let in", attack.what, attack.times, let)
		// On a machine that is so busy, the first microphones have been given up, and others are let in.
		most := attack.let * (1 + int(time.Since(began)/lounge.ConnectWithin))
		if let < attack.let || let > most {
			t.Errorf("%s: %d of %d let in, want %d to %d", attack.what, let, attack.times, attack.let, most)
		}
		a.pagesAnswer(attack.what)
	}
	token := hostsToken(t, env)
	elsewhere, here := a.candidates(token)
	t.Logf("an offer with 900 candidates: %d packets to another address, %d to the one that asked", elsewhere, here)
	if elsewhere != 0 || here > 16*20 {
		t.Errorf("an offer had %d packets sent to another address and %d to the one that asked", elsewhere, here)
	}
	if out, code := programtest.Client(env, "invite", "lounge://"+host+"/lounge"); code != 0 {
		t.Fatalf("invite: %s", out)
	}
	waittest.Until(t, "the bot listens and the host speaks", func() bool { return botListens(t, a.base, token) })
	speakAsHost(t, a.base, token)
	a.pagesAnswer("all at once")
}

// TestBehindAProxyEachVisitorHasTheirOwnPlaces: the client's address counts, and a forged header does not.
func TestBehindAProxyEachVisitorHasTheirOwnPlaces(t *testing.T) {
	t.Parallel()
	host, _ := serveAlone(t, "EARSHOT_PROXIES=127.0.0.1")
	publish := func(forwarded string) int {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+host+"/whip/lounge", strings.NewReader(someOffer("")))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/sdp")
		req.Header.Set("X-Forwarded-For", forwarded)
		res, err := afresh().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		return res.StatusCode
	}
	began := time.Now()
	for range 8 {
		if got := publish("203.0.113.1"); got != http.StatusCreated {
			t.Fatalf("a visitor: %d", got)
		}
	}
	for forwarded, want := range map[string]int{
		"203.0.113.1": http.StatusTooManyRequests, "198.51.100.9, 203.0.113.1": http.StatusTooManyRequests, "203.0.113.2": http.StatusCreated,
	} {
		if got := publish(forwarded); got != want && time.Since(began) < lounge.ConnectWithin { // later the first have been given up
			t.Errorf("one more from %s: %d, want %d", forwarded, got, want)
		}
	}
}

// hostsToken asks the running service for the host token of its lounge.
func hostsToken(t *testing.T, env []string) string {
	t.Helper()
	out, _ := programtest.Client(env, "status", "--lounge-host")
	link, err := url.Parse(strings.TrimSpace(out))
	if err != nil {
		t.Fatalf("status --lounge-host: %q", out)
	}
	token, ok := strings.CutPrefix(link.Fragment, "host=")
	if !ok || link.Path != "/room/lounge" {
		t.Fatalf("status --lounge-host: %q", out)
	}
	return token
}

// serveAlone runs the service without anything configured.
func serveAlone(t *testing.T, settings ...string) (host string, env []string) {
	t.Helper()
	env = append(os.Environ(), "EARSHOT_DATA_DIR="+t.TempDir(), "EARSHOT_DECODERS=1", "EARSHOT_LOG_FORMAT=text")
	env = append(env, settings...)
	return programtest.Serve(t, env).Host, env
}

// stranger attacks from this address.
type stranger struct {
	t    *testing.T
	base string
	open []io.Closer
}

func (a *stranger) leave() {
	for _, c := range a.open {
		_ = c.Close()
	}
}

// afresh is a client that opens a connection for each request: the server may close one just when the next request is sent on it, and a
// POST is not sent again.
func afresh() *http.Client { return &http.Client{Transport: &http.Transport{DisableKeepAlives: true}} }

// stream opens an event stream on a connection of its own and keeps it open.
func (a *stranger) stream(path string) int {
	a.t.Helper()
	res, err := afresh().Get(a.base + path)
	if err != nil {
		a.t.Fatal(err)
	}
	if res.StatusCode != http.StatusOK {
		_ = res.Body.Close()
	} else {
		a.open = append(a.open, res.Body)
	}
	return res.StatusCode
}

func (a *stranger) post(path, offer string) int {
	a.t.Helper()
	res, err := afresh().Post(a.base+path, "application/sdp", strings.NewReader(offer))
	if err != nil {
		a.t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, res.Body)
	_ = res.Body.Close()
	return res.StatusCode
}

// pagesAnswer requests pages as another client.
func (a *stranger) pagesAnswer(when string) {
	a.t.Helper()
	for _, path := range []string{"/", "/queue", "/health", "/room/lounge", "/rooms/lounge", "/healthz"} {
		began := time.Now()
		if body, code := programtest.Get(a.t, a.base+path); code != http.StatusOK {
			a.t.Errorf("%s: %s: %d %.100s", when, path, code, body)
		}
		if took := time.Since(began); took > time.Minute {
			a.t.Errorf("%s: %s took %v", when, path, took)
		}
	}
}

// candidates offers 900 candidates to another address of this machine and to the one that asks, from a room's place that is
// free again, and counts the packets that come there until the lounge gives the session up.
func (a *stranger) candidates(token string) (elsewhere, here int64) {
	a.t.Helper()
	var counts [2]atomic.Int64
	var group sync.WaitGroup
	var sockets []net.PacketConn
	var lines strings.Builder
	for i, ip := range []string{"127.0.0.2", "127.0.0.1"} {
		s, err := net.ListenPacket("udp4", ip+":0")
		if err != nil {
			a.t.Fatal(err)
		}
		sockets = append(sockets, s)
		for j := range 450 {
			fmt.Fprintf(&lines, "a=candidate:%d 1 udp %d %s %d typ host\r\n", i+1, 2130706431-j, ip, s.LocalAddr().(*net.UDPAddr).Port)
		}
		group.Go(func() {
			for b := make([]byte, 2000); ; counts[i].Add(1) {
				if _, _, err := s.ReadFrom(b); err != nil {
					return
				}
			}
		})
	}
	waittest.Until(a.t, "a place is free", func() bool { return a.post("/whip/lounge", someOffer(lines.String())) == http.StatusCreated })
	waittest.Until(a.t, "the lounge has given the session up", func() bool {
		var state struct{ People []any }
		body, _ := firstEvent(a.t, a.base, "lounge", token)
		return json.Unmarshal([]byte(body), &state) == nil && len(state.People) == 0
	})
	for _, s := range sockets {
		_ = s.Close()
	}
	group.Wait()
	return counts[0].Load(), counts[1].Load()
}

// firstEvent is the state of a room, as a host is told.
func firstEvent(t *testing.T, base, room, token string) (string, int) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+"/rooms/"+room+"/events", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := afresh().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b := make([]byte, 64<<10)
	for n := 0; n < len(b); {
		k, err := res.Body.Read(b[n:])
		n += k
		if _, rest, ok := strings.Cut(string(b[:n]), "data: "); ok && strings.Contains(rest, "\n") {
			event, _, _ := strings.Cut(rest, "\n")
			return event, res.StatusCode
		}
		if err != nil {
			break
		}
	}
	return "", res.StatusCode
}

// botListens reports that the room shows the service's bot.
func botListens(t *testing.T, base, token string) bool {
	t.Helper()
	body, code := firstEvent(t, base, "lounge", token)
	var state lounge.Event
	if code != http.StatusOK || json.Unmarshal([]byte(body), &state) != nil {
		return false
	}
	for _, l := range state.Listeners {
		if l.Bot && l.Name == fleet.BotName {
			return true
		}
	}
	return false
}

// speakAsHost publishes with the token and is shown as the host.
func speakAsHost(t *testing.T, base, token string) {
	t.Helper()
	peers, err := peer.New(peer.Config{Loopback: true})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	seen := ""
	err = lounge.Publish(ctx, lounge.PublishConfig{
		BaseURL: base, Room: "lounge", Name: "Ana", Token: token, Peer: peers, Source: onePart(t, "Ana", 1).Recording.Source(),
		Ready: func(string) { seen, _ = firstEvent(t, base, "lounge", token); stop() },
	})
	if !strings.Contains(seen, `"name":"Ana","role":"host"`) {
		t.Errorf("the host is not in the room: %v, %.300s", err, seen)
	}
}

// someOffer is an offer that a browser could create, with candidates.
func someOffer(candidates string) string {
	return "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n" +
		"a=fingerprint:sha-256 " + strings.TrimSuffix(strings.Repeat("AB:", 32), ":") +
		"\r\na=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\n" +
		"m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=setup:actpass\r\na=rtcp-mux\r\na=rtpmap:111 opus/48000/2\r\n" +
		"a=sendonly\r\na=msid:a b\r\na=ssrc:1 cname:a\r\n" + candidates
}
