package review

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"earshot/models"
	"earshot/moderation/review/events"
)

// TestNewNameReachesOpenPages: who has a session open loads it anew once somebody in it is called something else.
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

// TestPauseReachesOpenPages: a room that is paused, from wherever, is shown so on every page of it, with the way back.
func TestPauseReachesOpenPages(t *testing.T) {
	l := &fakeDesk{}
	s, address := live(t, room(), func(c *Config) { c.Listener = l })
	page := listen(t, address+"/events/s1?after="+s.hub.Text(s.hub.Cursor()))
	ses := room().sessions[slices.IndexFunc(room().sessions, func(x models.Session) bool { return x.ID == "s1" })]
	for _, tt := range []struct {
		paused bool
		want   []string
	}{{true, []string{"paused", "Listening is paused.", "Listen again", "Resume"}}, {false, []string{"live", "Pause listening"}}} {
		l.paused = tt.paused
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
