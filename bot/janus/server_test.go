package janus

import (
	"context"
	"sync"
	"testing"

	"earshot/bot/bottest"
	"earshot/bot/janus/janustest"
	"earshot/models/leaktest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// server is a real Janus that a test may kill and start again.
type server struct{ *janustest.Server }

// start runs a Janus until the test ends, or skips the test where there is none.
func start(t *testing.T, o janustest.Options) *server {
	t.Helper()
	s := bottest.Serve(t, janustest.ErrAbsent, func() (*janustest.Server, error) {
		return janustest.Start(t.Context(), t.TempDir(), o)
	})
	return &server{s}
}

func (s *server) url(rest string) string { return s.URL(rest) }

// client is a bare session on the server, for publishers and for moderators.
type client struct {
	*session
	t      *testing.T
	cancel context.CancelFunc
	once   sync.Once
}

func (s *server) client(t *testing.T) *client {
	t.Helper()
	c, err := New(Config{URL: s.url("room/1234"), Peer: bottest.Factory(t)})
	if err != nil {
		t.Fatal(err)
	}
	ses, err := c.open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ses.group.Go(func() { ses.keep(ctx) })
	x := &client{session: ses, t: t, cancel: cancel}
	t.Cleanup(x.end)
	return x
}

func (c *client) end() {
	c.once.Do(func() {
		c.cancel()
		c.destroy()
		c.close()
		c.group.Wait()
	})
}

func (c *client) must(handle uint64, body request, j *jsep) (event, *jsep) {
	c.t.Helper()
	m, err := c.now().ask(c.t.Context(), c.plugin(handle, body, j))
	if err != nil {
		c.t.Fatalf("%v: %v", body["request"], err)
	}
	e, err := m.event()
	if err != nil {
		c.t.Fatal(err)
	}
	return e, m.JSEP
}
