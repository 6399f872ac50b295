package storetest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"earshot/models"
	"earshot/models/store"
)

// FillLibrary stores eight lines in two rooms, in several languages, some of them flagged.
func FillLibrary(t testing.TB, s store.Store) {
	t.Helper()
	StartSession(t, s, "s1")
	_, err := s.StartSession(t.Context(), models.Session{ID: "s2", Room: "book-club", Name: "Books", Started: Start.Add(24 * time.Hour)})
	Must(t, err)
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
		c := Clip(line.session, 1, i+1, nil)
		c.SpeakerID = line.speaker
		u := Line(c, line.text)
		var flags []models.Flag
		for r := range strings.FieldsSeq(line.rules) {
			flags = append(flags, Flag(u, r))
		}
		Must(t, s.Put(t.Context(), Record(u, flags)))
	}
}

func seqs(page models.SearchPage) []int {
	var got []int
	for _, h := range page.Hits {
		got = append(got, h.Utterance.Seq)
	}
	return got
}

func testSearch(t *testing.T, s suite) {
	FillLibrary(t, s)
	day := Start.Add(24 * time.Hour)
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
		{models.SearchQuery{From: Start.Add(2 * time.Second), To: Start.Add(4 * time.Second)}, []int{3, 2}},
	} {
		page, err := s.Search(t.Context(), c.q)
		if err != nil {
			t.Errorf("%+v: %v", c.q, err)
			continue
		}
		Equal(t, fmt.Sprintf("%+v", c.q), seqs(page), c.want)
	}
}

func testSearchHit(t *testing.T, s suite) {
	FillLibrary(t, s)
	page, err := s.Search(t.Context(), models.SearchQuery{Text: "profit crypto"})
	Must(t, err)
	if len(page.Hits) != 1 {
		t.Fatalf("%d hits", len(page.Hits))
	}
	h := page.Hits[0]
	Equal(t, "snippet", h.Snippet, []models.SnippetPart{
		{Text: "Buy my "}, {Text: "crypto", Hit: true}, {Text: " coin now, guaranteed "}, {Text: "profit", Hit: true}, {Text: "!"},
	})
	Equal(t, "rules", h.Rules, []string{"scam.coin", "scam.guaranteed"})
	Equal(t, "room", h.Room, "open-mic")
	Equal(t, "session", h.SessionName, "Open mic")
	Equal(t, "said", h.Said, Start.Add(2*time.Second))
	line, err := s.Utterance(t.Context(), h.Utterance.Key)
	Must(t, err)
	Equal(t, "line", h.Utterance, line)
}

func testSearchPages(t *testing.T, s suite) {
	StartSession(t, s, "s1")
	for seq := 1; seq <= 25; seq++ {
		PutLine(t, s, "s1", seq, "the same words")
	}
	for _, q := range []models.SearchQuery{{Text: "same", Limit: 10}, {Room: "open-mic", Limit: 10}} {
		var got []int
		pages := 0
		for {
			page, err := s.Search(t.Context(), q)
			Must(t, err)
			got = append(got, seqs(page)...)
			pages++
			if page.Next == "" {
				break
			}
			q.Cursor = page.Next
			if pages == 1 { // a line that comes meanwhile shifts nothing
				PutLine(t, s, "s1", 100+len(q.Text), "the same words, later")
			}
		}
		var want []int
		for seq := 25; seq >= 1; seq-- {
			want = append(want, seq)
		}
		if q.Text == "" {
			want = append([]int{104}, want...)
		}
		Equal(t, "all pages", got, want)
		Equal(t, "pages", pages, 3)
	}
}

func testSearchRefuses(t *testing.T, s suite) {
	FillLibrary(t, s)
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
		WantErr(t, name, err, models.ErrInvalid)
	}
	page, err := s.Search(t.Context(), models.SearchQuery{Text: strings.Repeat("profit ", 100)})
	Must(t, err)
	Equal(t, "100 terms", len(page.Hits), 2)
}
