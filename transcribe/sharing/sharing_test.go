package sharing

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"earshot/models"
	"earshot/models/sqlite"
	"earshot/models/store/storetest"
	"earshot/models/waittest"
	"earshot/transcribe"
)

// says decodes every clip to a text, and only once gate is closed, if there is one.
type says struct {
	text string
	gate chan struct{}
}

func (d says) Decode(ctx context.Context, _ transcribe.Sound, _ transcribe.Options) (transcribe.Result, error) {
	if d.gate != nil {
		select {
		case <-d.gate:
		case <-ctx.Done():
			return transcribe.Result{}, ctx.Err()
		}
	}
	return transcribe.Result{Text: d.text, Words: []models.Word{{Text: d.text, EndMS: 5, P: 0.9}}}, nil
}

// process is one of several that share a store.
type process struct {
	*Sharer
	text *transcribe.Service
	stop func()
}

func openStore(t *testing.T) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "earshot.db"))
	storetest.Must(t, err)
	t.Cleanup(func() { storetest.Must(t, s.Close()) })
	storetest.StartSession(t, s, "s1")
	return s
}

// start runs a process until the test is over. One that hears stores the lines of its clips.
func start(t *testing.T, s *sqlite.Store, node string, hears bool, decoders ...transcribe.Decoder) *process {
	t.Helper()
	c := Config{Spool: s, Node: node, Log: slog.New(slog.DiscardHandler)}
	if hears {
		c.Done = func(ctx context.Context, u models.Utterance) error { return s.Put(ctx, storetest.Record(u, nil)) }
	}
	p := &process{Sharer: New(c)}
	var err error
	p.text, err = transcribe.New(transcribe.Config{
		Decoders: decoders, Model: node, NoteAttempt: p.Note, Fetch: s.Clip,
		Decode: func(c *models.Clip) error { c.PCM = make([]float32, 16000); return nil },
	}, p.Deliver)
	storetest.Must(t, err)
	p.Into(p.text)
	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	all.Go(func() { _ = p.text.Run(ctx) })
	all.Go(func() { _ = p.Run(ctx) })
	p.stop = sync.OnceFunc(func() { cancel(); all.Wait() })
	t.Cleanup(p.stop)
	return p
}

// hear stores a clip as one that a process heard, and submits it there.
func (p *process) hear(t *testing.T, s *sqlite.Store, track string, seq int, reserved time.Duration) models.Key {
	t.Helper()
	c := storetest.Clip("s1", 1, seq, []byte("sound"))
	c.Track, c.Spoken, c.Home, c.Reserved = track, time.Now(), p.Node, reserved
	storetest.Must(t, s.PutClip(t.Context(), c))
	p.text.Submit(c)
	return c.Key
}

// texts are the stored lines by track and number.
func texts(t *testing.T, s *sqlite.Store) map[string]string {
	t.Helper()
	lines, err := s.Utterances(t.Context(), "s1")
	storetest.Must(t, err)
	out := map[string]string{}
	for _, u := range lines {
		out[u.Key.String()] = u.Text + " by " + u.Model
	}
	return out
}

func wait(t *testing.T, s *sqlite.Store, want map[string]string) {
	t.Helper()
	waittest.Until(t, "the lines are stored", func() bool { return len(texts(t, s)) >= len(want) })
	storetest.Equal(t, "lines", texts(t, s), want)
}

// What a process without decoders hears is decoded by another, which stores nothing itself; each line comes once, in order.
func TestDecodedElsewhere(t *testing.T) {
	s := openStore(t)
	ears := start(t, s, "ears", true)
	start(t, s, "box1", false, says{text: "words"})
	start(t, s, "box2", false, says{text: "words"})
	want := map[string]string{}
	for seq := 1; seq <= 5; seq++ {
		for _, track := range []string{"a", "b", "c"} {
			want[ears.hear(t, s, track, seq, 0).String()] = ""
		}
	}
	waittest.Until(t, "the lines are stored", func() bool { return len(texts(t, s)) == len(want) })
	if st := ears.text.Stats(); st.Answered != uint64(len(want)) || st.Decoded != 0 {
		t.Errorf("%+v", st)
	}
	lines, err := s.Utterances(t.Context(), "s1")
	storetest.Must(t, err)
	slices.SortStableFunc(lines, func(a, b models.Utterance) int { return a.Committed.Compare(b.Committed) }) // several may be of one moment
	last := map[string]int{}
	for _, u := range lines {
		if u.Seq != last[u.Track]+1 {
			t.Errorf("%s came after %d", u.Key, last[u.Track])
		}
		last[u.Track] = u.Seq
	}
	usage, err := s.SpoolUsage(t.Context())
	storetest.Must(t, err)
	storetest.Equal(t, "the spool", usage, models.SpoolUsage{})
}

// Who heard a clip decodes it while it can; what waits longer than it is reserved, others take.
func TestOverflowOnly(t *testing.T) {
	s := openStore(t)
	gate := make(chan struct{})
	busy := start(t, s, "busy", true, says{"own", gate})
	other := start(t, s, "other", true, says{text: "helped"})
	first := busy.hear(t, s, "a", 1, time.Hour)
	waittest.Until(t, "the first is being decoded", func() bool { return slices.Contains(busy.share.Working(), first) })
	second := busy.hear(t, s, "b", 1, 0)
	wait(t, s, map[string]string{second.String(): "helped by other"})
	close(gate)
	wait(t, s, map[string]string{first.String(): "own by busy", second.String(): "helped by other"})
	if st := other.text.Stats(); st.Decoded != 1 {
		t.Errorf("%+v", st)
	}
}

// A process that ends gives back what it has not decoded, at once.
func TestGivenBack(t *testing.T) {
	s := openStore(t)
	ears := start(t, s, "ears", true)
	leaves := start(t, s, "leaves", false, says{"never", make(chan struct{})})
	k := ears.hear(t, s, "a", 1, 0)
	waittest.Until(t, "it is claimed", func() bool { return slices.Contains(leaves.share.Working(), k) })
	leaves.Rest(true)
	leaves.stop()
	start(t, s, "next", false, says{text: "words"})
	wait(t, s, map[string]string{k.String(): "words by next"})
}

// A line whose claim has passed to another is dropped, and so is a clip; neither is an error that is tried again.
func TestLostClaims(t *testing.T) {
	s := openStore(t)
	sharer := New(Config{Spool: s, Node: "slow", Log: slog.New(slog.DiscardHandler)})
	c := storetest.Clip("s1", 1, 1, []byte("sound"))
	c.Home = "ears"
	storetest.Must(t, s.PutClip(t.Context(), c))
	_, err := s.ClaimClip(t.Context(), c.Key, "quick", time.Hour)
	storetest.Must(t, err)
	if _, err := sharer.Note(t.Context(), c.Key); !errors.Is(err, transcribe.ErrElsewhere) {
		t.Errorf("an own clip that another decodes: %v", err)
	}
	sharer.foreign[c.Key] = true
	storetest.Must(t, sharer.Deliver(t.Context(), storetest.Line(c, "late")))
	storetest.Equal(t, "foreign clips", len(sharer.foreign), 0)
	sharer.foreign[c.Key] = true
	if _, err := sharer.Note(t.Context(), c.Key); !errors.Is(err, models.ErrNotFound) {
		t.Errorf("a clip of another that a third decodes: %v", err)
	}
	results, err := s.Results(t.Context(), "ears")
	storetest.Must(t, err)
	storetest.Equal(t, "results", len(results), 0)
}
