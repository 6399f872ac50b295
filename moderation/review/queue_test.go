package review

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"earshot/models"
)

// TestQueueIsNarrowed filters by room, rule or level, with the gravest first; open flags are counted in the navigation and the
// title.
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

// TestAlikeAreDismissedAtOnce: all open flags of one rule that are shown are dismissed, and no others: none of another rule, none
// that was raised after the page was read, and none that somebody has confirmed meanwhile. They are reopened together.
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
	body := ask(t, s, "GET", "/queue?rule=rule.1").Body.String()
	inOrder(t, body, fmt.Sprintf("Dismiss all %d flags of this rule", one))
	_, form, _ := strings.Cut(body, `id="alike"`)
	form, _, _ = strings.Cut(form, "</form>")
	all := url.Values{"rule": {"rule.1"}}
	for _, x := range regexp.MustCompile(`name="flag" value="([^"]+)"`).FindAllStringSubmatch(form, -1) {
		all.Add("flag", x[1])
	}
	later := m.flags[len(m.flags)-1]
	later.ID, later.Rule, later.Status = "later", "rule.1", models.FlagOpen
	m.flags = append(m.flags, later)
	at := slices.IndexFunc(m.flags, func(f models.Flag) bool { return f.ID == all["flag"][0] })
	m.flags[at].Status, m.flags[at].DecidedBy = models.FlagConfirmed, "Ana"
	confirmed := count("rule.1", models.FlagConfirmed)
	if w := post(t, s, "/queue/dismiss", all); w.Code != http.StatusSeeOther {
		t.Fatal(w.Code)
	}
	if a, b := count("rule.1", models.FlagOpen), count("rule.2", models.FlagOpen); a != 1 || b != other || one < 3 {
		t.Errorf("%d of %d are left, and %d of %d of another rule", a, one, b, other)
	}
	all.Set("status", "open")
	if w := post(t, s, "/queue/dismiss", all, "X-Earshot-Piece", "1"); w.Code != http.StatusNoContent {
		t.Fatal(w.Code)
	}
	if a, c := count("rule.1", models.FlagOpen), count("rule.1", models.FlagConfirmed); a != one || c != confirmed {
		t.Errorf("%d of %d are open again, and %d of %d confirmed", a, one, c, confirmed)
	}
	for _, wrong := range []url.Values{
		{"flag": all["flag"]}, {"rule": {"rule.2"}, "flag": all["flag"]}, {"rule": {"rule.1"}, "flag": all["flag"], "status": {"confirmed"}},
	} {
		if w := post(t, s, "/queue/dismiss", wrong); w.Code != http.StatusBadRequest {
			t.Errorf("%v: %d", wrong, w.Code)
		}
	}
}
