package review

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"earshot/models"
)

// TestQueueIsNarrowed to a room, a rule or a level, with the gravest first; what waits is counted in the navigation and the title.
func TestQueueIsNarrowed(t *testing.T) {
	m := evening(true)
	s := serve(t, m, func(c *Config) {
		c.Actor = &hand{can: []models.Verb{models.VerbMute}}
		c.Now = func() time.Time { return start.Add(3 * time.Minute) }
	})
	level := regexp.MustCompile(`<b class="level">(\w+)</b>`)
	levels := func(path string) (out []string) {
		for _, x := range level.FindAllStringSubmatch(ask(t, s, "GET", path).Body.String(), -1) {
			out = append(out, x[1])
		}
		return out
	}
	body := ask(t, s, "GET", "/queue").Body.String()
	inOrder(t, body, "<title>(20) Queue", `id="waiting">20<`, "10 asks from a live room on top", "lapses at")
	for _, l := range levels("/queue?level=low") {
		if l != "low" {
			t.Errorf("%s among the low ones", l)
		}
	}
	got := levels("/queue?room=" + url.QueryEscape("lounge://localhost/evening"))
	if len(got) == 0 || len(got) >= len(levels("/queue")) {
		t.Errorf("%d cards of the room", len(got))
	}
	if b := ask(t, s, "GET", "/queue?rule=nothing").Body.String(); !strings.Contains(b, "Nothing") || strings.Contains(b, "All clear") {
		t.Error("what is narrowed to nothing is no all clear")
	}
}

// TestAlikeAreDismissedAtOnce: all open flags of one rule that are shown, and no other.
func TestAlikeAreDismissedAtOnce(t *testing.T) {
	m := evening(true)
	s := serve(t, m, nil)
	count := func(rule string, status models.FlagStatus) (n int) {
		for _, f := range m.flags {
			if f.Rule == rule && f.Status == status {
				n++
			}
		}
		return n
	}
	one, other := count("rule.1", models.FlagOpen), count("rule.2", models.FlagOpen)
	inOrder(t, ask(t, s, "GET", "/queue?rule=rule.1").Body.String(), "Dismiss all ", " of this rule")
	if w := post(t, s, "/queue/dismiss", url.Values{"rule": {"rule.1"}}); w.Code != http.StatusSeeOther {
		t.Fatal(w.Code)
	}
	if a, b := count("rule.1", models.FlagOpen), count("rule.2", models.FlagOpen); a != 0 || b != other || one < 2 {
		t.Errorf("%d of %d are left, and %d of %d of another rule", a, one, b, other)
	}
	if w := post(t, s, "/queue/dismiss", url.Values{}); w.Code != http.StatusBadRequest {
		t.Errorf("without a rule: %d", w.Code)
	}
}
