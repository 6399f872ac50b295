package review

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"earshot/models"
	"earshot/moderation/review/events"
	"earshot/moderation/review/internal/reviewtest"
	"earshot/moderation/review/pages"
	"earshot/moderation/review/record"
)

func TestPersonPageNamesMergesAndErases(t *testing.T) {
	m := heardRoom()
	m.strikes = []models.LedgerEntry{
		{ID: "l1", Ledger: "conduct", Person: "Ben", Session: "s1", Points: 1.5, Pending: true, By: "rule", At: start},
		{Person: "Ana", Points: 9},
	}
	s := serve(t, m, nil)
	body := ask(t, s, "GET", "/people/open-mic/Ben").Body.String()
	inOrder(
		t, body, "<h1><bdi>Ben</bdi>", "Stored data", "Export everything", "Name", "Identities", "The same person as",
		`value="Ana"`, "Erase", "Type <b>erase</b>", "Sessions", "Open mic", "Strikes", "<b>1.5</b> in conduct", "counts once a host confirms",
		"Flags", "Rule scam.guaranteed",
	)
	tests := []struct {
		what string
		form url.Values
		code int
		note string
	}{
		{"name", url.Values{"name": {"Benjamin\u202e\n Ray"}}, 303, "name"},
		{"merge", url.Values{"speaker": {"Ana"}}, 303, "merge Ben Ana"},
		{"part", url.Values{"speaker": {"Ana"}, "room": {"open-mic"}}, 303, "part Ana"},
		{"part", url.Values{"speaker": {"Cem"}, "room": {"open-mic"}}, 404, ""},
		{"part", url.Values{"speaker": {"Ana"}, "room": {"elsewhere"}}, 404, ""},
		{"erase", url.Values{"word": {"Benjamin Ray"}}, 400, ""},
		{"erase", nil, 400, ""},
		{"erase", url.Values{"word": {" Erase "}}, 303, "erase open-mic Ben"},
		{"else", nil, 404, ""},
	}
	for _, tt := range tests {
		m.trail = nil
		w := post(t, s, "/people/open-mic/Ben/"+tt.what, tt.form)
		if w.Code != tt.code {
			t.Errorf("%s: %d, want %d", tt.what, w.Code, tt.code)
		}
		if got := len(m.trail) > 0 && m.trail[0].What == tt.note && m.trail[0].By == "host"; got != (tt.note != "") {
			t.Errorf("%s: %+v", tt.what, m.trail)
		}
	}
	inOrder(t, ask(t, s, "GET", "/s/s1").Body.String(), "Benjamin Ray", "Transcript", "Benjamin Ray")
	if w := ask(t, s, "GET", "/people/open-mic/nobody"); w.Code != http.StatusNotFound {
		t.Error(w.Code)
	}
}

func TestPersonExportHoldsTheirOwnAlone(t *testing.T) {
	w := ask(t, serve(t, heardRoom(), nil), "GET", "/people/open-mic/Ben/export")
	var out record.PersonFile
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
		t.Fatal(err)
	}
	if len(out.Lines) != 1 || len(out.Flags) != 1 || len(out.Gaps) != 1 || out.Lines[0].SpeakerID != "Ben" ||
		!strings.Contains(w.Header().Get("Content-Disposition"), "attachment") {
		t.Errorf("%+v %v", out, w.Header())
	}
}

func TestLineIsCorrectedAndPutBack(t *testing.T) {
	m := heardRoom()
	s := serve(t, m, nil)
	address := pages.LineURL(m.lines[0].Key)
	inOrder(t, ask(t, s, "GET", "/s/s1?edit=1").Body.String(), "Done correcting", `href="`+address+`"`)
	inOrder(t, ask(t, s, "GET", address).Body.String(), "Correct a line", "<textarea", "Buy my coin now, guaranteed profit.")
	watcher, err := s.hub.Subscribe("s1", events.Cursor{})
	if err != nil {
		t.Fatal(err)
	}
	defer watcher.Close()
	w := post(t, s, address, url.Values{"text": {"Buy my corn now, <b>guaranteed</b> profit."}})
	if w.Code != http.StatusSeeOther || !strings.HasPrefix(w.Header().Get("Location"), "/s/s1?edit=1&at=u-") {
		t.Fatal(w.Code, w.Header())
	}
	if e := <-watcher.Events(); e.Utterance == nil || e.Utterance.Original == "" {
		t.Errorf("%+v", e)
	}
	inOrder(t, ask(t, s, "GET", "/s/s1").Body.String(), "corn", "&lt;b&gt;", "corrected by <bdi>host</bdi>", "Buy my coin now")
	post(t, s, address, url.Values{"back": {"1"}})
	if u := m.lines[0]; u.Text != "Buy my coin now, guaranteed profit." || u.Original != "" {
		t.Errorf("%q, %q", u.Text, u.Original)
	}
	for path, want := range map[string]int{
		address: 400, "/s/s1/line/1/99/t-Ben": 404, "/s/s1/line/x/1/t": 404, "/s/nope/line/1/1/t": 404,
	} {
		if w := post(t, s, path, url.Values{"text": {"  "}}); w.Code != want {
			t.Errorf("%s: %d, want %d", path, w.Code, want)
		}
	}
}

func TestRulePagesCountDecisions(t *testing.T) {
	m := heardRoom()
	for i := range 6 {
		f := m.flags[0]
		f.ID, f.Status = "g"+string(rune('0'+i)), models.FlagConfirmed
		if i == 0 {
			f.Status = models.FlagDismissed
		}
		m.flags = append(m.flags, f)
	}
	s := serve(t, m, nil)
	inOrder(
		t, ask(t, s, "GET", "/rules").Body.String(), `href="/rules/scam.guaranteed"`, "7 flags", "1 open", `width="83"`,
		"right 5 of 6 times",
	)
	inOrder(
		t, ask(t, s, "GET", "/rules/scam.guaranteed").Body.String(), "5 confirmed, 1 dismissed, 1 open", "Latest flags",
		`name="back" value="rule"`, "Undo",
	)
	if w := ask(t, s, "GET", "/rules/none"); w.Code != http.StatusNotFound {
		t.Error(w.Code)
	}
}

func TestTimelineShowsOverlapsAndChapters(t *testing.T) {
	m := room()
	m.lines = append(m.lines, reviewtest.Said("s1", 8, "Ana", 16_000, 17_000, "No."))
	m.summary = models.Summary{
		Headline: "x",
		Chapters: []models.Chapter{{Title: "Coins", StartMS: 12_000, EndMS: 20_000, Cites: []models.Key{m.lines[0].Key}}},
	}
	inOrder(
		t, ask(t, serve(t, m, nil), "GET", "/s/s1/timeline").Body.String(), "0:01 of overlapping speech",
		`href="/s/s1?at=`+pages.LineID(m.lines[0].Key), `aria-label="Coins, 0:12"`, `class="chapter" x="20.000%"`, ">Coins</text>",
		`class="at-flag"`, `aria-label="Rule scam.guaranteed, Ben, 0:15"`, "Overlap",
		`<path class="over-each" d="M16000 5h1000v10h-1000z"`, "Chapters", "Flags", "Rule scam.guaranteed",
	)
}

func TestExportIsServed(t *testing.T) {
	s := serve(t, room(), nil)
	for format, want := range map[string]string{"txt": "Welcome everyone.", "json": `"utterances"`, "srt": "-->", "vtt": "WEBVTT"} {
		w := ask(t, s, "GET", "/s/s1/export/"+format)
		if w.Code != 200 || !strings.Contains(w.Body.String(), want) || !strings.Contains(w.Header().Get("Content-Disposition"), "s1.") {
			t.Errorf("%s: %d %v", format, w.Code, w.Header())
		}
	}
	for path, want := range map[string]int{"/s/s1/export/exe": 400, "/s/none/export/txt": 404, "/s/s1/export/..%2f..%2fx": 400} {
		if w := ask(t, s, "GET", path); w.Code != want {
			t.Errorf("%s: %d, want %d", path, w.Code, want)
		}
	}
}

func TestSearchFilters(t *testing.T) {
	body := ask(
		t, serve(t, room(), nil), "GET", "/search?q=coin&room=open-mic&rule=scam.guaranteed&flagged=1&from=2026-03-01&to=nonsense",
	).Body.String()
	inOrder(t, body, `<option value="open-mic" selected>Open mic</option>`, `value="Ana"`, `<option selected>scam.guaranteed</option>`,
		`value="2026-03-01"`, `name="to" form="find" value=""`, " checked", "coin")
}

func TestHealthSpeaksInSentences(t *testing.T) {
	m := room()
	m.trail = []models.AuditEntry{{At: start, By: "kim", What: "flag confirmed", Session: "s1"}}
	s := serve(t, m, func(c *Config) {
		c.Version = "v1"
		c.Settings = []pages.Setting{{Key: "listen", Value: "127.0.0.1:8484"}}
		c.Conditions = conditionsOf(
			models.Condition{OK: true, Text: "Hearing everyone."}, models.Condition{Text: "Text is late.", Hint: "Take a smaller model."},
		)
	})
	inOrder(t, ask(
		t, s, "GET", "/health",
	).Body.String(), `class="ill"`, "Text is late.", "Take a smaller model.", `class="fine"`, "Hearing everyone.",
		"kim", "flag confirmed", "<details", "Current settings", "listen", "127.0.0.1:8484", "Earshot v1")
}
