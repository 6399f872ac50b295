package review

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"earshot/models"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/events"
	"earshot/moderation/review/web"
)

// heardRoom is room with the audio of the flagged line.
func heardRoom() *memory {
	m := room()
	k := m.flags[0].Utterance
	m.flags[0].ID = "f1"
	m.clips = []models.Evidence{{
		ID: models.EvidenceID(k), Utterance: k, StartMS: 14_800, EndMS: 18_200, Peaks: []byte{0, 128, 255},
		Ogg: []byte("OggS-and-more"), Expires: start.AddDate(0, 0, 30),
	}}
	return m
}

// post sends a form as a browser on the page would.
func post(t *testing.T, s *served, target string, form url.Values, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), "POST", target, strings.NewReader(form.Encode()))
	r.Host = "127.0.0.1:8484"
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

func TestQueueConfirmsAndUndoes(t *testing.T) {
	m := heardRoom()
	s := serve(t, m, nil)
	inOrder(t, ask(
		t, s, "GET", "/queue",
	).Body.String(), "1 flag is waiting", "Rule scam.guaranteed", `/s/s1?at=u-`, "Open mic", "Buy", `<mark>guaranteed`,
		`data-ms="3400"`, `/evidence/`+m.clips[0].ID+`.ogg`, "Dismiss", "Confirm", `data-body="/flags/f1/card?only=why"`)

	watcher, err := s.hub.Subscribe("s1", events.Cursor{})
	if err != nil {
		t.Fatal(err)
	}
	defer watcher.Close()
	w := post(t, s, "/flags/f1", url.Values{"status": {"confirmed"}, "back": {"queue"}})
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/queue" {
		t.Fatalf("%d to %q", w.Code, w.Header().Get("Location"))
	}
	if f := m.flags[0]; f.Status != models.FlagConfirmed || f.DecidedBy != "host" || !f.Decided.Equal(start.Add(time.Minute)) {
		t.Errorf("stored %s by %q at %v", f.Status, f.DecidedBy, f.Decided)
	}
	if e := <-watcher.Events(); e.Flag == nil || e.Flag.Status != models.FlagConfirmed {
		t.Errorf("the watchers got %+v", e)
	}
	inOrder(
		t, ask(t, s, "GET", "/queue").Body.String(), "Nothing is waiting", "All clear", "Recent decisions", "confirmed by <bdi>host</bdi>",
		"Undo",
	)
	post(t, s, "/flags/f1", url.Values{"status": {"open"}})
	inOrder(t, ask(t, s, "GET", "/queue").Body.String(), "1 flag is waiting")
}

func TestDecisionsComeBackToTheirPage(t *testing.T) {
	for back, want := range map[string]string{
		"queue": "/queue", "rule": "/rules/scam.guaranteed", "session": "/s/s1?at=u-", "https://evil.example/": "/queue", "": "/queue",
	} {
		w := post(t, serve(t, heardRoom(), nil), "/flags/f1", url.Values{"status": {"dismissed"}, "back": {back}})
		if got := w.Header().Get("Location"); !strings.HasPrefix(got, want) {
			t.Errorf("%q: to %q, want %q", back, got, want)
		}
	}
}

func TestScriptGetsPieces(t *testing.T) {
	body := post(t, serve(t, heardRoom(), nil), "/flags/f1", url.Values{"status": {"dismissed"}}, "X-Earshot-Piece", "1").Body.String()
	inOrder(t, body, `class="inflag high dismissed"`, `class="flag high dismissed"`, "dismissed by")
	if strings.Contains(body, "<html") {
		t.Error("a whole page")
	}
}

func TestBadDecisionsChangeNothing(t *testing.T) {
	m := heardRoom()
	s := serve(t, m, nil)
	tests := []struct {
		path   string
		form   url.Values
		header []string
		want   int
	}{
		{"/flags/f1", url.Values{"status": {"perhaps"}}, nil, 400},
		{"/flags/f1", url.Values{}, nil, 400},
		{"/flags/f1", url.Values{"verb": {"ban"}, "sure": {"1"}}, nil, 400},
		{"/flags/none", url.Values{"status": {"confirmed"}}, nil, 404},
		{"/flags/f1", url.Values{"status": {"confirmed"}}, []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"/flags/f1", url.Values{"status": {"confirmed"}, "pad": {strings.Repeat("x", web.MaxBody)}}, nil, 413},
	}
	for _, tt := range tests {
		if w := post(t, s, tt.path, tt.form, tt.header...); w.Code != tt.want {
			t.Errorf("%s %.40v %v: %d, want %d", tt.path, tt.form, tt.header, w.Code, tt.want)
		}
	}
	if m.flags[0].Status != models.FlagOpen {
		t.Errorf("the flag is %s", m.flags[0].Status)
	}
}

// hand is an Actor that records its actions.
type hand struct {
	can []models.Verb
	err error

	mu     sync.Mutex // several pages may have it act at once
	done   []models.Action
	chosen []string
}

func (h *hand) Verbs(string) []models.Verb { return h.can }

func (h *hand) Choose(_ context.Context, _, ask, by, choice string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.chosen = append(h.chosen, ask+" "+by+" "+choice)
	return h.err
}

func (h *hand) Act(_ context.Context, a models.Action) (models.Action, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.done = append(h.done, a)
	if h.err == nil {
		a.State = models.ActionSeen
	}
	return a, h.err
}

func TestButtonsOnlyForWhatCanBeDone(t *testing.T) {
	h := &hand{can: []models.Verb{models.VerbMute, models.VerbRedact}}
	m := heardRoom()
	s := serve(t, m, func(c *Config) { c.Actor = h })
	body := ask(t, s, "GET", "/queue").Body.String()
	inOrder(t, body, "Confirm", `name="verb" value="mute"`, "Mute 60s")
	if strings.Contains(body, `value="remove"`) || strings.Contains(body, `value="redact"`) {
		t.Error("a button for what can't be done")
	}
	if strings.Contains(ask(t, serve(t, m, nil), "GET", "/queue").Body.String(), `name="verb"`) {
		t.Error("buttons although nobody acts")
	}
	if w := post(t, s, "/flags/f1", url.Values{"verb": {"mute"}}); w.Code != http.StatusSeeOther {
		t.Fatal(w.Code)
	}
	a := h.done[0]
	if a.Verb != models.VerbMute || a.TargetID != "Ben" || a.ForMS != 60_000 || a.By != "host" || m.flags[0].Status != models.FlagConfirmed {
		t.Errorf("%+v, flag %s", a, m.flags[0].Status)
	}
	m.flags[0].Status, h.err = models.FlagOpen, errors.New("no")
	if w := post(t, s, "/flags/f1", url.Values{"verb": {"mute"}}); w.Code != 500 || m.flags[0].Status != models.FlagOpen {
		t.Errorf("a failed act: %d, flag %s", w.Code, m.flags[0].Status)
	}
}

func TestEvidenceIsServedInRanges(t *testing.T) {
	m := heardRoom()
	s := serve(t, m, nil)
	url := "/evidence/" + m.clips[0].ID + ".ogg"
	w := ask(t, s, "GET", url, "Range", "bytes=5-7")
	if w.Code != http.StatusPartialContent || w.Body.String() != "and" || w.Header().Get("Content-Type") != "audio/ogg" {
		t.Errorf("%d %q %s", w.Code, w.Body, w.Header().Get("Content-Type"))
	}
	for _, bad := range []string{"/evidence/x.ogg", "/evidence/" + m.clips[0].ID, "/evidence/..%2f..%2fetc.ogg"} {
		if w := ask(t, s, "GET", bad); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", bad, w.Code)
		}
		if w := ask(t, s, "GET", bad); !strings.HasPrefix(w.Header().Get("Content-Type"), "application/") {
			t.Errorf("%s: a program gets %s", bad, w.Header().Get("Content-Type"))
		}
		inOrder(t, ask(t, s, "GET", bad, "Accept", "text/html,*/*;q=0.8").Body.String(), "<h1", "Clip not found")
	}
}

// TestClipsPlayWhereOggDoesNot: a clip is also available as a WAV file, to those who may hear it, and in ranges.
func TestClipsPlayWhereOggDoesNot(t *testing.T) {
	m := heardRoom()
	wav := "/evidence/" + m.clips[0].ID + ".wav"
	if s := serve(t, m, nil); strings.Contains(ask(t, s, "GET", "/queue").Body.String(), ".wav") || ask(t, s, "GET", wav).Code != 404 {
		t.Error("a form that nobody makes is offered")
	}
	s := serve(t, m, func(c *Config) {
		c.WAV = func(ogg []byte) ([]byte, error) { return append([]byte("RIFF"), ogg...), nil }
	})
	inOrder(t, ask(t, s, "GET", "/queue").Body.String(), "<audio", `.ogg"`, `type="audio/ogg; codecs=opus"`, wav, `type="audio/wav"`)
	w := ask(t, s, "GET", wav, "Range", "bytes=0-3")
	if w.Code != http.StatusPartialContent || w.Body.String() != "RIFF" || w.Header().Get("Content-Type") != "audio/wav" {
		t.Errorf("%d %q %v", w.Code, w.Body, w.Header())
	}
	if got := ask(t, s, "GET", "/evidence/x.wav").Code; got != http.StatusNotFound {
		t.Error(got)
	}
	s = serve(t, m, func(c *Config) { c.WAV = func([]byte) ([]byte, error) { return nil, models.ErrUnavailable } })
	if got := ask(t, s, "GET", wav).Code; got < 500 {
		t.Error("a clip that can't be read:", got)
	}
}

func TestLiveFlagBringsItsClip(t *testing.T) {
	m := heardRoom()
	clip := m.clips[0]
	m.clips = nil
	encode, err := serve(t, m, nil).pages.Pieces(
		auth.WithVisitor(httptest.NewRequestWithContext(t.Context(), "GET", "/", http.NoBody), auth.OpenVisitor()).Context(), "s1",
	)
	if err != nil {
		t.Fatal(err)
	}
	if msg, err := encode(models.Event{SessionID: "s1", Evidence: &clip}); err != nil || msg != (events.Message{}) {
		t.Errorf("the clip alone draws %q, %v", msg.Data, err)
	}
	msg, err := encode(models.Event{SessionID: "s1", Flag: &m.flags[0]})
	if err != nil {
		t.Fatal(err)
	}
	inOrder(t, msg.Data, `class="flag high open"`, `data-body="/flags/f1/card"`)
}

// TestLinkToFlag leads from a notification to the flag on its page, and tells strangers nothing.
func TestLinkToFlag(t *testing.T) {
	m := heardRoom()
	s := serve(t, m, nil)
	w := ask(t, s, "GET", "/flags/"+m.flags[0].ID)
	to := w.Header().Get("Location")
	page, anchor, _ := strings.Cut(to, "#")
	if w.Code != http.StatusSeeOther || page != "/s/"+m.flags[0].Session+"?at="+anchor {
		t.Fatalf("%d to %q", w.Code, to)
	}
	if body := ask(t, s, "GET", page).Body.String(); !strings.Contains(body, `id="`+anchor+`"`) {
		t.Errorf("the page has no %q", anchor)
	}
	if w := ask(t, s, "GET", "/flags/none"); w.Code != http.StatusNotFound {
		t.Errorf("a flag that is not there: %d", w.Code)
	}
}

// TestContraryDecisionIsRefusedByName: whoever decides differently from somebody before them is told who that was, and changes
// nothing.
func TestContraryDecisionIsRefusedByName(t *testing.T) {
	m := heardRoom()
	m.flags[0].Status, m.flags[0].DecidedBy = models.FlagConfirmed, "Ana"
	actor := &hand{can: []models.Verb{models.VerbMute}}
	s := serve(t, m, func(c *Config) { c.Actor = actor })
	for _, tt := range []struct {
		form url.Values
		want int
	}{
		{url.Values{"status": {"dismissed"}}, http.StatusConflict},
		{url.Values{"status": {"confirmed"}}, http.StatusSeeOther}, // that is so already
	} {
		w := post(t, s, "/flags/f1", tt.form)
		if w.Code != tt.want || w.Code == http.StatusConflict && !strings.Contains(w.Body.String(), "already confirmed by Ana") {
			t.Errorf("%v: %d %s", tt.form, w.Code, w.Body)
		}
		if f := m.flags[0]; f.Status != models.FlagConfirmed || f.DecidedBy != "Ana" {
			t.Errorf("%v: it is %s by %s now", tt.form, f.Status, f.DecidedBy)
		}
	}
	m.flags[0].Status = models.FlagDismissed
	if w := post(t, s, "/flags/f1", url.Values{"verb": {"mute"}}); w.Code != http.StatusConflict || len(actor.done) > 0 {
		t.Errorf("somebody was muted for what was dismissed: %d, %v", w.Code, actor.done)
	}
}

// TestFlagOpensOnDemand: a flag in a transcript is a row; the reason, the audio and the choices are loaded when it is opened.
func TestFlagOpensOnDemand(t *testing.T) {
	m := heardRoom()
	s := serve(t, m, nil)
	body := ask(t, s, "GET", "/s/s1").Body.String()
	if strings.Contains(body, "/evidence/") || strings.Contains(body, "Matched by") {
		t.Error("the page holds what nobody has opened")
	}
	whole := []string{"Matched by scam.guaranteed.", "open-mic@3f9c21", "/evidence/" + m.clips[0].ID + ".ogg", "Confirm", "Dismiss"}
	inOrder(t, ask(t, s, "GET", "/flags/f1/card").Body.String(), append([]string{"<html", "Buy my coin now"}, whole...)...)
	part := piece(t, s, "/flags/f1/card")
	inOrder(t, part, whole...)
	if strings.Contains(part, "<html") {
		t.Error("a whole page")
	}
}

// piece is what the script is sent for an address.
func piece(t *testing.T, s *served, path string) string {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), "GET", path, http.NoBody)
	r.Host = "127.0.0.1:8484"
	r.Header.Set("X-Earshot-Piece", "1")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w.Body.String()
}
