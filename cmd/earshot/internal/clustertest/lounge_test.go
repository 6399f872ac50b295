//go:build !race

package clustertest

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"earshot/bot/lounge"
	"earshot/bot/lounge/server"
	"earshot/bot/lounge/server/budget"
	"earshot/bot/peer"
	"earshot/cmd/earshot/playback"
	"earshot/cmd/earshot/web"
)

// pauses are how long people are silent between two sentences: longer in many rooms, so that no more than some twenty people talk at once,
// and fewer where the processor is also busy with hundreds of rooms.
func pauses(rooms int) time.Duration {
	if rooms > 100 {
		return time.Duration(rooms) * time.Second / 5
	}
	return 2 * time.Second * time.Duration(max(1, rooms/30))
}

// between is the time from one room's first sentence to that of the next: all begin within about a sentence and a pause.
func between(rooms int) time.Duration {
	return min(500*time.Millisecond, (pauses(rooms)+3*time.Second)/time.Duration(rooms))
}

// loungeServer is a lounge in whose rooms recorded people talk, and what they have said there. Any goroutine may call its methods.
type loungeServer struct {
	host    string
	phrases []phrase
	quiet   chan struct{} // closed: everybody ends with the sentence begun
	pause   time.Duration // between two sentences of one person
	talking atomic.Int32  // people

	mu   sync.Mutex
	said map[string][]sentence // by room
}

// phrase is a sentence that can be said.
type phrase struct {
	text   string
	spoken playback.Recording
}

// sentence is one that was said.
type sentence struct {
	text     string
	from, to time.Time
}

// openLounge opens a lounge with somebody talking in each of its rooms, until stopTalking.
func openLounge(t *testing.T, rooms []string) *loungeServer {
	t.Helper()
	v := &loungeServer{quiet: make(chan struct{}), pause: pauses(len(rooms)), said: map[string][]sentence{}}
	lines, err := playback.Lines()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lines {
		spoken, err := playback.Record([]playback.Line{l}, func(time.Duration) time.Duration { return 0 })
		if err != nil {
			t.Fatal(err)
		}
		v.phrases = append(v.phrases, phrase{l.Text, spoken})
	}
	l, err := web.Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	v.host = l.Addr().String()
	s := server.New(server.Config{
		Peer: peer.Config{Loopback: true}, Log: slog.New(slog.DiscardHandler), Limits: budget.Limits{PerAddress: -1, Rooms: len(rooms)},
	})
	page := &http.Server{Handler: s, ReadHeaderTimeout: time.Minute}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	var group errgroup.Group
	group.Go(func() error { return s.Run(ctx) })
	group.Go(func() error { _ = page.Serve(l); return nil })
	for i, room := range rooms {
		v.talking.Add(1)
		group.Go(func() error {
			defer v.talking.Add(-1)
			return v.talk(ctx, room, time.Duration(i)*between(len(rooms)), i)
		})
	}
	t.Cleanup(func() {
		stop()
		_ = page.Close()
		if err := group.Wait(); err != nil {
			t.Error(err)
		}
	})
	return v
}

// talk has somebody in a room who talks until stopTalking, from a time after joining.
func (v *loungeServer) talk(ctx context.Context, room string, first time.Duration, i int) error {
	peers, err := peer.New(peer.Config{Loopback: true})
	if err != nil {
		return err
	}
	m := &sentenceSource{lounge: v, room: room, next: i, at: first}
	in := playback.Lounge{BaseURL: "http://" + v.host, Room: room, Peer: peers}
	if err := in.Join(ctx, playback.Voice{Name: "Ana", Source: m}, func() {}); err != nil && ctx.Err() == nil {
		return fmt.Errorf("%s: %w", room, err)
	}
	return nil
}

// stopTalking ends the talk in all rooms, each after its sentence.
func (v *loungeServer) stopTalking() { close(v.quiet) }

// heard is what was said in a room so far.
func (v *loungeServer) heard(room string) []sentence {
	v.mu.Lock()
	defer v.mu.Unlock()
	return append([]sentence(nil), v.said[room]...)
}

// sentenceSource says one sentence after the other, and notes when. It is a lounge.Source.
type sentenceSource struct {
	lounge *loungeServer
	room   string
	next   int           // sentence
	frame  int           // of it
	at     time.Duration // of its beginning
	from   time.Time
}

// Next implements lounge.Source. It is asked for a packet when the one before has been sent.
func (m *sentenceSource) Next() (lounge.Frame, error) {
	now := m.lounge.phrases[m.next%len(m.lounge.phrases)]
	switch m.frame {
	case 1:
		m.from = time.Now()
	case len(now.spoken.Frames):
		m.lounge.note(m.room, sentence{now.text, m.from, time.Now()})
		m.next, m.frame, m.at = m.next+1, 0, m.at+now.spoken.Length+m.lounge.pause
		select {
		case <-m.lounge.quiet:
			return lounge.Frame{}, io.EOF
		default:
			return m.Next()
		}
	}
	f := now.spoken.Frames[m.frame]
	f.At += m.at
	m.frame++
	return f, nil
}

func (v *loungeServer) note(room string, s sentence) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.said[room] = append(v.said[room], s)
}
