package review

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"earshot/models"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/events"
	"earshot/moderation/review/internal/reviewtest"
	"earshot/moderation/review/pages"
)

// sse is one event as a browser receives it.
type sse struct{ id, event, data string }

// listener reads one stream.
type listener struct {
	t    *testing.T
	resp *http.Response
	in   *bufio.Reader
}

func listen(t *testing.T, url string, header ...string) *listener {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = resp.Body.Close(); http.DefaultClient.CloseIdleConnections() })
	return &listener{t: t, resp: resp, in: bufio.NewReader(resp.Body)}
}

// next returns the next event; ok is false at the end of the stream.
func (l *listener) next() (e sse, ok bool) {
	l.t.Helper()
	var data []string
	for {
		text, err := l.in.ReadString('\n')
		if err != nil {
			return e, false
		}
		if strings.Contains(text, "\r") {
			l.t.Fatalf("%q: a browser takes a carriage return for the end of the line", text)
		}
		field, value, _ := strings.Cut(strings.TrimSuffix(text, "\n"), ": ")
		switch field {
		case "id":
			e.id = value
		case "event":
			e.event = value
		case "data":
			data = append(data, value)
		case "":
			if data != nil {
				e.data = strings.Join(data, "\n")
				return e, true
			}
		}
	}
}

func (l *listener) want(id string, pieces ...string) sse {
	l.t.Helper()
	e, ok := l.next()
	if !ok {
		l.t.Fatal("the stream has ended")
	}
	if e.id != id {
		l.t.Fatalf("event %q, want %q", e.id, id)
	}
	inOrder(l.t, e.data, pieces...)
	return e
}

func live(t *testing.T, m *memory, change func(*Config)) (*served, string) {
	t.Helper()
	s := serve(t, m, change)
	ts := httptest.NewServer(s)
	t.Cleanup(ts.Close)
	t.Cleanup(s.hub.Close) // first: open streams would hold the server
	return s, ts.URL
}

func at(h *events.Hub, seq uint64) string {
	return h.Text(events.Cursor{Hub: h.Cursor().Hub, Seq: seq})
}

func TestEventsBringPiecesOfThePage(t *testing.T) {
	m := room()
	s, url := live(t, m, nil)
	l := listen(t, url+"/events/s1?after="+s.hub.Text(s.hub.Cursor()))
	if got := l.resp.Header.Get("Content-Type"); got != "text/event-stream" {
		t.Fatal(got)
	}
	u := reviewtest.Said("s1", 10, "Eve", 60_000, 62_000, "Sure profit <b>now</b>")
	f := reviewtest.Flagged(u, "scam", models.LevelHigh, 0, 1)
	s.hub.Publish(models.Event{SessionID: "other", Utterance: &u})
	s.hub.Publish(models.Event{
		SessionID: "s1",
		Partial:   &models.Partial{Key: u.Key, SpeakerID: "Eve", SpeakerName: "Eve", StartMS: 60_000, Stable: "Sure ", Tail: "prof"},
	})
	s.hub.Publish(models.Event{SessionID: "s1", Utterance: &u})
	s.hub.Publish(models.Event{SessionID: "s1", Flag: &f})
	partial := l.want(
		at(s.hub, 2), `class="strip"`, `id="t-`, `data-in="strips"`, "Eve", `id="`+pages.LineID(u.Key)+`"`, "partial", `data-in="lines"`,
		"Sure <span class=\"tail\">prof</span>",
	)
	if _, line, _ := strings.Cut(partial.data, `aria-hidden="true">`); strings.Contains(line, `<a class="at"`) {
		t.Errorf("a line that is hidden from screen readers holds a link: %q", partial.data)
	}
	e := l.want(at(s.hub, 3), `id="`+pages.LineID(u.Key)+`"`, `data-at="60000"`, "1:00", "Eve", "Sure profit &lt;b&gt;now&lt;/b&gt;")
	if strings.Contains(e.data, "strip") || strings.Contains(e.data, "partial") {
		t.Errorf("a known speaker's final holds %q", e.data)
	}
	l.want(at(s.hub, 4), "<mark>Sure profit</mark>", `class="inflag high open"`, `class="flag high open"`, `data-in="flags"`)

	old := reviewtest.Flagged(m.lines[0], "late", models.LevelLow) // its line went by before this stream began
	s.hub.Publish(models.Event{SessionID: "s1", Flag: &old})
	e = l.want(at(s.hub, 5), `data-in="in-`+pages.LineID(m.lines[0].Key)+`"`, `data-in="flags"`)
	if strings.Contains(e.data, `class="line`) {
		t.Error("a line is drawn that the stream does not know")
	}
	silent := u
	silent.Text = ""
	gap := models.Gap{Session: "s1", StartMS: 70_000, EndMS: 72_000, LostMS: 2000, Cause: models.GapOverload}
	ended := m.sessions[1]
	ended.Ended, ended.Reason = start.Add(time.Hour), models.EndRoomClosed
	s.hub.Publish(models.Event{SessionID: "s1", Utterance: &silent})
	s.hub.Publish(models.Event{SessionID: "s1", Gap: &gap})
	s.hub.Publish(models.Event{SessionID: "s1", Speaker: &models.Speaker{ID: "Eve", Name: "Eve\nAdams", Role: models.RoleCohost}})
	s.hub.Publish(models.Event{SessionID: "s1", Session: &ended})
	l.want(at(s.hub, 6), `id="`+pages.LineID(u.Key)+`"`, "data-gone")
	l.want(at(s.hub, 7), `class="gap"`, "2.0 s not heard", "this machine could not keep up")
	l.want(at(s.hub, 8), `data-keep="who"`, "EA", "Eve Adams", "cohost")
	l.want(at(s.hub, 9), `id="head"`, "ended", "1 h 00", "the room was closed")
	s.hub.Publish(models.Event{
		SessionID: "s1", Partial: &models.Partial{Key: u.Key, SpeakerID: "Eve", Stable: "Sure", Armed: []string{"scam"}},
	})
	s.hub.Publish(models.Event{
		SessionID: "s1",
		Floor: &models.Floor{
			Next: []models.Talked{{SpeakerID: "Ben", SpeakerName: "<Ben>", TalkMS: 1000}, {SpeakerID: "Eve", TalkMS: 62_000}},
		},
	})
	s.hub.Publish(models.Event{SessionID: "s1", Floor: &models.Floor{Next: []models.Talked{{SpeakerID: "Ben", TalkMS: 1000}}}})
	l.want(at(s.hub, 10), "armed", "May be flagged once", "<code>scam</code>")
	l.want(at(s.hub, 11), `id="next"`, `data-in="floor"`, "Spoke least", "0:01", "Eve Adams", "1:02")
	l.want(at(s.hub, 12), `id="next"`, "hidden")
}

func TestEventsResume(t *testing.T) {
	s, url := live(t, room(), func(c *Config) { c.Hub = events.NewHub(events.HubConfig{Replay: 3}) })
	for i := range 5 {
		u := reviewtest.Said("s1", 20+i, "Ana", int64(i)*1000, int64(i)*1000+500, fmt.Sprint("line ", i))
		s.hub.Publish(models.Event{SessionID: "s1", Utterance: &u})
	}
	t.Run("after an id", func(t *testing.T) {
		l := listen(t, url+"/events/s1?after="+at(s.hub, 1), "Last-Event-ID", at(s.hub, 3)) // the header is the newer one
		l.want(at(s.hub, 4), "line 3")
		l.want(at(s.hub, 5), "line 4")
	})
	t.Run("from the page's cursor", func(t *testing.T) {
		l := listen(t, url+"/events/s1?after="+at(s.hub, 2))
		l.want(at(s.hub, 3), "line 2")
	})
	for name, after := range map[string]string{"too old": at(s.hub, 1), "of another run": "x-4", "not yet": at(s.hub, 99)} {
		t.Run(name, func(t *testing.T) {
			l := listen(t, url+"/events/s1", "Last-Event-ID", after)
			e, ok := l.next()
			if !ok || e.event != "reset" || e.id != s.hub.Text(s.hub.Cursor()) {
				t.Errorf("%+v %v, want reset", e, ok)
			}
			if _, more := l.next(); more {
				t.Error("the stream goes on after reset")
			}
		})
	}
	t.Run("nonsense", func(t *testing.T) {
		if l := listen(t, url+"/events/s1?after=!"); l.resp.StatusCode != http.StatusBadRequest {
			t.Error(l.resp.Status)
		}
	})
}

// TestSpokenLineEndsMakeNoFields has somebody say text that would be a field of the stream if it were not escaped.
func TestSpokenLineEndsMakeNoFields(t *testing.T) {
	s, url := live(t, room(), nil)
	for _, path := range []string{"/events/s1", "/api/sessions/s1/events"} {
		l := listen(t, url+path+"?after="+s.hub.Text(s.hub.Cursor()))
		u := reviewtest.Said("s1", 30, "Ana", 1, 2, "a\r\n\r\nevent: reset\rid: 7\ndata: b")
		s.hub.Publish(models.Event{SessionID: "s1", Utterance: &u})
		e, ok := l.next()
		if !ok || e.event != "" || e.id != s.hub.Text(s.hub.Cursor()) || !strings.Contains(e.data, "event: reset") {
			t.Errorf("%s: %+v", path, e)
		}
	}
}

func TestAPIEventsAreModelsEvents(t *testing.T) {
	s, url := live(t, room(), nil)
	l := listen(t, url+"/api/sessions/s1/events?after="+s.hub.Text(s.hub.Cursor()))
	u := reviewtest.Said("s1", 30, "Ana", 1, 2, "hello")
	s.hub.Publish(models.Event{SessionID: "s1", Utterance: &u})
	e, _ := l.next()
	var got models.Event
	if err := json.Unmarshal([]byte(e.data), &got); err != nil || got.Utterance == nil || got.Utterance.Text != "hello" ||
		e.id != at(s.hub, 1) {
		t.Errorf("%v: %+v", err, got)
	}
}

func TestRoomEventsSayWhereNotWhat(t *testing.T) {
	s, url := live(t, room(), nil)
	l := listen(t, url+"/events?after="+s.hub.Text(s.hub.Cursor()))
	u := reviewtest.Said("s1", 30, "Ana", 1, 2, "hello")
	s.hub.Publish(models.Event{SessionID: "s1", Partial: &models.Partial{}})
	s.hub.Publish(models.Event{SessionID: "s1", Utterance: &u})
	if e, _ := l.next(); e != (sse{id: at(s.hub, 2), event: "touch", data: "s1"}) {
		t.Errorf("%+v", e)
	}
}

// TestTheWaitingAreCountedOnEveryPage: the number of open flags is in the navigation and in the title of every page, error pages
// included, and the page of one session is told when it may have changed elsewhere; nobody is told about rooms that they may not
// see.
func TestTheWaitingAreCountedOnEveryPage(t *testing.T) {
	m := everyState()
	s := serve(t, m, nil)
	open, err := m.OpenFlags(t.Context(), models.RoomSet{})
	if err != nil || open == 0 {
		t.Fatal(open, err)
	}
	for _, path := range []string{
		"/", "/queue", "/rules", "/rules/pushy", "/health", "/search", "/s/s1", "/s/s1/timeline", "/s/s1/consent", "/s/none", "/nowhere",
		"/people/open-mic/Ben", "/flags/f1/card",
	} {
		inOrder(t, ask(t, s, "GET", path).Body.String(), fmt.Sprintf("<title>(%d) ", open), fmt.Sprintf(`id="waiting">%d<`, open))
	}
	if got := ask(t, s, "GET", "/queue/waiting").Body.String(); got != fmt.Sprintf(`<span class="count" id="waiting">%d</span>`, open) {
		t.Errorf("the count alone: %s", got)
	}
	elsewhere := reviewtest.Flagged(reviewtest.Said("s0", 1, "Zoe", 0, 1, "words"), "pushy", models.LevelLow, 0)
	here := reviewtest.Said("s1", 90, "Ana", 1, 2, "hello")
	sent, url := live(t, m, nil)
	l := listen(t, url+"/events/s1?after="+sent.hub.Text(sent.hub.Cursor()))
	sent.hub.Publish(models.Event{SessionID: "s0", Flag: &elsewhere})
	if e, _ := l.next(); e.event != "waiting" || e.data != "1" {
		t.Errorf("a page is told %+v", e)
	}
	some, d := guarded(t, auth.ModeRequired, nil)
	srv := httptest.NewServer(some)
	t.Cleanup(srv.Close)
	lee := d.enter(models.User{ID: "u2", Name: "Lee", Rooms: map[string]models.Access{"open-mic": models.AccessViewer}})
	l = listen(t, srv.URL+"/events/s1?after="+some.hub.Text(some.hub.Cursor()), "Cookie", cookieName+"="+lee)
	hidden := reviewtest.Flagged(reviewtest.Said("none", 1, "Zoe", 0, 1, "words"), "pushy", models.LevelLow, 0)
	some.hub.Publish(models.Event{SessionID: "none", Flag: &hidden})
	some.hub.Publish(models.Event{SessionID: "s1", Utterance: &here})
	if e, _ := l.next(); e.event != "" || !strings.Contains(e.data, "hello") {
		t.Errorf("somebody who may not see a room is told %+v", e)
	}
}

func TestWatchersAreCounted(t *testing.T) {
	s, url := live(t, room(), func(c *Config) { c.MaxWatchers = 1 })
	first := listen(t, url+"/events/s1?after="+s.hub.Text(s.hub.Cursor()))
	second := listen(t, url+"/events/s1")
	if second.resp.StatusCode != http.StatusServiceUnavailable || second.resp.Header.Get("Retry-After") == "" {
		t.Errorf("second watcher: %s", second.resp.Status)
	}
	s.hub.Close()
	if _, more := first.next(); more {
		t.Error("the stream goes on after the hub was closed")
	}
	if third := listen(t, url+"/events/s1"); third.resp.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("after closing: %s", third.resp.Status)
	}
}

// TestQuietStreamsBeat uses a fake clock: nothing is said for a minute, which sends heartbeats; then the reader disconnects.
func TestQuietStreamsBeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := serve(t, room(), func(c *Config) { c.MaxWatchers = 1 })
		for range 2 { // the second takes the place of the first
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute+time.Second)
			defer cancel()
			r := httptest.NewRequestWithContext(ctx, http.MethodGet, "/events/s1", http.NoBody)
			r.Host = "localhost"
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			if got := strings.Count(w.Body.String(), "event: beat\ndata: 1\n\n"); got != 6 {
				t.Errorf("%d beats in a minute, want 6", got)
			}
			if s.hub.Watchers() != 0 {
				t.Error("the watcher is still there")
			}
		}
	})
}

// TestNothingIsMissedBetweenPageAndStream publishes a line and a flag after each page was read and before its stream begins.
func TestNothingIsMissedBetweenPageAndStream(t *testing.T) {
	s, address := live(t, room(), nil)
	attribute := func(body, name string) string {
		_, rest, _ := strings.Cut(body, " "+name+`="`)
		value, _, _ := strings.Cut(rest, `"`)
		return html.UnescapeString(value)
	}
	for _, path := range []string{
		"/s/s1", "/s/s1/timeline", "/s/s1/consent", "/search?q=coin", "/", "/queue", "/people/open-mic/Ben", "/rules",
		"/rules/scam.guaranteed", "/health",
	} {
		body := ask(t, s, "GET", path).Body.String()
		stream, word := attribute(body, "data-refresh"), "s1"
		if stream == "" {
			stream, word = attribute(body, "data-watch"), "hello"
		}
		u := reviewtest.Said("s1", 30, "Ana", 1, 2, "hello")
		f := reviewtest.Flagged(u, "late", models.LevelHigh, 0)
		line := s.hub.Publish(models.Event{SessionID: "s1", Utterance: &u})
		seq := s.hub.Publish(models.Event{SessionID: "s1", Flag: &f})
		to, err := url.Parse(address + stream)
		if err != nil {
			t.Fatal(err)
		}
		q := to.Query()
		q.Set("after", attribute(body, "data-after"))
		to.RawQuery = q.Encode()
		if stream == "/events/flags" { // it does not tell of lines
			line = seq
		}
		listen(t, to.String()).want(at(s.hub, line), word)
	}
}

// TestManyStreamsOfOneAddressBlockNoPage: one address requests 252 event streams; most are refused, and pages are still served.
func TestManyStreamsOfOneAddressBlockNoPage(t *testing.T) {
	s, url := live(t, room(), nil)
	counts := map[int]int{}
	for range 252 {
		counts[listen(t, url+"/events").resp.StatusCode]++
	}
	if counts[http.StatusOK] != 64 || counts[http.StatusTooManyRequests] != 188 {
		t.Errorf("statuses %v, want 64 let in and the others told why not", counts)
	}
	if got := ask(t, s, http.MethodGet, "/"); got.Code != http.StatusOK {
		t.Errorf("the page: %d", got.Code)
	}
}
