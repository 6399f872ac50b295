package app

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"earshot/bot/audio"
	"earshot/bot/audio/sound"
	"earshot/bot/lounge"
	"earshot/bot/lounge/server"
	"earshot/bot/peer"
	"earshot/cmd/earshot/web"
	"earshot/transcribe/fixture/eval"
)

// peopleEnv makes the test binary a program of people in fifty rooms, so that their cost is not counted as that of the service. Its
// value is the lounge's host and port, or ownLounge: then the program also serves the rooms.
const (
	peopleEnv = "EARSHOT_TEST_PEOPLE"
	ownLounge = "own"
)

const (
	fiftyRooms = 50
	atOnce     = 2                      // talk at any time
	perTurn    = 3                      // sentences of one turn
	comfort    = 400 * time.Millisecond // between two packets of somebody who is silent (DTX)
	betweenTwo = 800 * time.Millisecond // sentences
)

// peopleMain is that program. It prints "at HOST", then "ready" once everybody is in a room, accepts "talk" on its standard input
// and prints "over" when everybody has had a turn; it runs until its input ends.
func peopleMain(host string) int {
	if err := beThere(context.Background(), host); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func beThere(ctx context.Context, host string) error {
	ctx, leave := context.WithCancel(ctx)
	defer leave()
	if host == ownLounge {
		l, err := web.Listen(ctx, "127.0.0.1:0")
		if err != nil {
			return err
		}
		host = l.Addr().String()
		s := server.New(server.Config{Peer: peer.Config{Loopback: true}, Log: slog.New(slog.DiscardHandler)})
		go func() { _ = s.Run(ctx) }()
		go func() { _ = (&http.Server{Handler: s, ReadHeaderTimeout: time.Minute}).Serve(l) }()
	}
	fmt.Println("at", host)
	peers, err := peer.New(peer.Config{Loopback: true})
	if err != nil {
		return err
	}
	speakers, failed := make([]*speakerSource, fiftyRooms), make(chan error, 1)
	for i := range speakers { // one after the other: fifty rooms don't fill in one moment
		speakers[i] = &speakerSource{turn: make(chan [][]byte, 1), said: make(chan struct{}, 1)}
		for name, source := range map[string]lounge.Source{"Ana": speakers[i], "Ben": muted{ctx}} {
			in := make(chan struct{})
			go func() {
				failed <- lounge.Publish(ctx, lounge.PublishConfig{
					BaseURL: "http://" + host, Room: fmt.Sprintf("room-%d", i), Name: name, Source: source, Peer: peers,
					Ready: func(string) { close(in) },
				})
			}()
			select {
			case <-in:
			case err := <-failed:
				return fmt.Errorf("room %d: %w", i, err)
			}
		}
	}
	fmt.Println("ready")
	go func() {
		if err := <-failed; ctx.Err() == nil {
			fmt.Fprintln(os.Stderr, "somebody had to leave:", err)
		}
	}()
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		if err := takeTurns(speakers); err != nil {
			return err
		}
		fmt.Println("over")
	}
	return nil
}

// takeTurns has somebody in each room talk, some of them at any time.
func takeTurns(speakers []*speakerSource) error {
	sentences, err := spoken()
	if err != nil {
		return err
	}
	var group errgroup.Group
	group.SetLimit(atOnce)
	for i, m := range speakers {
		var turn [][]byte
		for j := range perTurn {
			turn = append(turn, sentences[(i+j)%len(sentences)]...)
		}
		group.Go(func() error {
			m.turn <- turn
			<-m.said
			return nil
		})
	}
	return group.Wait()
}

// spoken is recorded sentences as packets of 20 ms, each followed by a pause.
func spoken() (out [][][]byte, err error) {
	all, err := eval.Sentences()
	if err != nil {
		return nil, err
	}
	for _, s := range all {
		e, err := audio.NewEncoder(audio.EncoderConfig{})
		if err != nil {
			return nil, err
		}
		pcm := sound.Resample(append(s.PCM, make([]float32, betweenTwo.Milliseconds()*16)...), 16_000, 48_000)
		var packets [][]byte
		for ; len(pcm) >= 960; pcm = pcm[960:] {
			p, err := e.Encode(pcm[:960])
			if err != nil {
				return nil, err
			}
			packets = append(packets, append([]byte(nil), p...))
		}
		out = append(out, packets)
	}
	return out, nil
}

// speakerSource is the microphone of somebody who is silent, as browsers send it with DTX, until it is their turn.
type speakerSource struct {
	turn chan [][]byte
	said chan struct{}
	at   time.Duration
	rest [][]byte
}

// Next implements lounge.Source.
func (m *speakerSource) Next() (lounge.Frame, error) {
	if len(m.rest) > 0 {
		f := lounge.Frame{Opus: m.rest[0], At: m.at}
		m.at += 20 * time.Millisecond
		if m.rest = m.rest[1:]; len(m.rest) == 0 {
			m.said <- struct{}{}
		}
		return f, nil
	}
	select {
	case m.rest = <-m.turn:
		return m.Next()
	default:
	}
	f := lounge.Frame{Opus: []byte{0xf8, 0xff, 0xfe}, At: m.at} // a frame of digital silence
	m.at += comfort
	return f, nil
}

// muted is a muted microphone: nothing is sent.
type muted struct{ ctx context.Context }

// Next implements lounge.Source.
func (m muted) Next() (lounge.Frame, error) {
	<-m.ctx.Done()
	return lounge.Frame{}, io.EOF
}

// crowdOf is the program of people as a test runs it.
type crowdOf struct {
	host string // of the rooms
	out  *bufio.Scanner
	in   io.WriteCloser
}

// people starts the program; the test ends it.
func people(t *testing.T, host string) *crowdOf {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0]) //nolint:gosec // this test
	cmd.Env = append(os.Environ(), peopleEnv+"="+host)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(in.Close(), cmd.Wait()); err != nil && t.Context().Err() == nil {
			t.Error(err)
		}
	})
	c := &crowdOf{out: bufio.NewScanner(out), in: in}
	c.host = strings.TrimPrefix(c.tells(t, "at "), "at ")
	return c
}

// tells waits for a line with this prefix.
func (c *crowdOf) tells(t *testing.T, word string) string {
	t.Helper()
	if !c.out.Scan() || !strings.HasPrefix(c.out.Text(), word) {
		t.Fatalf("the people say %q, want %q (%v)", c.out.Text(), word, c.out.Err())
	}
	return c.out.Text()
}

// talk has everybody talk, and returns when the last one has.
func (c *crowdOf) talk(t *testing.T) {
	t.Helper()
	if _, err := fmt.Fprintln(c.in, "talk"); err != nil {
		t.Fatal(err)
	}
	c.tells(t, "over")
}
