package sqlite_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"earshot/models"
	"earshot/models/sqlite"
)

// BenchmarkCommit measures one clip of about 5 s: stored in the spool, then its line stored and the clip acknowledged, each synced
// to disk.
func BenchmarkCommit(b *testing.B) {
	s := open(b)
	startSession(b, s, "s1")
	sound := make([]byte, 20_000)
	words := make([]models.Word, 15)
	for i := range words {
		words[i] = models.Word{Text: "word", StartMS: int64(i) * 300, EndMS: int64(i)*300 + 250, P: 0.87654}
	}
	seq := 0
	for b.Loop() {
		seq++
		c := clip("s1", 1, seq, sound)
		must(b, s.PutClip(b.Context(), c))
		u := utterance(c, strings.Repeat("word ", 15), words...)
		must(b, s.Put(b.Context(), record(u, []models.Flag{flag(u, "r")})))
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commits/s")
}

// benchLines is the number of lines for the benchmarks of reading: 100 000 in 400 sessions of 20 rooms, or as many as
// EARSHOT_BENCH_LINES says.
func benchLines(b *testing.B) int {
	n, err := strconv.Atoi(cmp.Or(os.Getenv("EARSHOT_BENCH_LINES"), "100000"))
	must(b, err)
	return n
}

func benchLibrary(b *testing.B) *sqlite.Store {
	b.Helper()
	path := filepath.Join(b.TempDir(), "earshot.db")
	s := openAt(b, path)
	s.Pragma(b, "synchronous = OFF")
	rng := rand.New(rand.NewPCG(1, 2))
	zipf := rand.NewZipf(rng, 1.1, 2, 20_000)
	const perSession = 250
	begin := time.Now()
	lines := benchLines(b)
	for n := range lines / perSession {
		id := fmt.Sprintf("s%d", n)
		_, err := s.StartSession(b.Context(), models.Session{
			ID: id, Room: fmt.Sprintf("room%d", n%20), Name: id, Started: start.Add(time.Duration(n) * time.Hour),
		})
		must(b, err)
		us := make([]models.Utterance, perSession)
		for i := range us {
			c := clip(id, 1, i+1, nil)
			c.SpeakerID = fmt.Sprintf("p%d", rng.IntN(5)+n%50*5)
			var text strings.Builder
			for range 12 {
				fmt.Fprintf(&text, "w%d ", zipf.Uint64())
			}
			us[i] = utterance(c, text.String())
		}
		s.Fill(b, us)
		must(b, s.EndSession(b.Context(), id, models.EndLeft, start.Add(time.Duration(n+1)*time.Hour)))
	}
	b.Logf("%d lines in %s", lines, time.Since(begin).Round(time.Millisecond))
	return s
}

func BenchmarkRead(b *testing.B) {
	s := benchLibrary(b)
	for name, q := range map[string]models.SearchQuery{
		"frequent word":              {Text: "w0"},
		"two frequent words":         {Text: "w0 w1"},
		"phrase":                     {Text: `"w1 w2"`},
		"rare word":                  {Text: "w19876"},
		"prefix":                     {Text: "w19*"},
		"broad prefix":               {Text: "w1*"},
		"long prefix":                {Text: "w123*"},
		"prefix and word":            {Text: "w1* w0"},
		"two prefixes":               {Text: "w1* w2*"},
		"words nobody said together": {Text: "w19876 w0 w1"},
		"frequent in old room":       {Text: "w0", Room: "room0", To: start.Add(2 * time.Hour)},
		"frequent in one session":    {Text: "w0", Session: "s3"},
		"frequent by one speaker":    {Text: "w0", Speaker: "p7"},
		"frequent within two hours":  {Text: "w0", From: start.Add(10 * time.Hour), To: start.Add(12 * time.Hour)},
		"flagged":                    {Text: "w0", Flagged: true},
	} {
		b.Run("search/"+strings.ReplaceAll(name, " ", "_"), func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				begin := time.Now()
				_, err := s.Search(b.Context(), q)
				must(b, err)
				took = append(took, time.Since(begin))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
		})
	}
	b.Run("sessions", func(b *testing.B) {
		for b.Loop() {
			_, err := s.Sessions(b.Context(), models.SessionQuery{})
			must(b, err)
		}
	})
	b.Run("transcript", func(b *testing.B) {
		for b.Loop() {
			_, err := s.Utterances(b.Context(), "s7")
			must(b, err)
		}
	})
	b.Run("scrub", func(b *testing.B) {
		for b.Loop() {
			must(b, s.Scrub(b.Context()))
		}
	})
}
