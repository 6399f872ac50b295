package review

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"earshot/models"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/events"
	"earshot/moderation/review/internal/reviewtest"
)

// askedRoom is heardRoom with an ask about its flag that lapses in 42 s.
func askedRoom() *memory {
	m := heardRoom()
	m.decisions = []models.Decision{{
		ID: "d1", Session: "s1", Flag: "f1", Verdict: models.VerdictAsked, Ask: models.AskOpen, Offer: []string{"mute 60s", "warn", "dismiss"},
		Expires: start.Add(time.Minute + 42*time.Second),
	}}
	return m
}

func TestOpenAskStandsOnTopWithItsOffers(t *testing.T) {
	m := askedRoom()
	older := reviewtest.Flagged(m.lines[1], "pace", models.LevelLow, 0)
	m.flags = slices.Insert(m.flags, 0, older)
	h := &hand{can: []models.Verb{models.VerbWarn, models.VerbMute, models.VerbRemove}}
	s := serve(t, m, func(c *Config) { c.Actor = h })
	for _, page := range []string{"/queue", "/s/s1"} {
		body := ask(t, s, "GET", page).Body.String()
		if page == "/queue" {
			inOrder(t, body, "1 ask from a live room on top", "scam.guaranteed", "Rule pace")
		}
		inOrder(t, body, "Rule scam.guaranteed", `lapses at <time datetime="2026-03-01T20:15:42Z" data-until=`, "20:15:42", "Dismiss",
			"Confirm", `name="choice" value="mute 60s" class="do first" data-key="mute">Mute 60s`, `value="warn"`,
			`name="verb" value="remove"`)
		if n := strings.Count(body, `value="warn"`); page == "/queue" && n != 2 { // the offer, and the other flag's button
			t.Errorf("%d buttons to warn", n)
		}
	}
	if w := post(t, s, "/flags/f1", url.Values{"choice": {"mute 60s"}}); w.Code != http.StatusSeeOther {
		t.Fatal(w.Code, w.Body)
	}
	if want := []string{"d1 host mute 60s"}; !slices.Equal(h.chosen, want) || len(h.done) != 0 {
		t.Errorf("chosen %q, want %q, and done %v", h.chosen, want, h.done)
	}
	h.err = fmt.Errorf("too late: %w", models.ErrInvalid)
	w := post(t, s, "/flags/f1", url.Values{"choice": {"warn"}})
	if w.Code != http.StatusConflict || !strings.Contains(w.Body.String(), "has expired") {
		t.Error(w.Code, w.Body)
	}
	if w := post(t, s, "/flags/f1", url.Values{"choice": {"ban"}, "sure": {"1"}}); w.Code != http.StatusBadRequest {
		t.Error("what was never offered:", w.Code)
	}
}

func TestAnAskThatIsOverOffersNothing(t *testing.T) {
	for name, change := range map[string]func(*models.Decision){
		"lapsed":       func(d *models.Decision) { d.Ask = models.AskExpired },
		"past its end": func(d *models.Decision) { d.Expires = start },
	} {
		m := askedRoom()
		change(&m.decisions[0])
		body := ask(t, serve(t, m, func(c *Config) { c.Actor = &hand{} }), "GET", "/queue").Body.String()
		if strings.Contains(body, "lapses at") || strings.Contains(body, `name="choice"`) {
			t.Errorf("%s: still offered", name)
		}
	}
}

// TestSentIsNoLastWord: an action that was sent but has no visible effect is shown so after a minute, on a new page and by the
// script of an open page.
func TestSentIsNoLastWord(t *testing.T) {
	m, now := askedRoom(), start.Add(time.Minute)
	m.flags[0].Status, m.flags[0].DecidedBy, m.flags[0].Decided = models.FlagConfirmed, "Ana", start
	m.actions = []models.Action{{
		ID: "a1", Session: "s1", Decision: "d1", Verb: models.VerbUnmute, TargetID: "Ben", State: models.ActionSent, Sent: now,
	}}
	s := serve(t, m, func(c *Config) { c.Actor, c.Now = &hand{}, func() time.Time { return now } })
	inOrder(t, ask(t, s, "GET", "/queue").Body.String(), `data-late="2026-03-01T20:16:00Z"`, "no effect was seen",
		"unmute sent, its effect is not seen yet")
	now = now.Add(time.Minute)
	body := ask(t, s, "GET", "/queue").Body.String()
	if strings.Contains(body, "unmute sent") || !strings.Contains(body, "unmute was sent, but no effect was seen") {
		t.Error("after a minute it is still only sent")
	}
}

func TestUndoTakesBackWhatWasDoneInTheRoom(t *testing.T) {
	seen := start.Add(50 * time.Second)
	mute := models.Action{
		ID: "a1", Session: "s1", Decision: "d1", Verb: models.VerbMute, TargetID: "Ben", ForMS: 60_000, State: models.ActionSeen,
		Sent: seen.Add(-400 * time.Millisecond), Seen: seen,
	}
	undone := models.Action{
		ID: "a2", Session: "s1", Decision: "d1", Verb: models.VerbUnmute, TargetID: "Ben", State: models.ActionSeen, Seen: seen,
	}
	failed, over := mute, mute
	failed.State, failed.Error = models.ActionFailed, "not allowed"
	over.Seen = start.Add(-time.Hour)
	warn := models.Action{ID: "a3", Decision: "d1", Verb: models.VerbWarn, State: models.ActionSeen}
	for name, tt := range map[string]struct {
		actions []models.Action
		want    []models.Verb
	}{
		"a mute":                   {[]models.Action{mute}, []models.Verb{models.VerbUnmute}},
		"already unmuted":          {[]models.Action{mute, undone}, nil},
		"it never took effect":     {[]models.Action{failed}, nil},
		"its end was not seen":     {[]models.Action{over}, []models.Verb{models.VerbUnmute}},
		"nothing to be taken back": {[]models.Action{warn}, nil},
	} {
		m := askedRoom()
		m.flags[0].Status, m.flags[0].DecidedBy = models.FlagConfirmed, "Ana"
		m.actions = tt.actions
		h := &hand{}
		s := serve(t, m, func(c *Config) { c.Actor = h })
		if w := post(t, s, "/flags/f1", url.Values{"status": {"open"}}); w.Code != http.StatusSeeOther {
			t.Fatal(name, w.Code)
		}
		var got []models.Verb
		for _, a := range h.done {
			got = append(got, a.Verb)
			if a.TargetID != "Ben" || a.Decision != "d1" {
				t.Errorf("%s: %+v", name, a)
			}
		}
		if !slices.Equal(got, tt.want) || m.flags[0].Status != models.FlagOpen {
			t.Errorf("%s: %v, want %v; the flag is %s", name, got, tt.want, m.flags[0].Status)
		}
	}
}

func TestWhatCameOfAFlagIsShownAndStreamed(t *testing.T) {
	m := askedRoom()
	s := serve(t, m, func(c *Config) { c.Actor = &hand{} })
	encode, err := s.pages.Pieces(
		auth.WithVisitor(httptest.NewRequestWithContext(t.Context(), "GET", "/", http.NoBody), auth.OpenVisitor()).Context(), "s1",
	)
	if err != nil {
		t.Fatal(err)
	}
	d := m.decisions[0]
	d.Ask = models.AskExpired
	if got, err := encode(models.Event{SessionID: "s1", Decision: &d}); err != nil ||
		!strings.Contains(got.Data, "nobody answered in time") ||
		strings.Contains(got.Data, "lapses at") {
		t.Errorf("%v %s", err, got.Data)
	}
	a := models.Action{
		ID: "a1", Decision: "d1", Verb: models.VerbMute, ForMS: 60_000, State: models.ActionSeen, Sent: start,
		Seen: start.Add(400 * time.Millisecond),
	}
	if got, err := encode(models.Event{SessionID: "s1", Action: &a}); err != nil ||
		!strings.Contains(got.Data, "mute for 60 s, seen after 0.4 s") {
		t.Errorf("%v %s", err, got.Data)
	}
	message := models.Action{ID: "a2", Verb: models.VerbMessage, State: models.ActionSeen}
	if got, err := encode(models.Event{SessionID: "s1", Action: &message}); err != nil || got != (events.Message{}) {
		t.Errorf("an action without a flag: %v %v", got, err)
	}
	m.actions = []models.Action{
		{ID: "a1", Session: "s1", Decision: "d1", Verb: models.VerbMute, State: models.ActionFailed, Error: "the server said no"},
	}
	inOrder(t, ask(t, s, "GET", "/queue").Body.String(), "mute failed: the server said no")
}

// TestAnAskInItsSessionHasWhatIsAround: on a session's page, too, an ask is shown with the lines around it and what else the person
// did.
func TestAnAskInItsSessionHasWhatIsAround(t *testing.T) {
	s := serve(t, hitTwice(), func(c *Config) { c.Actor = &hand{can: []models.Verb{models.VerbMute}} })
	_, asks, _ := strings.Cut(ask(t, s, "GET", "/s/s1").Body.String(), `id="asks"`)
	asks, _, _ = strings.Cut(asks, "</ol>")
	inOrder(t, asks, "Welcome everyone.", "Ben", "in this session: 2 flags, 2 asks", "guaranteed")
}
