package sqlite_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"earshot/models"
	"earshot/models/sqlite"
)

// library fills a store with lines of two rooms and returns it.
func library(t testing.TB) *sqlite.Store {
	t.Helper()
	s := open(t)
	startSession(t, s, "s1")
	_, err := s.StartSession(t.Context(), models.Session{ID: "s2", Room: "book-club", Name: "Books", Started: start.Add(24 * time.Hour)})
	must(t, err)
	for i, line := range []struct{ session, speaker, text, rules string }{
		{"s1", "ana", "Welcome everyone to the room.", ""},
		{"s1", "ben", "Buy my crypto coin now, guaranteed profit!", "scam.guaranteed scam.coin"},
		{"s1", "ana", "We don't do that here.", ""},
		{"s1", "ben", "Guaranteed, I say: the profit is real.", "scam.guaranteed"},
		{"s2", "ana", "The café scene is real naïve.", ""},
		{"s2", "cem", "हिन्दी की किताब", ""},
		{"s2", "cem", "", ""},
		{"s2", "ben", "NEAR the end OR not text: AND so on", ""},
	} {
		c := clip(line.session, 1, i+1, nil)
		c.SpeakerID = line.speaker
		u := utterance(c, line.text)
		var flags []models.Flag
		for r := range strings.FieldsSeq(line.rules) {
			flags = append(flags, flag(u, r))
		}
		must(t, s.Put(t.Context(), record(u, flags)))
	}
	return s
}

func seqs(page models.SearchPage) []int {
	var got []int
	for _, h := range page.Hits {
		got = append(got, h.Utterance.Seq)
	}
	return got
}

func TestSearch(t *testing.T) {
	s := library(t)
	day := start.Add(24 * time.Hour)
	for _, c := range []struct {
		q    models.SearchQuery
		want []int
	}{
		{models.SearchQuery{Text: "profit"}, []int{4, 2}},
		{models.SearchQuery{Text: "PROFIT guaranteed"}, []int{4, 2}},
		{models.SearchQuery{Text: `"guaranteed profit"`}, []int{2}},
		{models.SearchQuery{Text: "“guaranteed profit” crypto"}, []int{2}},
		{models.SearchQuery{Text: "guarant*"}, []int{4, 2}},
		{models.SearchQuery{Text: "guarant"}, nil},
		{models.SearchQuery{Text: `"guaranteed prof"*`}, []int{2}},
		{models.SearchQuery{Text: `"guaranteed profit"crypto`}, []int{2}},
		{models.SearchQuery{Text: `"guaranteed crypto`}, nil},
		{models.SearchQuery{Text: "don't"}, []int{3}},
		{models.SearchQuery{Text: "don’t"}, []int{3}},
		{models.SearchQuery{Text: "cafe naive"}, []int{5}},
		{models.SearchQuery{Text: "cafe\u0301"}, []int{5}},
		{models.SearchQuery{Text: "किताब"}, []int{6}},
		{models.SearchQuery{Text: "हिन्दी"}, []int{6}},
		{models.SearchQuery{Text: "NEAR"}, []int{8}},
		{models.SearchQuery{Text: "NEAR( AND OR NOT"}, []int{8}},
		{models.SearchQuery{Text: "text:"}, []int{8}},
		{models.SearchQuery{Text: "facets:flagged"}, nil},
		{models.SearchQuery{Text: "flagged"}, nil}, // the index's own words are not text
		{models.SearchQuery{Text: "' OR 1=1"}, nil},
		{models.SearchQuery{Text: "!!! ***"}, nil},
		{models.SearchQuery{Text: "profit !!!"}, []int{4, 2}},
		{models.SearchQuery{Text: "profit", Session: "s2"}, nil},
		{models.SearchQuery{Text: "real", Room: "book-club"}, []int{5}},
		{models.SearchQuery{Text: "real", Room: "nowhere"}, nil},
		{models.SearchQuery{Text: "real", Speaker: "ben"}, []int{4}},
		{models.SearchQuery{Text: "profit", Rule: "scam.coin"}, []int{2}},
		{models.SearchQuery{Text: "real", Flagged: true}, []int{4}},
		{models.SearchQuery{Flagged: true}, []int{4, 2}},
		{models.SearchQuery{Speaker: "cem"}, []int{7, 6}},
		{models.SearchQuery{Session: "s1", Speaker: "ana"}, []int{3, 1}},
		{models.SearchQuery{Room: "book-club"}, []int{8, 6, 5}},
		{models.SearchQuery{Text: "real", From: day}, []int{5}},
		{models.SearchQuery{Text: "real", To: day}, []int{4}},
		{models.SearchQuery{From: start.Add(2 * time.Second), To: start.Add(4 * time.Second)}, []int{3, 2}},
	} {
		page, err := s.Search(t.Context(), c.q)
		if err != nil {
			t.Errorf("%+v: %v", c.q, err)
			continue
		}
		equal(t, fmt.Sprintf("%+v", c.q), seqs(page), c.want)
	}
}

func TestSearchHit(t *testing.T) {
	s := library(t)
	page, err := s.Search(t.Context(), models.SearchQuery{Text: "profit crypto"})
	must(t, err)
	if len(page.Hits) != 1 {
		t.Fatalf("%d hits", len(page.Hits))
	}
	h := page.Hits[0]
	equal(t, "snippet", h.Snippet, []models.SnippetPart{
		{Text: "Buy my "}, {Text: "crypto", Hit: true}, {Text: " coin now, guaranteed "}, {Text: "profit", Hit: true}, {Text: "!"},
	})
	equal(t, "rules", h.Rules, []string{"scam.coin", "scam.guaranteed"})
	equal(t, "room", h.Room, "open-mic")
	equal(t, "session", h.SessionName, "Open mic")
	equal(t, "said", h.Said, start.Add(2*time.Second))
	line, err := s.Utterance(t.Context(), h.Utterance.Key)
	must(t, err)
	equal(t, "line", h.Utterance, line)
}

func TestSearchPages(t *testing.T) {
	s := open(t)
	startSession(t, s, "s1")
	for seq := 1; seq <= 25; seq++ {
		commitText(t, s, "s1", seq, "the same words")
	}
	for _, q := range []models.SearchQuery{{Text: "same", Limit: 10}, {Room: "open-mic", Limit: 10}} {
		var got []int
		pages := 0
		for {
			page, err := s.Search(t.Context(), q)
			must(t, err)
			got = append(got, seqs(page)...)
			pages++
			if page.Next == "" {
				break
			}
			q.Cursor = page.Next
			if pages == 1 { // a line that comes meanwhile shifts nothing
				commitText(t, s, "s1", 100+len(q.Text), "the same words, later")
			}
		}
		var want []int
		for seq := 25; seq >= 1; seq-- {
			want = append(want, seq)
		}
		if q.Text == "" {
			want = append([]int{104}, want...)
		}
		equal(t, "all pages", got, want)
		equal(t, "pages", pages, 3)
	}
}

func TestSearchRefuses(t *testing.T) {
	s := library(t)
	for name, q := range map[string]models.SearchQuery{
		"nothing":         {},
		"blank":           {Text: " \t\n"},
		"10 kB":           {Text: strings.Repeat("x", 10_001)},
		"101 terms":       {Text: strings.Repeat("x ", 101)},
		"101 quoted":      {Text: `"` + strings.Repeat("x ", 101) + `"`},
		"a foreign mark":  {Text: "profit", Cursor: "!"},
		"an endless mark": {Text: "profit", Cursor: strings.Repeat("z", 99)},
	} {
		_, err := s.Search(t.Context(), q)
		wantErr(t, name, err, models.ErrInvalid)
	}
	page, err := s.Search(t.Context(), models.SearchQuery{Text: strings.Repeat("profit ", 100)})
	must(t, err)
	equal(t, "100 terms", len(page.Hits), 2)
}

func TestSearchTakesTooLong(t *testing.T) {
	s := library(t)
	s.SetSearchTime(time.Nanosecond)
	_, err := s.Search(t.Context(), models.SearchQuery{Text: "profit"})
	wantErr(t, "error", err, models.ErrUnavailable)
	if models.Hint(err) == "" {
		t.Error("no hint")
	}
}

// Whatever a person types is a search or a refusal of the input, never a failure of the store.
func FuzzSearch(f *testing.F) {
	for _, seed := range []string{
		"", "profit", `"`, `""`, `"a" "b`, "NEAR(a b, 5)", "text:x", "{text}:x", "-x", "^x", "a*", "*", "x\x00y", "' OR 1=1 --",
		"\xff\xfe", "“”", "a+b", "(((((", ")", "AND", "a AND", "٣٤", "e\u0301", "\u0301", "𝔘", "ﷺ", "\U000E0001", strings.Repeat("(", 200),
	} {
		f.Add(seed)
	}
	s := library(f)
	f.Fuzz(func(t *testing.T, text string) {
		_, err := s.Search(t.Context(), models.SearchQuery{Text: text})
		if err != nil && !errors.Is(err, models.ErrInvalid) {
			t.Errorf("%q became %v", text, err)
		}
	})
}
