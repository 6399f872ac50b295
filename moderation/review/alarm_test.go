package review

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"earshot/models"
)

// TestAlarmReachesEveryPage: an alarm is at the top of every page that is loaded, and reaches open pages of any session at once; so
// does its end.
func TestAlarmReachesEveryPage(t *testing.T) {
	alarm := "The disk is <full>."
	s, url := live(t, room(), func(c *Config) { c.Alarm = func() string { return alarm } })
	for _, want := range []string{"The disk is &lt;full&gt;.", ""} {
		for _, path := range []string{"/", "/queue", "/sessions/s1", "/health", "/rules"} {
			resp, err := http.Get(url + path)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(resp.Body)
			_ = resp.Body.Close()
			shown := strings.Contains(string(body), `role="alert">`+want)
			hidden := strings.Contains(string(body), `role="alert" hidden>`)
			if err != nil || shown == hidden || hidden != (want == "") {
				t.Errorf("%s: status %d, shown %v, hidden %v, want %q, %v", path, resp.StatusCode, shown, hidden, want, err)
			}
		}
		pages := []*listener{
			listen(t, url+"/events?after="+s.hub.Text(s.hub.Cursor())), listen(t, url+"/events/s1?after="+s.hub.Text(s.hub.Cursor())),
		}
		api := listen(t, url+"/api/sessions/s1/events?after="+s.hub.Text(s.hub.Cursor()))
		s.hub.Publish(models.Event{Alarm: &models.Alarm{Text: alarm}})
		for _, l := range pages {
			if e, ok := l.next(); !ok || e.event != "alarm" || e.data != alarm {
				t.Errorf("event %+v, want the alarm %q", e, alarm)
			}
		}
		e, _ := api.next()
		var got models.Event
		if err := json.Unmarshal([]byte(e.data), &got); err != nil || got.Alarm == nil || got.Alarm.Text != alarm {
			t.Errorf("event of the API %q, %v", e.data, err)
		}
		alarm = ""
	}
}
