package review

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"earshot/models"
	"earshot/moderation/engine"
	"earshot/moderation/review/record"
)

// primer is a Rulebook of two rules: one finds "coin", the other nothing.
type primer struct {
	since time.Time
	room  string
}

func (*primer) Sets() []record.RuleSet {
	rules := []record.RuleText{
		{ID: "scam.guaranteed", Pack: "scams", Level: models.LevelHigh, Mode: models.ModeSuggest, About: "Promises of profit."},
		{ID: "quiet", Pack: "p", Level: models.LevelLow},
	}
	return []record.RuleSet{{Set: "open-mic@3f9c21", Rules: rules}, {Profile: "quiet-room", Set: "q@000000", Rules: rules[1:]}}
}

func (*primer) Try(profile string, e engine.Example) (out engine.Tried, err error) {
	if profile == "nope" {
		return out, models.ErrInvalid
	}
	out.Set, out.By, out.Verdicts = "open-mic@3f9c21", e.By, []engine.TriedVerdict{}
	quiet := engine.TriedOther{Rule: "quiet", WhyNot: "Nobody whispered."}
	if !strings.Contains(strings.Join(e.Say, " "), "coin") {
		out.Others = []engine.TriedOther{{Rule: "scam.guaranteed", WhyNot: "No phrase of it was said."}, quiet}
		return out, nil
	}
	out.Verdicts = []engine.TriedVerdict{{
		Rule: "scam.guaranteed", Level: models.LevelHigh, Mode: models.ModeSuggest, WouldEnforce: e.WordP > 0.5, Matched: []string{
			"coin",
		},
		Why:   "Matched coin.",
		Gates: []engine.TriedGate{{Name: "word_p", Passed: e.WordP > 0.5, Why: "0.40"}},
	}}
	out.Others = []engine.TriedOther{quiet}
	return out, nil
}

func (p *primer) Replay(_ context.Context, _, room string, since time.Time) (engine.Replayed, error) {
	p.since, p.room = since, room
	rules := []engine.ReplayRow{{Rule: "scam.guaranteed", Fired: 7, WouldEnforce: 5, Confirmed: 3, Dismissed: 1}, {Rule: "quiet"}}
	return engine.Replayed{Set: "open-mic@3f9c21", Sessions: 2, Lines: 40, Left: 1, Rules: rules}, nil
}

func TestWordsAreTriedAgainstTheRules(t *testing.T) {
	book := &primer{}
	s := serve(t, heardRoom(), func(c *Config) { c.Rules = book })
	inOrder(
		t, ask(t, s, "GET", "/rules").Body.String(), "open-mic@3f9c21", "quiet-room", `id="try"`, "<textarea", "scam.guaranteed",
		`id="replay"`, "Have found nothing yet", "quiet",
	)
	inOrder(
		t, ask(t, s, "GET", "/rules/scam.guaranteed").Body.String(), "Promises of profit.", "Now level high, mode suggest",
		"Try words against it", `name="rule" value="scam.guaranteed"`, "What it found last",
	)
	inOrder(t, ask(t, s, "GET", "/rules/quiet").Body.String(), "nothing flagged yet", "Try words against it")
	inOrder(t, ask(t, s, "GET", "/queue").Body.String(), "1 flag waits")
	for _, tt := range []struct {
		form url.Values
		code int
		says []string
		not  string
	}{
		{
			url.Values{"say": {"buy my coin"}, "by": {"guest"}},
			200,
			[]string{
				"buy my coin</textarea>", "high", "scam.guaranteed", "coin", "Matched coin.", "The host would be asked.", "why 1 other rule",
				"Nobody whispered.",
			},
			"",
		},
		{url.Values{"say": {"hello"}, "by": {"guest"}}, 200, []string{"No rule fires.", "why 2 other rules", "No phrase of it"}, ""},
		{
			url.Values{"say": {"hello"}, "rule": {"scam.guaranteed"}},
			200,
			[]string{"It stays silent.", "<details open>", "No phrase of it was said."},
			"whispered",
		},
		{url.Values{"say": {"<script>coin</script>"}}, 200, []string{"&lt;script&gt;"}, "<script>coin"},
		{url.Values{"say": {" \r\n "}}, 400, []string{"Type what somebody might say."}, ""},
		{url.Values{"say": {strings.Repeat("a ", 2000)}}, 400, []string{"too long"}, ""},
		{url.Values{"say": {"x"}, "profile": {"nope"}}, 400, nil, ""},
	} {
		w := post(t, s, "/rules/try", tt.form)
		if w.Code != tt.code || tt.not != "" && strings.Contains(w.Body.String(), tt.not) {
			t.Errorf("%.60v: %d %s", tt.form, w.Code, w.Body)
		}
		inOrder(t, w.Body.String(), tt.says...)
	}
	if w := post(t, serve(t, room(), nil), "/rules/try", url.Values{"say": {"x"}}); w.Code != http.StatusBadRequest {
		t.Error("without rules:", w.Code)
	}
}

func TestRulesAreReplayed(t *testing.T) {
	book := &primer{}
	s := serve(t, heardRoom(), func(c *Config) { c.Rules = book })
	inOrder(
		t, post(t, s, "/rules/replay", nil).Body.String(), "open-mic@3f9c21", "40 lines in 2 sessions", "1 older session",
		"scam.guaranteed", "<td>7</td><td>5</td><td>3</td><td>1</td>", "1 other rule would",
	)
	if want := start.Add(time.Minute).AddDate(0, 0, -30); !book.since.Equal(want) {
		t.Errorf("since %v, want %v", book.since, want)
	}
	inOrder(t, post(t, s, "/rules/replay", url.Values{"rule": {"quiet"}}).Body.String(), "quiet", "<td>0</td>")
}
