package review

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"earshot/models"
	"earshot/moderation/review/pages"
)

// minutes is a Summariser that quotes the lines of a memory after a given time.
type minutes struct {
	m    *memory
	made int
}

func (q *minutes) Recap(_ context.Context, session string, since int64) (models.Summary, error) {
	s := models.Summary{
		Session: session, Kind: models.SummaryRecap, Headline: "Ana and Ben talked.", SinceMS: since, UntilMS: 21_000, LeftOut: 1, Flagged: 1,
		Chapters: []models.Chapter{}, Highlights: []models.SummaryItem{}, Decisions: []models.SummaryItem{}, Actions: []models.SummaryItem{},
		Questions: []models.SummaryItem{}, Talk: []models.TalkShare{
			{SpeakerID: "Ben", SpeakerName: "Ben", TalkMS: 3000, Turns: 1}, {SpeakerID: "Cleo", SpeakerName: "Cleo"},
		},
	}
	q.m.mu.Lock()
	defer q.m.mu.Unlock()
	for _, u := range q.m.lines {
		if u.Session == session && u.StartMS >= since {
			s.Lines++
			s.Highlights = append(
				s.Highlights,
				models.SummaryItem{Text: u.Text, SpeakerID: u.SpeakerID, StartMS: u.StartMS, EndMS: u.EndMS, Cites: []models.Key{u.Key}},
			)
		}
	}
	return s, nil
}

func (q *minutes) Remake(ctx context.Context, session string) (models.Summary, error) {
	s, err := q.Recap(ctx, session, 0)
	q.m.mu.Lock()
	defer q.m.mu.Unlock()
	q.m.summary = s
	q.made++
	return s, err
}

func TestSummaryStandsBesideTheTranscript(t *testing.T) {
	m := heardRoom()
	q := &minutes{m: m}
	s := serve(t, m, func(c *Config) { c.Summaries = q })
	inOrder(t, ask(t, s, "GET", "/s/s1").Body.String(), `id="summary">`, `name="last" value="5"`, "Make a summary now", "Joined late?")
	if w := post(t, s, "/s/s1/summary", nil); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/s/s1#summary" {
		t.Fatal(w.Code, w.Header())
	}
	ben := m.lines[0]
	body := ask(t, s, "GET", "/s/s1").Body.String()
	inOrder(t, body, `id="summary"`, "Make it again", "Ana and Ben talked.", "Up to 0:21.", "From 3 lines, made without any language "+
		"model. Left out as doubtful: 1 (33 %). Left out as flagged: 1",
		"Highlights", `href="/s/s1?at=`+pages.LineID(ben.Key)+`#`, "0:15", "Ben", "Buy my coin now", "/evidence/", "Transcript",
		`id="`+pages.LineID(ben.Key)+`"`)
	m.lines = m.lines[1:] // what an item rests on was erased
	if body := ask(t, s, "GET", "/s/s1").Body.String(); strings.Contains(body, "Buy my coin") {
		t.Error("a summary quotes a line that is gone")
	}
}

func TestRecapSaysWhatALatecomerMissed(t *testing.T) {
	m := room()
	q := &minutes{m: m}
	s := serve(t, m, func(c *Config) { c.Summaries = q; c.Now = func() time.Time { return start.Add(75 * time.Second) } })
	tests := []struct {
		query    string
		has, not string
	}{
		{"?since=0:14", "From 0:14 to 0:21.", "Welcome everyone. </span>"},
		{"?last=1", "From 0:15 to 0:21.", "Joined late?"},
		{"?last=0", "From 0:00 to 0:21.", "Joined late?"},
		{"?since=", "Joined late?", "Highlights"},
		{"?since=14", "Enter the time from the session", "Highlights"},
		{"?since=1:2", "Enter the time from the session", "Highlights"},
		{"?last=-3", "Enter the time from the session", "Highlights"},
		{"?since=" + url.QueryEscape(`"><script>`), "Enter the time from the session", "<script>"},
	}
	for _, tt := range tests {
		w := ask(t, s, "GET", "/s/s1"+tt.query)
		_, sum, _ := strings.Cut(w.Body.String(), `id="summary"`)
		sum, _, _ = strings.Cut(sum, "</details>")
		if w.Code != 200 || !strings.Contains(sum, tt.has) || strings.Contains(sum, tt.not) {
			t.Errorf("%s: %d, want %q and not %q in %s", tt.query, w.Code, tt.has, tt.not, sum)
		}
	}
	if w := ask(t, s, "GET", "/api/sessions/s1/summary?since=0:14"); w.Code != 200 || !strings.Contains(w.Body.String(), `"since_ms":14000`) {
		t.Error(w.Code, w.Body)
	}
	if w := ask(t, s, "GET", "/api/sessions/s1/summary?since=x"); w.Code != 400 {
		t.Error(w.Code)
	}
}

func TestOnlyReviewersMakeSummaries(t *testing.T) {
	m := heardRoom()
	q := &minutes{m: m}
	s := serve(t, m, nil)
	if w := post(t, s, "/s/s1/summary", nil); w.Code != http.StatusBadRequest {
		t.Error("without a summariser:", w.Code)
	}
	s = serve(t, m, func(c *Config) { c.Summaries = q })
	if w := post(t, s, "/s/s1/summary", nil, "Sec-Fetch-Site", "cross-site"); w.Code != http.StatusForbidden {
		t.Error("from another site:", w.Code)
	}
	if w := post(t, s, "/s/nope/summary", nil); w.Code != http.StatusNotFound {
		t.Error("of no session:", w.Code)
	}
	if q.made != 0 {
		t.Error("made all the same")
	}
}
