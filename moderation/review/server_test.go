package review

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"earshot/models"
	"earshot/models/leaktest"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/events"
	"earshot/moderation/review/internal/reviewtest"
	"earshot/moderation/review/pages"
	"earshot/moderation/review/record"
	"earshot/moderation/review/web"
)

func TestMain(m *testing.M) { leaktest.Main(withChromium{m}) }

// room is a store with one live session of three lines, a gap and a flag, and one that has ended.
func room() *memory {
	m := &memory{sessions: []models.Session{
		{
			ID: "old", Room: "book-club", Name: "Book club", Started: start.Add(-24 * time.Hour), Ended: start.Add(-23 * time.Hour),
			Reason: models.EndAlone,
		},
		{ID: "s1", Room: "open-mic", Name: "Open mic", Started: start},
	}}
	m.speakers = []models.Speaker{
		{Session: "s1", ID: "Ben", Name: "Ben", FirstMS: 5}, {Session: "s1", ID: "Ana", Name: "Ana", Role: models.RoleHost},
	}
	m.lines = []models.Utterance{
		reviewtest.Said("s1", 2, "Ben", 15_000, 18_000, "Buy my coin now, guaranteed profit."),
		reviewtest.Said("s1", 1, "Ana", 12_000, 14_000, "Welcome everyone."),
		reviewtest.Said("s1", 3, "Ana", 20_000, 21_000, "Please do not."),
	}
	m.lines[2].Doubt = []models.Doubt{models.DoubtLowConfidence}
	m.flags = []models.Flag{reviewtest.Flagged(m.lines[0], "scam.guaranteed", models.LevelHigh, 4, 5)}
	m.gaps = []models.Gap{
		{Session: "s1", SpeakerID: "Ben", SpeakerName: "Ben", StartMS: 18_500, EndMS: 20_000, LostMS: 1400, Cause: models.GapLoss},
	}
	return m
}

// served is a Server with its dependencies.
type served struct {
	*Server
	hub     *events.Hub
	store   record.Store
	members *auth.Members
}

func serve(t *testing.T, m *memory, change func(*Config)) *served {
	t.Helper()
	c := Config{
		Store: m, Hub: events.NewHub(events.HubConfig{}), Location: time.UTC, Log: slog.New(slog.DiscardHandler),
		Now: func() time.Time { return start.Add(time.Minute) },
	}
	if change != nil {
		change(&c)
	}
	return &served{New(c), c.Hub, c.Store, c.Members}
}

func ask(t *testing.T, s *served, method, target string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, target, http.NoBody)
	r.Host = "127.0.0.1:8484"
	for i := 0; i+1 < len(header); i += 2 {
		if header[i] == "Host" {
			r.Host = header[i+1]
			continue
		}
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

// inOrder fails unless the pieces occur in the text in this order. White space is compared as a browser does.
func inOrder(t *testing.T, text string, pieces ...string) {
	t.Helper()
	text = collapsed(text)
	for _, p := range pieces {
		var found bool
		if _, text, found = strings.Cut(text, collapsed(p)); !found {
			t.Fatalf("%q is missing, or not in its place", p)
		}
	}
}

func collapsed(page string) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(page), " "), "> <", "><")
}

func TestRoomsListsLiveFirst(t *testing.T) {
	w := ask(t, serve(t, room(), func(c *Config) { c.Notice = "A test: run `earshot x`." }), "GET", "/")
	if w.Code != http.StatusOK {
		t.Fatal(w.Code)
	}
	inOrder(t, w.Body.String(), "A test: run <code>earshot "+
		"x</code>.", "Live now", `href="/s/s1"`, "Open mic", "<b>2</b> speakers", "<b>3</b> lines", "▲ 1</b> open",
		"Yesterday", `href="/s/old"`, "Book club", "1 h 00", "left when nobody else was there", "no flags")
}

func TestNoRoomsTeaches(t *testing.T) {
	w := ask(t, serve(t, &memory{}, nil), "GET", "/")
	inOrder(t, w.Body.String(), "No rooms yet", "earshot demo", "earshot join lounge://")
}

func TestSessionShowsWhatWasHeardInOrder(t *testing.T) {
	m := room()
	failed := reviewtest.Said("s1", 4, "Ben", 30_000, 31_000, "x")
	failed.Text, failed.State = "", models.UtteranceFailed
	silent := reviewtest.Said("s1", 5, "Ben", 40_000, 41_000, "x")
	silent.Text = ""
	m.lines = append(m.lines, failed, silent)
	body := ask(t, serve(t, m, nil), "GET", "/s/s1").Body.String()
	inOrder(t, body, "Open mic", "live", "<b id=\"n-lines\">4</b>", `<span id="n-flags">1</span>`,
		"Who spoke when", ">A</", "Ana", "host", "0:03", // Ana came first and spoke for three seconds
		"Flags", "Rule scam.guaranteed", "guaranteed profit", "why, decide",
		"Transcript", "Sun 1 Mar 2026, 20:14:12 UTC", "0:12", "Welcome everyone.",
		"0:15", "Buy my coin now, <mark>guaranteed profit.</mark>", `class="inflag high open"`,
		"1.4 s not heard from <bdi>Ben</bdi>", "packets did not arrive",
		"Please do not.", "Doubtful: low confidence", "decoding failed")
	if strings.Contains(body, pages.LineID(silent.Key)) {
		t.Error("a line in which nothing was said is shown")
	}
}

func TestEveryAnswerIsSecured(t *testing.T) {
	s := serve(t, room(), nil)
	for _, path := range []string{"/", "/s/s1", "/s/nope", "/search?q=coin", "/static/app.js", "/api/sessions", "/api/sessions/s1", "/nope"} {
		h := ask(t, s, "GET", path).Header()
		if got := h.Get("Content-Security-Policy"); got != auth.ContentPolicy {
			t.Errorf("%s: policy %q", path, got)
		}
		if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "no-referrer" || h.Get("X-Frame-Options") != "DENY" {
			t.Errorf("%s: headers %v", path, h)
		}
		if !strings.HasPrefix(path, "/static/") && h.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: may be kept: %q", path, h.Get("Cache-Control"))
		}
	}
}

func TestPagesHoldNoInlineCode(t *testing.T) {
	s := serve(t, room(), func(c *Config) { c.Notice = "x" })
	for _, path := range []string{"/", "/s/s1", "/search?q=coin", "/nope"} {
		body := ask(t, s, "GET", path).Body.String()
		for _, bad := range []string{" style=", "<style", " onclick=", " onload=", "javascript:", "<script>", "http://", "https://"} {
			if strings.Contains(body, bad) {
				t.Errorf("%s: holds %q", path, bad)
			}
		}
		if n := strings.Count(body, "<script"); n != 1 {
			t.Errorf("%s: %d scripts", path, n)
		}
	}
}

func TestHostileTextIsInert(t *testing.T) {
	const evil = `"><script>alert(1)</script><img src=x onerror=alert(2)>`
	m := room()
	m.sessions[1].Name = evil
	m.sessions[1].URL = "javascript:alert(3)"
	m.sessions[1].Model, m.sessions[1].Rules = evil, evil
	m.speakers = append(m.speakers, models.Speaker{Session: "s1", ID: evil, Name: evil + "\u202egnp.exe\x00\n" + strings.Repeat("a", 1<<20)})
	u := reviewtest.Said("s1", 9, evil, 50_000, 52_000, "javascript:alert(4) "+evil)
	u.Language, u.Track = evil, evil
	f := reviewtest.Flagged(u, evil, models.LevelHigh, 0, 1)
	f.Title, f.Why, f.Pack, f.Status, f.Level = evil, evil, evil, models.FlagStatus(evil), models.Level(evil)
	m.lines, m.flags = append(m.lines, u), append(m.flags, f)
	s := serve(t, m, func(c *Config) { c.Notice = evil + "`" + evil })
	for _, path := range []string{"/", "/s/s1", "/search?q=alert", "/search?q=" + strings.ReplaceAll(evil, " ", "+")} {
		body := ask(t, s, "GET", path).Body.String()
		if strings.Contains(body, "<script>") || strings.Contains(body, "<img") {
			t.Errorf("%s: live markup", path)
		}
		if !strings.Contains(body, "&lt;script&gt;alert(1)") {
			t.Errorf("%s: the text is not shown as text", path)
		}
		if strings.Contains(body, "\u202e") || strings.Contains(body, "\x00") {
			t.Errorf("%s: a name turns the direction", path)
		}
		if strings.Contains(body, strings.Repeat("a", web.MaxName+1)) {
			t.Errorf("%s: a name of a megabyte is shown whole", path)
		}
	}
}

func TestForeignNamesAreRefused(t *testing.T) {
	s := serve(t, room(), func(c *Config) { c.Hosts = []string{"earshot.lan"} })
	tests := map[string]int{
		"127.0.0.1:8484": 200, "localhost:8484": 200, "LOCALHOST": 200, "[::1]:8484": 200, "192.168.1.5": 200, "earshot.lan:8484": 200,
		"evil.example": 421, "evil.example:8484": 421, "127.0.0.1.evil.example": 421, "localhost.evil.example": 421, "": 421,
	}
	for host, want := range tests {
		if got := ask(t, s, "GET", "/api/sessions", "Host", host).Code; got != want {
			t.Errorf("host %q: %d, want %d", host, got, want)
		}
	}
}

func TestWritesFromElsewhereAreRefused(t *testing.T) {
	s := serve(t, room(), nil)
	for _, path := range []string{"/", "/s/s1", "/api/sessions", "/events/s1"} {
		if got := ask(t, s, "POST", path, "Sec-Fetch-Site", "cross-site").Code; got != http.StatusForbidden {
			t.Errorf("cross-site POST %s: %d", path, got)
		}
		if got := ask(t, s, "POST", path, "Origin", "https://evil.example").Code; got != http.StatusForbidden {
			t.Errorf("POST %s of another origin: %d", path, got)
		}
		if got := ask(t, s, "POST", path).Code; got != http.StatusMethodNotAllowed {
			t.Errorf("POST %s: %d", path, got)
		}
	}
}

func TestFailuresAreAnsweredAndKeepSecrets(t *testing.T) {
	tests := []struct {
		name string
		m    *memory
		code int
		text string
	}{
		{"failure", &memory{err: errors.New("disk said no")}, 500, "could not be read"},
		{"hint", &memory{err: models.WithHint(fmt.Errorf("full: %w", models.ErrUnavailable), "free some space")}, 503, "free some space"},
		{"panic", &memory{boom: true}, 500, "See the log for details"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var logged strings.Builder
			s := serve(t, tt.m, func(c *Config) { c.Log = slog.New(slog.NewTextHandler(&logged, nil)) })
			for _, path := range []string{"/", "/s/s1", "/search?q=secret", "/api/sessions", "/api/sessions/s1"} {
				logged.Reset()
				w := ask(t, s, "GET", path)
				if w.Code != tt.code || !strings.Contains(w.Body.String(), tt.text) {
					t.Errorf("%s: %d %q", path, w.Code, w.Body)
				}
				if strings.Contains(w.Body.String(), "disk said no") {
					t.Errorf("%s: the reader is shown the inside", path)
				}
				if logged.Len() == 0 || strings.Contains(logged.String(), "words that were said") || strings.Contains(logged.String(), "secret") {
					t.Errorf("%s: log %q", path, logged.String())
				}
			}
		})
	}
}

func TestSearchTakesAnything(t *testing.T) {
	s := serve(t, room(), nil)
	tests := []struct {
		query string
		code  int
		want  string
	}{
		{"", 200, "Find what was said"},
		{"++", 200, "Find what was said"},
		{"coin", 200, "1 line with <q>coin</q>"},
		{"nothing+like+it", 200, "Nobody said that"},
		{"%00%ff%fe%22NEAR(*%27OR+1%3D1", 200, "Nobody said that"},
		{strings.Repeat("a", 256+1), 400, "too long"},
		{strings.Repeat("a", web.MaxQuery+1), 414, "too long"},
	}
	for _, tt := range tests {
		w := ask(t, s, "GET", "/search?q="+tt.query)
		if w.Code != tt.code || !strings.Contains(collapsed(w.Body.String()), tt.want) {
			t.Errorf("%.20q: %d without %q", tt.query, w.Code, tt.want)
		}
	}
	w := ask(t, serve(t, &memory{refused: models.ErrInvalid}, nil), "GET", "/search?q=x&before=zz")
	if w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "a few plain words") {
		t.Errorf("a query that the store refuses: %d", w.Code)
	}
}

func TestSearchLinksToTheLineAndToOlderOnes(t *testing.T) {
	m := room()
	for i := range record.HitsShown {
		m.lines = append(m.lines, reviewtest.Said("s1", 100+i, "Ana", int64(i), int64(i), "coin"))
	}
	body := ask(t, serve(t, m, nil), "GET", "/search?q=coin").Body.String()
	inOrder(
		t, body, `href="/s/s1?at=`+pages.LineID(m.lines[0].Key)+`#`, "0:15", "Ben", "Buy my <mark>coin</mark> now",
		`href="/search?before=n3xt&amp;q=coin"`,
	)
}

func TestAPI(t *testing.T) {
	s := serve(t, room(), nil)
	var list struct {
		Sessions []struct {
			ID         string `json:"id"`
			Live       bool   `json:"live"`
			Utterances int    `json:"utterances"`
			OpenFlags  int    `json:"open_flags"`
		} `json:"sessions"`
	}
	w := ask(t, s, "GET", "/api/sessions")
	if err := json.Unmarshal(w.Body.Bytes(), &list); err != nil || w.Header().Get("Content-Type") != "application/json; charset=utf-8" {
		t.Fatal(err, w.Header())
	}
	if len(list.Sessions) != 2 || list.Sessions[0].ID != "s1" || !list.Sessions[0].Live || list.Sessions[0].Utterances != 3 ||
		list.Sessions[0].OpenFlags != 1 || list.Sessions[1].Live {
		t.Errorf("%+v", list)
	}
	var one struct {
		Cursor     string             `json:"cursor"`
		Session    models.Session     `json:"session"`
		Speakers   []models.Speaker   `json:"speakers"`
		Utterances []models.Utterance `json:"utterances"`
		Flags      []models.Flag      `json:"flags"`
		Gaps       []models.Gap       `json:"gaps"`
	}
	if err := json.Unmarshal(ask(t, s, "GET", "/api/sessions/s1").Body.Bytes(), &one); err != nil {
		t.Fatal(err)
	}
	if one.Session.ID != "s1" || len(one.Utterances) != 3 || len(one.Flags) != 1 || len(one.Gaps) != 1 || len(one.Speakers) != 2 ||
		one.Cursor != s.hub.Text(s.hub.Cursor()) {
		t.Errorf("%+v", one)
	}
	if body := ask(t, s, "GET", "/api/sessions/old").Body.String(); strings.Contains(body, "null") {
		t.Errorf("null in %s", body)
	}
	for _, bad := range []string{"0", "-1", "x", "1001"} {
		if w := ask(t, s, "GET", "/api/sessions?limit="+bad); w.Code != http.StatusBadRequest {
			t.Errorf("limit %s: %d", bad, w.Code)
		}
	}
}

// assetsOf returns the addresses of the stylesheet, the script and the icon, by name, as a page references them.
func assetsOf(t *testing.T, s *served) map[string]string {
	t.Helper()
	urls := map[string]string{}
	for _, m := range regexp.MustCompile(`/static/([\w.]+)\?v=\w+`).FindAllStringSubmatch(ask(t, s, "GET", "/").Body.String(), -1) {
		urls[m[1]] = m[0]
	}
	if got := slices.Sorted(maps.Keys(urls)); !slices.Equal(got, []string{"app.css", "app.js", "icon.svg"}) {
		t.Fatalf("a page names %v", urls)
	}
	return urls
}

func TestAssets(t *testing.T) {
	s := serve(t, room(), nil)
	total := 0
	urls := assetsOf(t, s)
	for name, url := range urls {
		w := ask(t, s, "GET", url)
		total += ask(t, s, "GET", url, "Accept-Encoding", "gzip").Body.Len()
		if w.Code != 200 || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") || w.Header().Get("Content-Type") == "" {
			t.Errorf("%s: %d %v", name, w.Code, w.Header())
		}
		if got := ask(t, s, "GET", "/static/"+name+"?v=old").Header().Get("Cache-Control"); got != "no-cache" {
			t.Errorf("%s with another hash: %q", name, got)
		}
		if got := ask(t, s, "GET", url, "If-None-Match", w.Header().Get("ETag")).Code; got != http.StatusNotModified {
			t.Errorf("%s again: %d", name, got)
		}
	}
	total += ask(t, s, "GET", "/s/s1", "Accept-Encoding", "gzip").Body.Len()
	if total > 40<<10 || total < 10<<10 {
		t.Errorf("a page weighs %d bytes on its way, want at most 40 kB", total)
	}
}
