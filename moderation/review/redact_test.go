package review

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"earshot/models"
	"earshot/moderation/review/pages"
)

func TestWordsAreRedactedFromALine(t *testing.T) {
	m := heardRoom()
	s := serve(t, m, nil)
	address := pages.LineURL(m.lines[0].Key)
	inOrder(t, ask(t, s, "GET", "/queue").Body.String(), `href="`+address+`#redact">Redact…`)
	// The words that a flag found are preselected.
	inOrder(t, ask(
		t, s, "GET", address,
	).Body.String(), "Correct or redact a line", `value="3"><span dir="auto">now,`, `value="4" checked><span dir="auto">guaranteed`,
		`value="5" checked>`, "Redact selected words", "Redact the whole line")
	old := s.hub.Cursor()
	heard := m.lines[0]
	s.hub.Publish(models.Event{SessionID: "s1", Utterance: &heard})
	s.hub.Publish(models.Event{SessionID: "s1", Flag: &m.flags[0]})
	for what, form := range map[string]url.Values{"Redact 2 words": {"word": {"4", "5"}}, "Redact the whole line": {"all": {"1"}}} {
		inOrder(t, post(t, s, address+"/redact", form).Body.String(), what+": are you sure?", "cannot be undone", `href="`+address+`"`,
			`name="sure" value="1">`+what)
	}
	if len(m.trail) > 0 || !strings.Contains(m.lines[0].Text, "guaranteed") {
		t.Errorf("redacted before it was confirmed: %q", m.lines[0].Text)
	}
	w := post(t, s, address+"/redact", url.Values{"word": {"4", "5"}, "sure": {"1"}})
	if w.Code != http.StatusSeeOther || !strings.HasPrefix(w.Header().Get("Location"), "/s/s1?at=u-") {
		t.Fatal(w.Code, w.Header())
	}
	inOrder(t, ask(t, s, "GET", "/s/s1").Body.String(), "Transcript", "coin", "▮▮▮▮▮▮▮▮▮▮", "▮▮▮▮▮▮▮<")
	inOrder(t, ask(t, s, "GET", address).Body.String(), `value="3"`, "<span>▮▮▮▮▮▮▮▮▮▮</span>")
	if m.trail[0].What != "redact" || m.trail[0].By != "host" {
		t.Errorf("%+v", m.trail)
	}
	watcher, err := s.hub.Subscribe("s1", old) // who resumes gets the line as it is, and never as it was
	if err != nil {
		t.Fatal(err)
	}
	defer watcher.Close()
	if e := <-watcher.Events(); e.Utterance == nil || strings.Contains(e.Utterance.Text, "guaranteed") {
		t.Errorf("%+v", e.Utterance)
	}
	post(t, s, address+"/redact", url.Values{"all": {"1"}, "sure": {"1"}})
	if strings.ContainsAny(m.lines[0].Text, "abcdefghijklmnopqrstuvwxyz") {
		t.Errorf("%q", m.lines[0].Text)
	}
	for _, tt := range []struct {
		path   string
		form   url.Values
		header []string
		code   int
		says   string
	}{
		{address + "/redact", nil, nil, 400, "no word was selected"},
		{address + "/redact", url.Values{"word": {"77"}, "sure": {"1"}}, nil, 400, "no word was selected"},
		{address + "/redact", url.Values{"all": {"1"}}, []string{"Sec-Fetch-Site", "cross-site"}, 403, ""},
		{"/s/s1/line/1/99/t-Ben/redact", url.Values{"all": {"1"}}, nil, 404, ""},
		{"/s/nope/line/1/2/t-Ben/redact", url.Values{"all": {"1"}}, nil, 404, ""},
	} {
		if w := post(t, s, tt.path, tt.form, tt.header...); w.Code != tt.code || !strings.Contains(w.Body.String(), tt.says) {
			t.Errorf("%s %v: %d %s", tt.path, tt.form, w.Code, w.Body)
		}
	}
}

func TestErasureMakesPagesLoadAnew(t *testing.T) {
	s, base := live(t, room(), nil)
	l := listen(t, base+"/events/s1?after="+s.hub.Text(s.hub.Cursor()))
	s.hub.Publish(models.Event{SessionID: "s1", Gap: &models.Gap{Session: "s1", StartMS: 1, EndMS: 2}})
	if e, ok := l.next(); !ok || e.event != "" {
		t.Fatal(e, ok)
	}
	s.hub.Reset()
	if e, ok := l.next(); !ok || e.event != "reset" {
		t.Errorf("%+v %v", e, ok)
	}
	if _, ok := l.next(); ok {
		t.Error("the stream goes on")
	}
}
