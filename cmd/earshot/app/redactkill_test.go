package app

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"earshot/bot/audio"
	"earshot/cmd/earshot/afterwards"
	"earshot/cmd/earshot/internal/programtest"
	"earshot/cmd/earshot/noise"
	"earshot/cmd/earshot/speech"
	"earshot/cmd/earshot/web"
	"earshot/configs"
	"earshot/models"
	"earshot/models/filetest"
	"earshot/models/waittest"
)

// secretLine is a line with a word that occurs nowhere else, and the audio of its clip.
type secretLine struct {
	key   models.Key
	word  string
	ogg   []byte
	acked bool // somebody was told that the word is redacted
}

// TestFault40KilledWhileRedacting kills the serving program at random points while words are redacted on its page, and
// starts it again: a word whose redaction was acknowledged is in no byte of any file; another is gone as completely, or
// everywhere it was. There is nothing in between.
func TestFault40KilledWhileRedacting(t *testing.T) {
	if testing.Short() {
		t.Skip("starts the program several times")
	}
	t.Parallel()
	rounds, dir, exports := 4, t.TempDir(), t.TempDir()
	if longTests {
		rounds = 100
	}
	rng := rand.New(rand.NewPCG(40, 4))
	cfg := testConfig(t, dir)
	cfg.Retention = configs.Retention{}
	cfg.Export = configs.Export{Dir: exports, Formats: []string{"txt", "json", "html"}, Sound: true}
	var all []*secretLine
	programtest.Write(t, filepath.Join(exports, "of somebody else.txt"), "it stays") // and there is a file when the session's are gone
	acked, finished := 0, 0
	for round := range rounds {
		id := fmt.Sprintf("evening-%d", round)
		lines := saySecrets(t, cfg, id, round)
		all = append(all, lines...)
		redactUntilKilled(t, dir, exports, lines, rng)
		gone := afterKill(t, cfg, all)
		for _, l := range lines {
			if l.acked {
				acked++
			} else if gone[l.word] {
				finished++
			}
		}
		if t.Failed() {
			t.Fatalf("after round %d", round+1)
		}
	}
	t.Logf("%d kills: %d redactions were acknowledged, %d of those that were cut short were finished afterwards", rounds, acked, finished)
	if acked == 0 {
		t.Error("no redaction was acknowledged: this proves nothing")
	}
}

// saySecrets stores a session in which every line has a word of its own, in everything that can contain it, and exports it.
func saySecrets(t *testing.T, cfg configs.Config, id string, round int) (out []*secretLine) {
	t.Helper()
	s, l := openOnce(t, cfg)
	defer func() { _ = l.Close(); _ = s.Close() }()
	ctx, began := t.Context(), time.Now().Add(-time.Minute)
	session, err := s.Store.StartSession(ctx, models.Session{ID: id, Room: "r", Name: "Room", Started: began})
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(err)
	must(s.Store.PutSpeaker(ctx, models.Speaker{Session: id, ID: "mia", Name: "Mia"}))
	headline := ""
	for n := range 8 {
		l := &secretLine{
			key:  models.Key{Session: id, Epoch: session.Epoch, Track: "mia", Seq: n + 1},
			word: fmt.Sprintf("zqx%c%c%cq", 'a'+round/26, 'a'+round%26, 'a'+n),
		}
		l.ogg = hiss(t, uint64(100*round+n))
		text := "please tell " + l.word + " about it"
		u := models.Utterance{
			Key: l.key, SpeakerID: "mia", SpeakerName: "Mia", Text: text, Language: "en", State: models.UtteranceOK,
			StartMS: int64(n) * 2000, EndMS: int64(n)*2000 + 1000, Attribution: models.AttributionTrack, Committed: began,
		}
		for i, w := range strings.Fields(text) {
			u.Words = append(u.Words, models.Word{Text: " " + w, StartMS: u.StartMS + int64(i)*200, EndMS: u.StartMS + int64(i)*200 + 200, P: 0.9})
		}
		f := models.Flag{
			ID: l.word[3:6] + "-flag", Session: id, Utterance: l.key, SpeakerID: "mia", SpeakerName: "Mia", Rule: "r",
			Matched: u.Words[2:3], Title: "About " + l.word, Why: text, Status: models.FlagDismissed,
		}
		d := models.Decision{
			ID: "d" + f.ID, Session: id, Flag: f.ID, SpeakerID: "mia", Matched: f.Matched, Why: text,
			SecondLook: &models.SecondLook{Text: "or " + l.word}, Created: began,
		}
		must(s.Store.Put(ctx, models.Record{
			Session: id, Utterance: &u, Flags: []models.Flag{f}, Decisions: []models.Decision{d},
			Actions: []models.Action{
				{
					ID: "a" + f.ID, Session: id, Decision: d.ID, Verb: models.VerbMessage, State: models.ActionSeen, TargetID: "mia", Text: text,
					Created: began,
				},
			},
			Evidence: &models.Evidence{
				Utterance: l.key, StartMS: u.StartMS, EndMS: u.EndMS, Ogg: l.ogg, Peaks: []byte{1}, Expires: time.Now().Add(time.Hour),
			},
		}))
		_, err = s.Store.CorrectText(ctx, l.key, "please tell "+l.word+" all about it", "kim", time.Now())
		must(err)
		headline += l.word + " "
		out = append(out, l)
	}
	must(s.Store.EndSession(ctx, id, models.EndLeft, time.Now()))
	must(s.Store.PutSummary(ctx, models.Summary{Session: id, Kind: models.SummarySession, Headline: headline, Created: began}))
	must(afterwards.WriteFiles(ctx, cfg.Export, s.Store, id, nil))
	return out
}

// openOnce opens the real app for a caller who closes it.
func openOnce(t *testing.T, cfg configs.Config) (*App, net.Listener) {
	t.Helper()
	s, err := New(t.Context(), Options{Config: cfg, Log: slog.New(slog.DiscardHandler), Models: speech.Options{Waits: true}})
	if err != nil {
		t.Fatal(err)
	}
	l, err := web.Listen(t.Context(), cfg.Listen)
	if err != nil {
		_ = s.Close()
		t.Fatal(err)
	}
	return s, l
}

// hiss is a second of noise of its own.
func hiss(t *testing.T, seed uint64) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := audio.EncodeOgg(&b, noise.Make(noise.White, 16_000, -20, seed), audio.EncoderConfig{}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// redactUntilKilled runs the service and redacts some lines; the program is killed somewhere in the last of them, or just after it.
// How long one takes is estimated from those before.
func redactUntilKilled(t *testing.T, dir, exports string, lines []*secretLine, rng *rand.Rand) {
	t.Helper()
	mine := lines
	serve := programtest.Serve(t, append(
		os.Environ(), "EARSHOT_DATA_DIR="+dir, "EARSHOT_DECODERS=1", "EARSHOT_EXPORT_DIR="+exports, "EARSHOT_EXPORT_SOUND=true",
	))
	took := 50 * time.Millisecond
	for last := 1 + rng.IntN(len(lines)-2); len(lines) > 0; lines, last = lines[1:], last-1 {
		began := time.Now()
		if last == 0 {
			timer := time.AfterFunc(time.Duration((0.3+0.8*rng.Float64())*float64(took)), func() { _ = serve.Process.Signal(syscall.SIGKILL) })
			lines[0].acked = redactWord(t, serve.Host, lines[0].key)
			timer.Stop()
			break
		}
		if lines[0].acked = redactWord(t, serve.Host, lines[0].key); !lines[0].acked {
			t.Fatalf("a redaction failed: %s", serve.Log.String())
		}
		took = time.Since(began)
	}
	_ = serve.Process.Kill()
	_ = serve.Wait()
	record := readAll(t, dir)
	for _, l := range mine {
		// What was acknowledged has been removed at once, before the next start finishes anything.
		if found := record.With([]byte(l.word)); l.acked && len(found) > 0 {
			t.Errorf("%s was acknowledged, and is in %v when the program is killed", l.key, found)
		}
	}
	if strings.Contains(serve.Log.String(), "zqx") {
		t.Error("a word is in the log")
	}
}

// redactWord redacts the third word of a line as the page does, and reports whether the answer confirmed it.
func redactWord(t *testing.T, host string, k models.Key) bool {
	t.Helper()
	form := strings.NewReader(url.Values{"word": {"2"}, "sure": {"1"}}.Encode())
	to := fmt.Sprintf("http://%s/s/%s/line/%d/%d/%s/redact", host, k.Session, k.Epoch, k.Seq, k.Track)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, to, form)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(r)
	if err != nil {
		return false // it was killed
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusSeeOther {
		t.Errorf("redact: %d", res.StatusCode)
	}
	return true
}

// afterKill starts the program again, has it finish what was left to do, and searches for every word in everything that could
// contain it. It returns the words that are gone.
func afterKill(t *testing.T, cfg configs.Config, lines []*secretLine) map[string]bool {
	t.Helper()
	s, l := openOnce(t, cfg)
	err := s.Run(t.Context(), l, func(ctx context.Context) error {
		waittest.Until(t, "the files are removed", func() bool {
			stale, err := s.Store.StaleFiles(ctx, "")
			return err == nil && len(stale) == 0
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	gone := map[string]bool{}
	for _, l := range lines {
		places := held(t, s, l)
		gone[l.word] = len(places) == 0
		if len(places) != 0 && len(places) != 7 {
			t.Errorf("%s is still in %v: half redacted", l.key, places)
		}
		if l.acked && !gone[l.word] {
			t.Errorf("%s was acknowledged, and is still in %v", l.key, places)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	files := readAll(t, cfg.DataDir, cfg.Export.Dir)
	for _, l := range lines {
		if !gone[l.word] {
			continue
		}
		// Audio has no words: some bytes from its middle are searched for instead.
		for what, needle := range map[string][]byte{"word": []byte(l.word), "sound": l.ogg[len(l.ogg)/2 : len(l.ogg)/2+48]} {
			if found := files.With(needle); len(found) > 0 {
				t.Errorf("%s was redacted, and its %s is still in %v", l.key, what, found)
			}
		}
	}
	return gone
}

// held lists the places that still contain the word of a line, or its audio.
func held(t *testing.T, s *App, l *secretLine) (out []string) {
	t.Helper()
	ctx := t.Context()
	note := func(place string, holds bool, err error) {
		if err != nil {
			t.Fatalf("%s: %v", place, err)
		}
		if holds {
			out = append(out, place)
		}
	}
	u, err := s.Store.Utterance(ctx, l.key)
	note("text", strings.Contains(u.Text, l.word), err)
	note(
		"words",
		slices.ContainsFunc(
			u.Words, func(w models.Word) bool { return strings.Contains(w.Text, l.word) },
		) || strings.Contains(u.Original, l.word),
		nil,
	)
	page, err := s.Store.Search(ctx, models.SearchQuery{Text: l.word})
	note("search", len(page.Hits) > 0, err)
	flags, err := s.Store.Flags(ctx, l.key.Session)
	note("flags", strings.Contains(fmt.Sprintf("%+v", flags), l.word), err)
	decisions, err := s.Store.Decisions(ctx, l.key.Session)
	note("decisions", slices.ContainsFunc(decisions, func(d models.Decision) bool {
		return strings.Contains(fmt.Sprintf("%+v", d), l.word)
	}), err)
	note("second hearing", slices.ContainsFunc(decisions, func(d models.Decision) bool {
		return d.SecondLook != nil && strings.Contains(d.SecondLook.Text, l.word)
	}), nil)
	e, err := s.Store.Evidence(ctx, models.EvidenceID(l.key), time.Now())
	note("sound", bytes.Equal(e.Ogg, l.ogg), err)
	return out
}

// readAll reads all files below the folders.
func readAll(t *testing.T, dirs ...string) filetest.Files {
	t.Helper()
	files, err := filetest.Read(dirs...)
	if err != nil {
		t.Fatal(err)
	}
	return files
}
