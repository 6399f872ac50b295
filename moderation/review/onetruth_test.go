package review

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"earshot/models"
	"earshot/moderation/review/events"
)

// TestNewNameReachesOpenPages: open pages of a session reload once somebody in it has been renamed.
func TestNewNameReachesOpenPages(t *testing.T) {
	m := room()
	s, address := live(t, m, nil)
	watcher := listen(t, address+"/events/s1?after="+s.hub.Text(s.hub.Cursor()))
	if w := post(t, s, "/people/open-mic/Ben/name", url.Values{"name": {"Benjamin"}}); w.Code >= 400 {
		t.Fatal(w.Code, w.Body)
	}
	if e, ok := watcher.next(); !ok || e.event != "reset" {
		t.Errorf("the page hears %+v", e)
	}
}

// TestPauseReachesOpenPages: a room that is paused, from wherever, is shown so on all its pages, with the button to resume.
func TestPauseReachesOpenPages(t *testing.T) {
	l := &fakeDesk{}
	s, address := live(t, room(), func(c *Config) { c.Listener = l })
	page := listen(t, address+"/events/s1?after="+s.hub.Text(s.hub.Cursor()))
	ses := room().sessions[slices.IndexFunc(room().sessions, func(x models.Session) bool { return x.ID == "s1" })]
	for _, tt := range []struct {
		paused bool
		want   []string
	}{{true, []string{"paused", "Listening is paused.", "Resume listening", "Resume"}}, {false, []string{"live", "Pause listening"}}} {
		l.paused.Store(tt.paused)
		seq := s.hub.Publish(models.Event{SessionID: "s1", Session: &ses})
		page.want(s.hub.Text(events.Cursor{Hub: s.hub.Cursor().Hub, Seq: seq}), tt.want...)
	}
	ses.Ended = start
	s.hub.Publish(models.Event{SessionID: "s1", Session: &ses})
	e, _ := page.next()
	if !strings.Contains(e.data, "ended") || !strings.Contains(e.data, `id="listening" data-gone`) {
		t.Errorf("after the end: %s", e.data)
	}
}

// TestThePauseIsReadWhenItMayHaveChanged: if another process is in the room, each check is a query. A page checks when it opens and
// when its session changes, and not for other events of the room.
func TestThePauseIsReadWhenItMayHaveChanged(t *testing.T) {
	l := &fakeDesk{}
	l.paused.Store(true)
	s, address := live(t, room(), func(c *Config) { c.Listener = l })
	page := listen(t, address+"/events/s1?after="+s.hub.Text(s.hub.Cursor()))
	news := func() uint64 {
		return s.hub.Publish(models.Event{SessionID: "s1", Room: &models.RoomState{Room: "open-mic"}})
	}
	page.want(at(s.hub, news()), "paused")
	before := l.asked.Load()
	for range 3 {
		page.want(at(s.hub, news()), "paused", "Resume listening")
	}
	if asked := l.asked.Load(); asked != before {
		t.Errorf("asked %d times more", asked-before)
	}
	l.paused.Store(false)
	ses := room().sessions[slices.IndexFunc(room().sessions, func(x models.Session) bool { return x.ID == "s1" })]
	page.want(at(s.hub, s.hub.Publish(models.Event{SessionID: "s1", Session: &ses})), "live", "Pause listening")
}

// TestAProgramHearsOfItsSessionAlone: pages are told about other sessions of their room, programs are not.
func TestAProgramHearsOfItsSessionAlone(t *testing.T) {
	s, address := live(t, room(), nil)
	after := "?after=" + s.hub.Text(s.hub.Cursor())
	program, page := listen(t, address+"/api/sessions/s1/events"+after), listen(t, address+"/events/s1"+after)
	next := models.Session{ID: "s2", Room: "open-mic", Name: "Open mic", Started: start.Add(time.Hour)}
	elsewhere := models.Session{ID: "s3", Room: "attic", Name: "Attic", Started: start.Add(time.Hour)}
	over := room().sessions[1]
	over.Ended = start.Add(time.Minute)
	for _, x := range []models.Session{elsewhere, next, over} {
		s.hub.Publish(models.Event{SessionID: x.ID, Session: &x})
	}
	if e, _ := program.next(); !strings.Contains(e.data, `"session_id":"s1"`) {
		t.Errorf("the program hears %s", e.data)
	}
	var heard string
	for range 2 {
		e, _ := page.next()
		heard += e.data
	}
	if !strings.Contains(heard, `href="/s/s2"`) || strings.Contains(heard, "s3") {
		t.Errorf("the page hears %s", heard)
	}
}
