package livekit_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	lk "github.com/livekit/protocol/livekit"
	"github.com/twitchtv/twirp"

	"earshot/bot"
	"earshot/bot/livekit"
	"earshot/bot/livekit/localserver"
	"earshot/bot/peer"
	"earshot/models"
)

// admin calls the server's RoomService as its owner.
func admin(t *testing.T, s *localserver.Server, room string) (context.Context, lk.RoomService) {
	t.Helper()
	token, err := keys.Sign(livekit.Claims{Video: &livekit.Grant{Room: room, RoomAdmin: true, RoomCreate: true, RoomList: true}}, time.Now(), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	ctx, err := twirp.WithHTTPRequestHeaders(t.Context(), http.Header{"Authorization": {"Bearer " + token}})
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	return ctx, lk.NewRoomServiceProtobufClient("http"+strings.TrimSuffix(strings.TrimPrefix(s.URL(""), "livekit"), "/"), client)
}

func deleteRoom(name string) *lk.DeleteRoomRequest { return &lk.DeleteRoomRequest{Room: name} }

// countLog counts the lines of the server's log that hold a text.
func countLog(t *testing.T, s *localserver.Server, text string) int {
	t.Helper()
	b, err := os.ReadFile(s.Log())
	if err != nil {
		t.Fatal(err)
	}
	return strings.Count(string(b), text)
}

// reason waits for the end of a stay and says why it ended.
func reason(t *testing.T, stop func() error) (models.EndReason, bool) {
	t.Helper()
	err := stop()
	var end *bot.EndError
	if !errors.As(err, &end) {
		t.Fatalf("Run = %v, which names no reason", err)
	}
	return end.Reason, end.Retry
}

// TestEnds: another client with the bot's identity, a moderator, and the room's end each end the stay for good, with the
// reason.
func TestEnds(t *testing.T) {
	s := server(t, "")
	for _, tt := range []struct {
		want models.EndReason
		do   func(t *testing.T, url string)
	}{
		{models.EndReplaced, func(t *testing.T, url string) { enter(t, livekit.PublishConfig{URL: url, Identity: "earshot"}) }},
		{models.EndRemoved, func(t *testing.T, _ string) {
			ctx, service := admin(t, s, "x")
			if _, err := service.RemoveParticipant(ctx, &lk.RoomParticipantIdentity{Room: "x", Identity: "earshot"}); err != nil {
				t.Fatal(err)
			}
		}},
		{models.EndRoomClosed, func(t *testing.T, _ string) {
			ctx, service := admin(t, s, "x")
			if _, err := service.DeleteRoom(ctx, deleteRoom("x")); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		t.Run(string(tt.want), func(t *testing.T) {
			enter(t, livekit.PublishConfig{URL: s.URL("x"), Identity: "ana"})
			stop := listen(t, connector(t, livekit.Config{URL: s.URL("x")}), newRoom())
			tt.do(t, s.URL("x"))
			if got, again := reason(t, stop); got != tt.want || again {
				t.Errorf("ended as %s, again %v", got, again)
			}
		})
	}
}

// TestRefusedTokens: tokens that cannot work are refused with a reason and advice, and no word of the token.
func TestRefusedTokens(t *testing.T) {
	s := server(t, "")
	yes := true
	join := livekit.Claims{Identity: "ear", Video: &livekit.Grant{Room: "x", RoomJoin: true, CanSubscribe: &yes}}
	sign := func(c livekit.Credentials, claims livekit.Claims, at time.Time) livekit.Credentials {
		token, err := c.Sign(claims, at, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		return livekit.Credentials{Token: token}
	}
	deaf := join
	deaf.Video = &livekit.Grant{Room: "x", RoomJoin: true, CanSubscribe: new(bool)}
	for name, tt := range map[string]struct {
		auth livekit.Credentials
		want models.EndReason
	}{
		"expired":      {sign(keys, join, time.Now().Add(-time.Hour)), models.EndFailedAuth},
		"other secret": {sign(livekit.Credentials{Key: localserver.Key, Secret: "wrong"}, join, time.Now()), models.EndFailedAuth},
		"unknown key":  {livekit.Credentials{Key: "nobody", Secret: "wrong"}, models.EndFailedAuth},
		"deaf":         {sign(keys, deaf, time.Now()), models.EndDenied},
	} {
		t.Run(name, func(t *testing.T) {
			err := connector(t, livekit.Config{URL: s.URL("x"), Auth: tt.auth}).Run(t.Context(), newRoom())
			var end *bot.EndError
			if !errors.As(err, &end) || end.Reason != tt.want || end.Retry || models.Hint(err) == "" {
				t.Errorf("Run = %v, hint %q", err, models.Hint(err))
			}
			if tt.auth.Token != "" && strings.Contains(err.Error(), tt.auth.Token[:20]) {
				t.Errorf("the error tells the token: %v", err)
			}
		})
	}
}

// TestTokenIsRenewed: the server renews a ready token for whoever uses it, so that it serves for a later join.
func TestTokenIsRenewed(t *testing.T) {
	s := server(t, "")
	yes := true
	token, err := keys.Sign(livekit.Claims{Identity: "ear", Video: &livekit.Grant{Room: "x", RoomJoin: true, CanSubscribe: &yes}}, time.Now(), 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	c := connector(t, livekit.Config{URL: s.URL("x"), Auth: livekit.Credentials{Token: token}})
	listen(t, c, newRoom())
	wait(t, "the newer token", func() bool { return c.Token() != token })
	if later := livekit.Expires(c.Token()) - livekit.Expires(token); later < 60 {
		t.Errorf("it lasts %d s longer", later)
	}
	if _, err := livekit.New(livekit.Config{URL: s.URL("x"), Auth: livekit.Credentials{Token: c.Token()}, Peer: factory(t)}); err != nil {
		t.Errorf("the newer token: %v", err)
	}
}

// TestHidden: the bot is in the list of participants, as an agent, with the recording sign; only when told so it hides.
func TestHidden(t *testing.T) {
	s := server(t, "")
	for _, hidden := range []bool{false, true} {
		enter(t, livekit.PublishConfig{URL: s.URL("x"), Identity: "ana"})
		r := newRoom()
		listen(t, connector(t, livekit.Config{URL: s.URL("x"), Hidden: hidden, Identity: "ear", Name: "Ear"}), r)
		r.until(t, "Ana's sound", r.hears("ana"))
		ctx, service := admin(t, s, "x")
		me, err := service.GetParticipant(ctx, &lk.RoomParticipantIdentity{Room: "x", Identity: "ear"})
		if err != nil {
			t.Fatal(err)
		}
		if me.GetKind() != lk.ParticipantInfo_AGENT || me.GetPermission().GetHidden() != hidden || me.GetName() != "Ear" || me.GetPermission().GetCanPublish() {
			t.Errorf("hidden %v: the server sees %v", hidden, me)
		}
		rooms, err := service.ListRooms(ctx, &lk.ListRoomsRequest{Names: []string{"x"}})
		if err != nil || len(rooms.GetRooms()) != 1 || !rooms.GetRooms()[0].GetActiveRecording() {
			t.Errorf("hidden %v: the room shows no recording sign: %v, %v", hidden, rooms, err)
		}
	}
}

// TestNoPath: signalling without a way for the media is failed:ice, in time.
func TestNoPath(t *testing.T) {
	t.Parallel()
	s := server(t, "")
	f, err := peer.New(peer.Config{Loopback: true, IPFilter: func(net.IP) bool { return false }})
	if err != nil {
		t.Fatal(err)
	}
	c, err := livekit.New(livekit.Config{URL: s.URL("x"), Auth: keys, Peer: f})
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	err = c.Run(t.Context(), newRoom())
	var end *bot.EndError
	if !errors.As(err, &end) || end.Reason != models.EndFailedICE || !end.Retry || models.Hint(err) == "" || time.Since(began) > 20*time.Second {
		t.Errorf("Run = %v after %v", err, time.Since(began))
	}
}

// TestServerKilled: the server is killed and comes back on the same port after a second, or half a minute: the bot is back
// within 5 s, what was said before is stored, and the time in between is a gap.
func TestServerKilled(t *testing.T) {
	away := time.Second
	if everything {
		away = 30 * time.Second
	}
	s := server(t, "")
	enter(t, livekit.PublishConfig{URL: s.URL("x"), Identity: "ana"})
	n := &notebook{}
	joined := make(chan struct{}, 8)
	b, err := bot.NewRoom(bot.Config{
		Room: models.Room{ID: "x"}, Session: models.Session{ID: "s", Epoch: 1}, Connector: connector(t, livekit.Config{URL: s.URL("x")}), Sink: n, Log: log(t),
		Watch: func(s bot.Status) {
			if s.State == bot.StateListening && s.Note == "" {
				joined <- struct{}{}
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan models.EndReason, 1)
	go func() { reason, _ := b.Run(ctx); ended <- reason }()
	<-joined
	wait(t, "a clip of Ana", func() bool { return n.count("ana") > 0 })
	s.Kill()
	time.Sleep(away)
	if err := s.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	back := time.Now()
	<-joined
	if took := time.Since(back); took > 5*time.Second {
		t.Errorf("back after %v", took)
	}
	enter(t, livekit.PublishConfig{URL: s.URL("x"), Identity: "bo"})
	wait(t, "a clip of Bo", func() bool { return n.count("bo") > 0 })
	cancel()
	if reason := <-ended; reason != models.EndStopped {
		t.Errorf("ended as %s", reason)
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if len(n.gaps) != 1 || n.gaps[0].Cause != models.GapCut || n.gaps[0].LostMS < away.Milliseconds() || n.gaps[0].LostMS > away.Milliseconds()+6000 {
		t.Errorf("gaps %+v", n.gaps)
	}
}

// notebook is a sink that keeps who was heard, and the gaps.
type notebook struct {
	mu    sync.Mutex
	clips map[string]int
	gaps  []models.Gap
}

func (n *notebook) Clip(_ context.Context, c models.Clip) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.clips == nil {
		n.clips = map[string]int{}
	}
	n.clips[c.SpeakerID]++
	return nil
}

func (n *notebook) Gap(_ context.Context, g models.Gap) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.gaps = append(n.gaps, g)
	return nil
}

func (n *notebook) Speaker(context.Context, models.Speaker) error { return nil }

func (n *notebook) count(id string) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.clips[id]
}

// supervise runs a connector again and again, as bot.Room does.
func supervise(t *testing.T, c *livekit.Connector, r *room) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	group.Go(func() {
		for ctx.Err() == nil {
			err := c.Run(ctx, r)
			var end *bot.EndError
			if errors.As(err, &end) && !end.Retry {
				t.Errorf("ended for good: %v", err)
				return
			}
			select {
			case <-ctx.Done():
			case <-time.After(500 * time.Millisecond):
			}
		}
	})
	stop = func() { cancel(); group.Wait() }
	t.Cleanup(stop)
	return stop
}

// TestResume: when the signalling breaks the sound goes on, and the signalling is taken up again: no second join.
func TestResume(t *testing.T) {
	s := server(t, "")
	ana := enter(t, livekit.PublishConfig{URL: s.URL("x"), Identity: "ana"})
	p := relay(t, s.Port)
	r := newRoom()
	c := connector(t, livekit.Config{URL: strings.Replace(s.URL("x"), s.Addr(), p.addr(), 1)})
	listen(t, c, r)
	r.until(t, "Ana's sound", r.hears("ana"))
	do(t, c, bot.Order{Verb: models.VerbMessage, Text: "before"})
	from := r.packets("ana")
	began := time.Now()
	p.cut()
	enter(t, livekit.PublishConfig{URL: s.URL("x"), Identity: "bo"})
	r.until(t, "Bo's sound", r.hears("bo")) // signalling is needed for this
	took := time.Since(began)
	if got, want := r.packets("ana")-from, int(took/(20*time.Millisecond)); got < want/4 { // none come when the sound breaks; fewer when the machine is busy
		t.Errorf("%d packets of Ana in %v, of about %d", got, took, want)
	}
	do(t, c, bot.Order{Verb: models.VerbMessage, Text: "after"})
	wait(t, "both lines", func() bool { return len(ana.lines()) == 2 && strings.HasPrefix(ana.lines()[1], "earshot ") })
	ana.leave()
	r.until(t, "Ana's leaving", func() bool { _, there := r.people["ana"]; return !there })
	r.note(func() {
		if r.joins != 1 || r.opened != 2 {
			t.Errorf("%d joins and %d tracks, want 1 and 2", r.joins, r.opened)
		}
	})
}

// proxy passes TCP connections on to a port of this machine, and can break them all.
type proxy struct {
	l       net.Listener
	mu      sync.Mutex
	conns   []net.Conn
	stalled atomic.Bool
}

// stall stops passing anything on, and goes on with what was held up.
func (p *proxy) stall(on bool) { p.stalled.Store(on) }

// pass copies until one side ends.
func (p *proxy) pass(to, from net.Conn) {
	defer to.Close()
	b := make([]byte, 32<<10)
	for {
		n, err := from.Read(b)
		for p.stalled.Load() {
			time.Sleep(5 * time.Millisecond)
		}
		if err != nil {
			return
		}
		if _, err := to.Write(b[:n]); err != nil {
			return
		}
	}
}

func relay(t *testing.T, port int) *proxy {
	t.Helper()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{l: l}
	var group sync.WaitGroup
	group.Go(func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := net.DialTCP("tcp4", nil, &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
			if err != nil {
				_ = in.Close()
				continue
			}
			p.mu.Lock()
			p.conns = append(p.conns, in, out)
			p.mu.Unlock()
			group.Go(func() { p.pass(in, out) })
			group.Go(func() { p.pass(out, in) })
		}
	})
	t.Cleanup(func() { _ = l.Close(); p.cut(); group.Wait() })
	return p
}

func (p *proxy) addr() string { return p.l.Addr().String() }

func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.conns {
		_ = c.Close()
	}
	p.conns = nil
}
