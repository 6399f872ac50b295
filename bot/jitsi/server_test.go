package jitsi_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"earshot/bot"
	"earshot/bot/bottest"
	"earshot/bot/internal/roomtest"
	"earshot/bot/jitsi"
	"earshot/bot/jitsi/jitsitest"
	"earshot/bot/peer"
	"earshot/models"
	"earshot/models/leaktest"
	"earshot/models/waittest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

const (
	token = "a token of the bridge's"
	room  = "openmic"
)

// meeting is a meeting on a real XMPP server, with a conference focus and a bridge that has dialled the endpoint.
type meeting struct {
	*jitsitest.Server
	endpoint *jitsi.Endpoint
	bridge   *jitsitest.Bridge
	url      string // where its bridge dials
	hangUp   func() // ends the meeting as the bridge does
}

// endpointOf runs an endpoint until the test ends, and returns the URL for bridges. If invited is nil, meetings last until then.
func endpointOf(
	t *testing.T, c jitsi.Config, invited func(context.Context, jitsi.Invitation) time.Duration,
) (e *jitsi.Endpoint, url string, stop func()) {
	t.Helper()
	if invited == nil {
		invited = func(ctx context.Context, _ jitsi.Invitation) time.Duration { <-ctx.Done(); return 0 }
	}
	c.Log = bottest.Log()
	if c.Peer == nil {
		c.Peer = bottest.Factory(t)
	}
	e, err := jitsi.NewEndpoint(jitsi.EndpointConfig{Server: c, Token: token, Invited: invited})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	group.Go(func() { e.Run(ctx) })
	web := httptest.NewServer(e)
	stop = sync.OnceFunc(func() { cancel(); group.Wait(); web.Close() })
	t.Cleanup(stop)
	return e, "ws" + strings.TrimPrefix(web.URL, "http"), stop
}

// dial runs a bridge that dials until the test ends, or until hangUp is called.
func dial(t *testing.T, url string) (b *jitsitest.Bridge, hangUp func()) {
	t.Helper()
	b = jitsitest.NewBridge(url, token)
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	group.Go(func() { b.Run(ctx) })
	hangUp = sync.OnceFunc(func() { cancel(); group.Wait() })
	t.Cleanup(hangUp)
	return b, hangUp
}

// start runs a server with a meeting until the test ends, or skips the test if there is no server.
func start(t *testing.T) *meeting {
	t.Helper()
	s := bottest.Serve(t, jitsitest.ErrAbsent, func() (*jitsitest.Server, error) { return jitsitest.Start(t.Context(), t.TempDir()) })
	m := &meeting{Server: s}
	if err := s.Focus(t.Context(), room); err != nil {
		t.Fatal(err)
	}
	var url string
	m.endpoint, url, _ = endpointOf(t, s.Config(), nil)
	id := jitsitest.MeetingID(room)
	m.url = url + "/?sessionId=" + id + "&room=" + room
	m.bridge, m.hangUp = dial(t, m.url)
	waittest.Until(t, "the bridge", func() bool { return m.endpoint.Has(id) })
	return m
}

// visit returns a connector for a room with the meeting's bridge.
func (m *meeting) visit(t *testing.T, room string, c jitsi.Config) *jitsi.Connector {
	t.Helper()
	c.URL, c.Log = "jitsi://"+jitsitest.Host, bottest.Log()
	if c.XMPP == "" {
		c.XMPP = jitsitest.XMPP(m.Addr())
	}
	if c.Peer == nil {
		c.Peer = bottest.Factory(t)
	}
	x, err := m.endpoint.Visit(jitsitest.MeetingID("openmic"), room, c)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// person plays a recording in a meeting until the test or the server ends, or until they leave.
type person struct {
	*jitsitest.Person
	leave func()
}

func (m *meeting) enter(t *testing.T, name string, plays roomtest.Source) *person {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	here, ended := make(chan *jitsitest.Person, 1), make(chan error, 1)
	group.Go(func() { ended <- m.Attend(ctx, m.bridge, room, name, plays, func(p *jitsitest.Person) { here <- p }) })
	leave := func() { cancel(); group.Wait() }
	t.Cleanup(leave)
	select {
	case p := <-here:
		return &person{Person: p, leave: leave}
	case err := <-ended:
		t.Fatalf("%s: %v", name, err)
		return nil
	}
}

// place returns what a trial needs of a meeting.
func (m *meeting) place(t *testing.T) roomtest.Place {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	names := func() []string {
		all, err := m.Names(t.Context(), room)
		must(err)
		return all
	}
	return roomtest.Place{
		Addr: m.Addr(),
		Connect: func(addr string, f *peer.Factory) bot.Connector {
			return m.visit(t, room, jitsi.Config{XMPP: jitsitest.XMPP(addr), Peer: f})
		},
		Enter: func(name string, plays roomtest.Source) roomtest.Person {
			p := m.enter(t, name, plays)
			return roomtest.Person{Leave: p.leave, Lines: p.Lines, Write: p.Write}
		},
		Kill: func() { m.bridge.Cut(true); m.Kill() },
		Restart: func() error {
			err := m.Restart(t.Context())
			if err == nil {
				err = m.Focus(t.Context(), room)
			}
			m.bridge.Cut(false)
			return err
		},
		Private: true,
		Moderate: func() bot.Connector {
			return m.visit(t, room, jitsi.Config{User: jitsitest.Moderator, Password: jitsitest.Password})
		},
		Can: jitsi.Abilities(), Bare: bot.Capabilities{Message: true, PrivateMessage: true},
		Refused: func() map[string]roomtest.Refusal {
			must(errors.Join(m.Focus(t.Context(), "vault"), m.Lock(t.Context(), "vault", "sesame")))
			must(m.Focus(t.Context(), "other"))
			return map[string]roomtest.Refusal{
				"a wrong password": {
					Connector: m.visit(t, room, jitsi.Config{User: jitsitest.Moderator, Password: "a guess"}), Reason: models.EndFailedAuth,
					Secret: "a guess",
				},
				"an unknown domain": {Connector: m.visit(t, room, jitsi.Config{Domain: "nowhere.test"}), Reason: models.EndFailedAuth},
				"a locked room":     {Connector: m.visit(t, "vault", jitsi.Config{}), Reason: models.EndDenied},
				"another meeting":   {Connector: m.visit(t, "other", jitsi.Config{}), Reason: models.EndDenied},
				"no XMPP server": {
					Connector: m.visit(t, room, jitsi.Config{XMPP: "ws://" + m.Addr() + "/elsewhere"}), Reason: models.EndDenied,
				},
			}
		},
		Close: func() { must(m.Destroy(t.Context(), room)) },
		Kick:  func() { must(m.Server.Kick(t.Context(), room, "Earshot")) },
		Shown: names,
		Bots: func() (n int) {
			for _, name := range names() {
				if name == "Earshot" {
					n++
				}
			}
			return n
		},
	}
}
