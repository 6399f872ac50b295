package remote

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"earshot/models"
	"earshot/models/leaktest"
	"earshot/transcribe"
	"earshot/transcribe/fixture"
	"earshot/transcribe/fixture/eval"
	"earshot/transcribe/remote/remotetest"
	"earshot/transcribe/whisper"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// output is a log that is read while it is written.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

// String is what was written so far.
func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// running runs a Server against a handler until the test ends. Its log is returned.
func running(t *testing.T, h http.Handler, change func(*Config)) (*Server, *output) {
	t.Helper()
	there := httptest.NewServer(h)
	t.Cleanup(there.Close)
	log := &output{}
	c := Config{
		URL: there.URL + "/v1/", Model: "practice", Key: "k", Slots: 2, Patient: true, Logger: slog.New(slog.NewTextHandler(log, nil)),
	}
	if change != nil {
		change(&c)
	}
	s, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	s.firstWait = 5 * time.Millisecond
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := errors.Join(<-ended, s.Close()); err != nil {
			t.Error(err)
		}
	})
	return s, log
}

// newPractice is the practice model in this process, until the test ends.
func newPractice(t *testing.T) *whisper.State {
	t.Helper()
	path, err := fixture.Path(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	m, err := whisper.Load(path, whisper.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	state, err := m.NewState()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = errors.Join(state.Close(), m.Close()) })
	return state
}

// What the practice model hears behind a server is what it hears here, but for the rounding of 16-bit samples, and it is
// doubted alike.
func TestHearsTheSameElsewhere(t *testing.T) {
	state := newPractice(t)
	h := &remotetest.Handler{Decoder: state, Key: "k"}
	s, _ := running(t, h, nil)
	all, err := eval.Sentences()
	if err != nil {
		t.Fatal(err)
	}
	d := s.Decoders()[0]
	for _, u := range all[:3] {
		here, err := state.Decode(t.Context(), transcribe.Sound{PCM: u.PCM}, transcribe.Options{})
		if err != nil {
			t.Fatal(err)
		}
		there, err := d.Decode(t.Context(), transcribe.Sound{PCM: u.PCM}, transcribe.Options{Language: "en", Prompt: "Ishmael."})
		if err != nil {
			t.Fatal(err)
		}
		here.AudioCtx = 0 // not told
		if diff := cmp.Diff(here, there, cmpopts.EquateApprox(0.05, 0.02)); diff != "" || here.Text == "" {
			t.Errorf("-here +there:\n%s", diff)
		}
		c := models.Clip{EndMS: int64(len(u.PCM) / 16), VoicedMS: int64(len(u.PCM) / 20), LevelDBFS: -20}
		if diff := cmp.Diff(transcribe.Doubts(c, here), transcribe.Doubts(c, there)); diff != "" {
			t.Error(diff)
		}
	}
	want := map[string]string{
		"model": "practice", "response_format": "verbose_json", "timestamp_granularities[]": "word,segment", "temperature": "0",
		"language": "en", "prompt": "Ishmael.",
	}
	asked := h.Asked()
	if diff := cmp.Diff(want, asked[len(asked)-1]); diff != "" {
		t.Error(diff)
	}
	again, err := d.Decode(t.Context(), transcribe.Sound{PCM: all[0].PCM}, transcribe.Options{AudioCtx: 1280})
	if err != nil || again.Text == "" || again.Words[0].StartMS > 400 {
		t.Errorf("a second look: %+v, %v", again, err)
	}
}

const secret = "zebra crossing"

// good is an answer with all that a server may tell.
const good = `{"language": "en", "text": " zebra crossing.", "segments": [{"start": 0, "end": 1, "text": "zebra crossing.",
	"tokens": [1, 2], "avg_logprob": -0.2, "no_speech_prob": 0.1}], "words": [
	{"word": "zebra", "start": 0.1, "end": 0.4, "probability": 0.9}, {"word": "crossing", "start": 0.4, "end": 0.9, "probability": 0.8}]}`

// misbehaving answers silence well and each clip as told, in turn; after the last answer it is good.
type misbehaving struct {
	mu      sync.Mutex
	answers []func(http.ResponseWriter, *http.Request)
	clips   int
}

// ServeHTTP implements http.Handler.
func (m *misbehaving) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	pcm, err := remotetest.Sound(r)
	if err != nil {
		http.Error(w, "no sound", http.StatusBadRequest)
		return
	}
	if !slices.ContainsFunc(pcm, func(v float32) bool { return v != 0 }) {
		_, _ = io.WriteString(w, `{"text": ""}`)
		return
	}
	m.mu.Lock()
	answer := func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, good) }
	if len(m.answers) > 0 {
		answer, m.answers = m.answers[0], m.answers[1:]
	}
	m.clips++
	m.mu.Unlock()
	answer(w, r)
}

func text(body string) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, body) }
}

func status(code int) func(http.ResponseWriter, *http.Request) {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "/elsewhere")
		http.Error(w, secret, code)
	}
}

func broken(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

// tone is one second that is not silent.
func tone() transcribe.Sound {
	pcm := make([]float32, models.SampleRate)
	for i := range pcm {
		pcm[i] = 0.5 - float32(i%40)/40
	}
	return transcribe.Sound{PCM: pcm}
}

// One bad answer costs a retry; two over one clip are that clip's fault, and no error or log has a word of the answer.
func TestMisbehavingServers(t *testing.T) {
	huge := `{"text": "` + strings.Repeat(secret, maxAnswer/len(secret)) + `"}`
	long := `{"text": "` + strings.Repeat(secret, maxText/len(secret)+1) + `"}`
	for name, bad := range map[string]func(http.ResponseWriter, *http.Request){
		"500": status(500), "400": status(400), "502": status(502), "cut off": broken, "garbage": text(secret + "\x00\xff"),
		"page": text("<html>" + secret), "no text": text(`{"words": []}`), "huge": text(huge), "long": text(long),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := &misbehaving{answers: []func(http.ResponseWriter, *http.Request){bad}}
			s, log := running(t, m, nil)
			if r, err := s.Decoders()[0].Decode(t.Context(), tone(), transcribe.Options{}); err != nil || r.Text != "zebra crossing." ||
				m.clips != 2 {
				t.Errorf("%+v, %v after %d requests", r, err, m.clips)
			}
			m.mu.Lock()
			m.answers = []func(http.ResponseWriter, *http.Request){bad, bad}
			m.mu.Unlock()
			_, err := s.Decoders()[0].Decode(t.Context(), tone(), transcribe.Options{})
			if err == nil || errors.Is(err, transcribe.ErrUnavailable) || strings.Contains(err.Error()+log.String(), "zebra") {
				t.Errorf("%v\n%s", err, log)
			}
			if s.slotReady(t) != nil || s.Stats().Failures != 3 {
				t.Errorf("%+v", s.Stats())
			}
		})
	}
}

// slotReady waits until the server counts as up again.
func (s *Server) slotReady(t *testing.T) error {
	t.Helper()
	return slot{s}.Ready(t.Context())
}

// A server that is away, busy or wants another key costs no attempt, however often: the clip waits, and is decoded when the
// server is back.
func TestAwayServersCostNothing(t *testing.T) {
	for _, code := range []int{401, 404, 307, 429, 503} {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			t.Parallel()
			m := &misbehaving{}
			for range 9 {
				m.answers = append(m.answers, status(code))
			}
			s, log := running(t, m, nil)
			if r, err := s.Decoders()[0].Decode(t.Context(), tone(), transcribe.Options{}); err != nil || r.Text == "" || m.clips != 10 {
				t.Errorf("%+v, %v after %d requests", r, err, m.clips)
			}
			if !strings.Contains(log.String(), fmt.Sprint(code)) || !strings.Contains(log.String(), "again") {
				t.Error(log)
			}
		})
	}
}

// A hang ends with the caller's patience, and at once when the caller gives up.
func TestCancelEndsAHang(t *testing.T) {
	reached := make(chan struct{})
	m := &misbehaving{answers: []func(http.ResponseWriter, *http.Request){func(_ http.ResponseWriter, r *http.Request) {
		close(reached)
		<-r.Context().Done()
	}}}
	s, _ := running(t, m, nil)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-reached; cancel() }()
	if _, err := s.Decoders()[0].Decode(ctx, tone(), transcribe.Options{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := s.Decoders()[1].Decode(t.Context(), tone(), transcribe.Options{}); err != nil || !s.Stats().Up {
		t.Errorf("a call that was cancelled says nothing of the server: %v", err)
	}
}

// A command does not wait for a server that refuses it or is not there.
func TestImpatientRunsEnd(t *testing.T) {
	gone := httptest.NewServer(http.NotFoundHandler())
	defer gone.Close()
	s, err := New(Config{URL: gone.URL, Model: "m"})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Run(t.Context()); err == nil || models.Hint(err) == "" {
		t.Error(err)
	}
	if err := (slot{s}).Ready(t.Context()); !errors.Is(err, transcribe.ErrUnavailable) {
		t.Error(err)
	}
}
