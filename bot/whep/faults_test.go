package whep_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/pion/webrtc/v3"

	"earshot/bot"
	"earshot/bot/bottest"
	"earshot/bot/internal/roomtest"
	"earshot/bot/peer"
	"earshot/bot/whep"
	"earshot/models"
)

// stage is a WHEP endpoint with an endless recording for each who asks, until they delete their session.
type stage struct {
	factory *peer.Factory
	mu      sync.Mutex
	n       int
	playing map[string]func()
}

func (s *stage) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.Method {
	case http.MethodPost:
		offer, _ := io.ReadAll(r.Body)
		answer, path, err := s.play(r.Context(), string(offer))
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/sdp")
		w.Header().Set("Location", path)
		w.WriteHeader(http.StatusCreated)
		_, _ = io.WriteString(w, answer)
	case http.MethodDelete:
		s.mu.Lock()
		end := s.playing[r.URL.Path]
		delete(s.playing, r.URL.Path)
		s.mu.Unlock()
		if end != nil {
			end()
		}
	default:
		w.WriteHeader(http.StatusMethodNotAllowed)
	}
}

// play answers an offer and plays; it returns the session's path.
func (s *stage) play(ctx context.Context, offer string) (answer, path string, err error) {
	track, err := webrtc.NewTrackLocalStaticRTP(peer.OpusCodec(), "microphone", "stage")
	if err != nil {
		return "", "", err
	}
	conn, err := s.factory.Sender(track)
	if err != nil {
		return "", "", err
	}
	if answer, err = conn.Accept(ctx, offer, true); err != nil {
		conn.Close()
		return "", "", err
	}
	ctx, cancel := context.WithCancel(context.Background())
	var group sync.WaitGroup
	group.Go(func() { _ = conn.Play(ctx, track, roomtest.Tone(), nil) })
	s.mu.Lock()
	defer s.mu.Unlock()
	s.n++
	path = fmt.Sprintf("/sessions/%d", s.n)
	s.playing[path] = func() { cancel(); group.Wait(); conn.Close() }
	return answer, path, nil
}

// open serves a stage until the test ends, and demands that every session was deleted by then.
func open(t *testing.T) string {
	t.Helper()
	s := &stage{factory: bottest.Factory(t), playing: map[string]func(){}}
	web := httptest.NewServer(s)
	t.Cleanup(func() {
		web.Close()
		if len(s.playing) > 0 {
			t.Errorf("%d of %d sessions were left behind", len(s.playing), s.n)
		}
		for _, end := range s.playing {
			end()
		}
	})
	return "whep+" + web.URL + "/whep/stage"
}

// TestNoPath: the endpoint answers and media has no way.
func TestNoPath(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for real networks")
	}
	nowhere, err := peer.New(peer.Config{Loopback: true, IPFilter: func(net.IP) bool { return false }})
	if err != nil {
		t.Fatal(err)
	}
	c, err := whep.New(whep.Config{URL: open(t), Peer: nowhere})
	if err != nil {
		t.Fatal(err)
	}
	if err := roomtest.NoPath(c, bottest.Log()); err != nil {
		t.Error(err)
	}
}

// TestRounds: listening and leaving again and again leaves nothing behind, on either side.
func TestRounds(t *testing.T) {
	n := 10
	if roomtest.Long() {
		n = 200
	}
	url, f := open(t), bottest.Factory(t)
	err := roomtest.Rounds(func() (bot.Connector, error) { return whep.New(whep.Config{URL: url, Name: "Stage", Peer: f}) }, n, bottest.Log())
	if err != nil {
		t.Error(err)
	}
}

// TestConformance: a stream is a room with one who talks, and nothing to be done.
func TestConformance(t *testing.T) {
	if testing.Short() {
		t.Skip("listens in real time")
	}
	t.Parallel()
	url, closed := open(t), httptest.NewServer(&server{t: t, status: http.StatusUnauthorized})
	defer closed.Close()
	stream := func(url, token string, f *peer.Factory) bot.Connector {
		c, err := whep.New(whep.Config{URL: url, Name: "Ana", Token: token, Peer: f})
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	place := roomtest.Place{
		Connect: func(_ string, f *peer.Factory) bot.Connector { return stream(url, "", f) },
		Enter:   func(string, roomtest.Source) roomtest.Person { return roomtest.Person{} }, // she plays to whoever listens
		Mixed:   true,
		Refused: func() map[string]roomtest.Refusal {
			wrong := stream("whep+"+closed.URL+"/x", "a-wrong-token", bottest.Factory(t))
			return map[string]roomtest.Refusal{"another token": {Connector: wrong, Reason: models.EndFailedAuth, Secret: "a-wrong-token"}}
		},
	}
	for _, x := range roomtest.Conformance(bottest.Log()) {
		t.Run(x.Name, func(t *testing.T) {
			if err := x.Do(place); err != nil {
				t.Error(err)
			}
		})
	}
}
