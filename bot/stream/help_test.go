package stream_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"earshot/bot"
	"earshot/bot/audio"
	"earshot/bot/bottest"
	"earshot/bot/ffmpeg"
	"earshot/bot/internal/processtest"
	"earshot/bot/stream"
	"earshot/models"
	"earshot/models/leaktest"
)

func TestMain(m *testing.M) {
	if len(os.Args) == 4 && os.Args[1] == "ffmpeg" { // as the program starts itself
		fmt.Fprintln(os.Stderr, ffmpeg.Confine(os.Args[2], os.Args[3]))
		os.Exit(1)
	}
	leaktest.Main(m)
}

// patience is how long a test waits for something that must happen.
const patience = 2 * time.Minute

// launcher returns a launcher of ffmpeg, or skips the test if there is none.
func launcher(t *testing.T) *ffmpeg.Launcher {
	t.Helper()
	if testing.Short() {
		t.Skip("a real ffmpeg in real time")
	}
	l := &ffmpeg.Launcher{Path: "/proc/self/exe", Args: []string{os.Args[0], "ffmpeg"}, Program: ffmpeg.Find(os.Getenv("PATH"))}
	if l.Program == "" {
		t.Skip("no ffmpeg here: scripts/deps.sh --tests installs it (Debian's package ffmpeg)")
	}
	return l
}

// connect returns a connector that may listen anywhere.
func connect(t *testing.T, url, password string) *stream.Connector {
	t.Helper()
	c, err := stream.New(stream.Config{
		URL: url, Password: password, Name: "Stage", Unseen: true, FFmpeg: launcher(t), Peer: bottest.Factory(t), Log: bottest.Log(),
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// speech returns the path of a recording of somebody speaking.
func speech(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs("../../transcribe/fixture/eval/00.wav")
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// encoder runs an ordinary ffmpeg that sends the recording in a loop, in real time, until the test ends.
func encoder(t *testing.T, words ...string) *exec.Cmd {
	t.Helper()
	all := append([]string{"-nostdin", "-loglevel", "error", "-re", "-stream_loop", "-1", "-i", speech(t)}, words...)
	cmd := exec.CommandContext(t.Context(), "ffmpeg", all...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	return cmd
}

// port returns a free port on this machine.
func port(t *testing.T) int {
	t.Helper()
	n, err := processtest.Port()
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// listener is a bot.RoomHandler that records what it hears.
type listener struct {
	mu      sync.Mutex
	news    chan struct{}
	joined  int
	tracks  []bot.TrackInfo
	ended   int
	left    int
	packets []audio.Packet
	why     error
	loud    int // packets that hold more than silence
}

func newListener() *listener { return &listener{news: make(chan struct{}, 1)} }

func (e *listener) note(f func()) {
	e.mu.Lock()
	f()
	e.mu.Unlock()
	select {
	case e.news <- struct{}{}:
	default:
	}
}
func (e *listener) Joined(bot.Capabilities) { e.note(func() { e.joined++ }) }
func (e *listener) Speaker(models.Speaker)  {}
func (e *listener) Left(string)             { e.note(func() { e.left++ }) }
func (e *listener) Talking(string, bool)    {}
func (e *listener) End()                    { e.note(func() { e.ended++ }) }
func (e *listener) Track(i bot.TrackInfo) bot.TrackSink {
	e.note(func() { e.tracks = append(e.tracks, i) })
	return e
}

func (e *listener) Packet(raw []byte, level uint8) {
	p, err := audio.ParsePacket(raw, level)
	if err != nil {
		panic(err)
	}
	e.note(func() {
		e.packets = append(e.packets, p)
		if len(p.Payload) > 24 {
			e.loud++
		}
	})
}

// until waits for a condition, which is evaluated under the lock.
func (e *listener) until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	late := time.After(patience)
	for {
		e.mu.Lock()
		ok, why := holds(), e.why
		e.mu.Unlock()
		if ok {
			return
		}
		if why != nil {
			t.Fatalf("not seen before the end (%v): %s", why, what)
		}
		select {
		case <-e.news:
		case <-late:
			e.mu.Lock()
			defer e.mu.Unlock()
			t.Fatalf("not seen: %s (%d joins, %d tracks, %d packets)", what, e.joined, len(e.tracks), len(e.packets))
		}
	}
}

// orOver waits for a condition, which is evaluated under the lock, or until the stay is over.
func (e *listener) orOver(t *testing.T, holds func() bool) bool {
	t.Helper()
	for {
		e.mu.Lock()
		ok, over := holds(), e.why != nil
		e.mu.Unlock()
		if ok || over {
			return ok
		}
		<-e.news
	}
}

// hears waits for another second of speech.
func (e *listener) hears(t *testing.T) {
	t.Helper()
	e.mu.Lock()
	from := e.loud
	e.mu.Unlock()
	e.until(t, "the sound", func() bool { return e.loud >= from+50 })
}

// listen starts a connector. leave stops it, over waits until it ends by itself; both return how it ended.
func (e *listener) listen(t *testing.T, c bot.Connector) (leave, over func() error) {
	t.Helper()
	ctx, cancel := context.WithCancelCause(t.Context())
	ended := make(chan error, 1)
	go func() {
		err := c.Run(ctx, e)
		e.note(func() { e.why = err })
		ended <- err
	}()
	wait := sync.OnceValue(func() error {
		select {
		case err := <-ended:
			return err
		case <-time.After(patience):
			return errors.New("it does not end")
		}
	})
	leave = func() error { cancel(errEnough); return wait() }
	t.Cleanup(func() { _ = leave() })
	return leave, wait
}

var errEnough = errors.New("enough")

// attend listens until something is heard. On a busy machine an ffmpeg may be given up before it has begun: then it is tried again, as a
// room does.
func attend(t *testing.T, c bot.Connector) (e *listener, leave, over func() error) {
	t.Helper()
	for began := time.Now(); ; {
		e = newListener()
		leave, over = e.listen(t, c)
		if e.orOver(t, func() bool { return len(e.packets) > 5 }) {
			return e, leave, over
		}
		var end *bot.EndError
		if err := over(); !errors.As(err, &end) || !end.Retry || time.Since(began) > patience {
			t.Fatalf("nothing was heard: %v", err)
		}
	}
}

// endOf listens until the connector ends by itself, and as attend does again if it was given up.
func endOf(t *testing.T, c bot.Connector) (e *listener, err error) {
	t.Helper()
	for began := time.Now(); ; {
		e = newListener()
		_, over := e.listen(t, c)
		if err = over(); err == nil || !strings.Contains(err.Error(), "no sound has come for too long") || time.Since(began) > patience {
			return e, err
		}
	}
}
