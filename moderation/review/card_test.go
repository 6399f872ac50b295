package review

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"earshot/models"
	"earshot/moderation/review/internal/reviewtest"
)

// hitTwice is askedRoom with two more flags: one on the same line, with an ask of its own, and one on another line.
func hitTwice() *memory {
	m := askedRoom()
	u := m.lines[slices.IndexFunc(m.lines, func(u models.Utterance) bool { return u.Key == m.flags[0].Utterance })]
	second := reviewtest.Flagged(u, "pushy", models.LevelLow, 0)
	second.ID = "f2"
	other := reviewtest.Flagged(m.lines[1], "greeting", models.LevelInfo, 0)
	other.ID = "f3"
	m.flags = append(m.flags, second, other)
	m.decisions = append(m.decisions, models.Decision{
		ID: "d2", Session: "s1", Flag: "f2", Verdict: models.VerdictAsked, Ask: models.AskOpen, Offer: []string{"warn"},
		Expires: start.Add(2 * time.Minute),
	})
	return m
}

// lineOf is the address of the line of flag f1.
func lineOf(m *memory) string {
	k := m.flags[0].Utterance
	return "/s/s1/line/1/2/" + k.Track
}

// TestALineIsOneCard: however many rules match a line, it is one card, with the lines around it, the time left, and what the person
// did that evening; the buttons of all its asks are in a fixed order.
func TestALineIsOneCard(t *testing.T) {
	m := hitTwice()
	s := serve(t, m, func(c *Config) {
		c.Actor = &hand{can: []models.Verb{models.VerbRemove, models.VerbWarn, models.VerbMute}}
	})
	body := ask(t, s, "GET", "/queue").Body.String()
	if n := strings.Count(body, `<li id="c-`); n != 2 {
		t.Errorf("%d cards for two lines", n)
	}
	inOrder(t, body, "3 flags are waiting", "1 ask from a live room on top", "Rule scam.guaranteed", "Rule pushy", "20:15:42",
		"20:14</time>, 15 s in",
		"Welcome everyone.", "Ben", "tonight: 2 flags", "guaranteed", `name="flag" value="f1"`, `name="flag" value="f2"`, "Dismiss", "Confirm",
		`name="choice" value="mute 60s"`, `name="choice" value="warn"`, `name="verb" value="remove"`,
		`data-body="/flags/f1/card?also=f2&amp;only=why"`, `href="/flags/f1/card"`, `href="/flags/f2/card"`)
	if strings.Contains(body, "Matched by") {
		t.Error("the card holds the reasons that nobody has opened")
	}
	inOrder(t, piece(t, s, "/flags/f1/card?only=why&also=f2"), "Rule scam.guaranteed", "Matched by scam.guaranteed", "Rule pushy", "pushy")
	m.decisions[0].Ask = models.AskExpired
	if body := ask(t, s, "GET", "/queue").Body.String(); strings.Contains(body, "nobody answered") {
		t.Error("the card says that nobody answered while it asks")
	}
	m.decisions[0].Ask, m.decisions[1].Ask = models.AskExpired, models.AskExpired
	inOrder(t, ask(t, s, "GET", "/queue").Body.String(), "Dismiss", "Confirm", `value="mute"`, `value="warn"`, `value="remove"`)
}

// TestAQueueIsLight: what a card of the queue adds to the page is bounded, though a clip belongs to it.
func TestAQueueIsLight(t *testing.T) {
	m := hitTwice()
	m.clips = heardRoom().clips
	body := ask(t, serve(t, m, func(c *Config) { c.Actor = &hand{can: []models.Verb{models.VerbMute, models.VerbWarn}} }), "GET", "/queue")
	page, err := html.Parse(body.Body)
	if err != nil {
		t.Fatal(err)
	}
	for n := range page.Descendants() {
		if !slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "data-claim" && a.Val == lineOf(m)+"/decide" }) {
			continue
		}
		nodes := 0
		for range n.Descendants() {
			nodes++
		}
		if nodes > 110 || nodes < 50 {
			t.Errorf("%d nodes in a card", nodes)
		}
		return
	}
	t.Error("no card")
}

// TestPeopleAndRulesShowCards: the flags of a person and of a rule are shown as in the queue, one card per line, and a decision
// returns to the page on which it was made.
func TestPeopleAndRulesShowCards(t *testing.T) {
	m := hitTwice()
	s := serve(t, m, func(c *Config) { c.Rules = &primer{} })
	body := ask(t, s, "GET", "/people/open-mic/Ben").Body.String()
	if n := strings.Count(body, `<li id="c-`); n != 2 {
		t.Errorf("%d cards for three flags of two lines", n)
	}
	inOrder(t, body, "Rule scam.guaranteed", "Rule pushy", "Welcome everyone.", "tonight: 2 flags", `value="person"`,
		`value="f1"`, `value="f2"`)
	inOrder(t, ask(t, s, "GET", "/rules/scam.guaranteed").Body.String(), "The rule's YAML", "  says: &lt;coin&gt;",
		"Tune this rule", `name="say"`, "Rule scam.guaranteed", "Welcome everyone.", `value="rule"`, `value="f1"`)
	for back, want := range map[string]string{"person": "/people/open-mic/Ben", "rule": "/rules/scam.guaranteed", "elsewhere": "/queue"} {
		w := post(t, s, lineOf(m)+"/decide", url.Values{"flag": {"f1"}, "status": {"open"}, "back": {back}})
		if got := w.Header().Get("Location"); got != want {
			t.Errorf("back to %q, want %q", got, want)
		}
	}
}

// TestALineIsDecidedAsOne: a decision applies to the flags that were shown, is carried out once, and answers all asks; if somebody
// decided one of them differently, nothing is stored and nobody is muted. Undo reopens all.
func TestALineIsDecidedAsOne(t *testing.T) {
	both := []string{"f1", "f2"}
	for name, tt := range map[string]struct {
		form          url.Values
		before        models.FlagStatus // of f2
		code          int
		f1, f2        models.FlagStatus
		chosen, acted int
	}{
		"confirmed":      {url.Values{"status": {"confirmed"}, "flag": both}, "", 303, models.FlagConfirmed, models.FlagConfirmed, 0, 0},
		"dismissed":      {url.Values{"status": {"dismissed"}, "flag": both}, "", 303, models.FlagDismissed, models.FlagDismissed, 0, 0},
		"one of them":    {url.Values{"status": {"dismissed"}, "flag": {"f2"}}, "", 303, models.FlagOpen, models.FlagDismissed, 0, 0},
		"an offer":       {url.Values{"choice": {"warn"}, "flag": both}, "", 303, models.FlagConfirmed, models.FlagConfirmed, 1, 0},
		"a mute":         {url.Values{"verb": {"mute"}, "flag": both}, "", 303, models.FlagConfirmed, models.FlagConfirmed, 0, 1},
		"contrary":       {url.Values{"verb": {"mute"}, "flag": both}, models.FlagDismissed, 409, models.FlagOpen, models.FlagDismissed, 0, 0},
		"no flags":       {url.Values{"status": {"confirmed"}}, "", 400, models.FlagOpen, models.FlagOpen, 0, 0},
		"another line's": {url.Values{"status": {"confirmed"}, "flag": {"f1", "f3"}}, "", 400, models.FlagOpen, models.FlagOpen, 0, 0},
		"not asked":      {url.Values{"verb": {"remove"}, "flag": both}, "", 200, models.FlagOpen, models.FlagOpen, 0, 0},
		"sure": {
			url.Values{"verb": {"remove"}, "flag": both, "sure": {"1"}}, "", 303, models.FlagConfirmed, models.FlagConfirmed, 0, 1,
		},
	} {
		m, h := hitTwice(), &hand{can: []models.Verb{models.VerbMute, models.VerbRemove}}
		if tt.before != "" {
			m.flags[1].Status, m.flags[1].DecidedBy = tt.before, "Ana"
		}
		s := serve(t, m, func(c *Config) { c.Actor = h })
		w := post(t, s, lineOf(m)+"/decide", tt.form)
		got := []models.FlagStatus{m.flags[0].Status, m.flags[1].Status}
		if w.Code != tt.code || !slices.Equal(got, []models.FlagStatus{tt.f1, tt.f2}) || len(h.chosen) != tt.chosen || len(h.done) != tt.acted {
			t.Errorf("%s: %d, flags are %v, chosen %v, done %v", name, w.Code, got, h.chosen, h.done)
		}
		switch tt.code {
		case http.StatusConflict:
			inOrder(t, w.Body.String(), "already dismissed by Ana")
		case http.StatusOK:
			inOrder(t, w.Body.String(), "Remove: are you sure?", `name="flag" value="f1"`, `name="verb" value="remove"`, `name="sure" value="1"`)
		case http.StatusSeeOther:
			post(t, s, lineOf(m)+"/decide", url.Values{"status": {"open"}, "flag": both})
			if m.flags[0].Status != models.FlagOpen || m.flags[1].Status != models.FlagOpen {
				t.Errorf("%s: after undo they are %s and %s", name, m.flags[0].Status, m.flags[1].Status)
			}
		}
	}
}

// TestSomebodyLooksAtACard: others are told for four minutes, and nobody can claim it meanwhile.
func TestSomebodyLooksAtACard(t *testing.T) {
	m, now := hitTwice(), start.Add(time.Minute)
	s := serve(t, m, func(c *Config) { c.Now = func() time.Time { return now } })
	claim := func(page string) {
		t.Helper()
		if w := post(t, s, lineOf(m)+"/claim", url.Values{"page": {page}}); w.Code != http.StatusNoContent {
			t.Fatal(w.Code, w.Body)
		}
	}
	looking := func() string {
		_, rest, _ := strings.Cut(ask(t, s, "GET", "/queue").Body.String(), `data-page="`)
		page, _, _ := strings.Cut(rest, `"`)
		return page
	}
	claim("a")
	claim("b")
	if got := looking(); got != "a" {
		t.Errorf("page %q has it", got)
	}
	now = now.Add(4*time.Minute + time.Second)
	if got := looking(); got != "" {
		t.Errorf("after four minutes page %q has it", got)
	}
	claim("b")
	if got := looking(); got != "b" {
		t.Errorf("then page %q has it", got)
	}
	for i := range m.flags {
		m.flags[i].Status = models.FlagConfirmed
	}
	if body := ask(t, s, "GET", "/rules/pushy").Body.String(); !strings.Contains(body, lineOf(m)) || strings.Contains(body, "data-page=") {
		t.Error("somebody looks at what has been decided")
	}
}

// TestTheQueueHearsWhichPageClaims: a page need not read the queue for what it claimed itself.
func TestTheQueueHearsWhichPageClaims(t *testing.T) {
	s, url := live(t, heardRoom(), nil)
	l := listen(t, url+"/events/flags?after="+s.hub.Text(s.hub.Cursor()))
	s.hub.Publish(models.Event{SessionID: "s1", Claim: &models.Claim{By: "Kim", Page: "a"}})
	if e, _ := l.next(); e.event != "claim" || e.data != "a" {
		t.Errorf("a page is told %+v", e)
	}
}

// TestARenewedQueueIsSmall: what the page has is not sent again, and one decision about one of fifty cards transfers at most 5 kB in both
// directions together.
func TestARenewedQueueIsSmall(t *testing.T) {
	m := evening(true)
	flagAgain(m)
	s := serve(t, m, func(c *Config) {
		c.Actor = &hand{can: []models.Verb{models.VerbMute, models.VerbWarn}}
		c.Now = func() time.Time { return start.Add(3 * time.Minute) }
	})
	whole := ask(t, s, "GET", "/queue").Body.String()
	var have []string
	for rest := whole; ; {
		_, after, found := strings.Cut(rest, `data-content="`)
		if !found {
			break
		}
		digest, _, _ := strings.Cut(after, `"`)
		have, rest = append(have, digest), after
	}
	renew := func() *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), "GET", "/queue", http.NoBody)
		r.Host = "localhost"
		r.Header.Set("Accept-Encoding", "gzip")
		r.Header.Set("X-Earshot-Piece", "1")
		r.Header.Set("X-Earshot-Have", strings.Join(have, " "))
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return w
	}
	f := m.flags[slices.IndexFunc(m.flags, func(f models.Flag) bool { return f.Session == "long" && f.Status == models.FlagOpen })]
	k := f.Utterance
	form := url.Values{"status": {"confirmed"}, "flag": {f.ID}, "back": {"queue"}}
	w := post(t, s, "/s/long/line/1/1900/"+url.PathEscape(k.Track)+"/decide", form, "X-Earshot-Piece", "1")
	if w.Code != http.StatusNoContent || w.Body.Len() != 0 {
		t.Fatalf("%d, %d bytes: %s", w.Code, w.Body.Len(), w.Body)
	}
	moved := len(strings.Join(have, " ")) + renew().Body.Len() + len(form.Encode())
	t.Logf("%d cards and rows, %d bytes whole, %d for a decision", len(have), len(whole), moved)
	if len(have) < 50 || moved > 4<<10 { // the rest is for the headers
		t.Errorf("a decision moves %d bytes", moved)
	}
}
