package review

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"earshot/models"
	"earshot/moderation/engine"
	"earshot/moderation/engine/tune"
	"earshot/moderation/review/internal/reviewtest"
	"earshot/moderation/review/record"
)

// primer is a Rulebook of two rules: one matches "coin", the other nothing.
type primer struct {
	since   time.Time
	room    string
	takenBy string
}

func (*primer) Sets() []record.RuleSet {
	rules := []record.RuleText{
		{
			ID: "scam.guaranteed", Pack: "scams", Level: models.LevelHigh, Mode: models.ModeSuggest, About: "Promises of profit.",
			Title: "Promised profit",
		},
		{ID: "quiet", Pack: "p", Level: models.LevelLow},
	}
	return []record.RuleSet{{Set: "open-mic@3f9c21", Rules: rules}, {Profile: "quiet-room", Set: "q@000000", Rules: rules[1:]}}
}

func (*primer) Text(_, rule string) string { return "id: " + rule + "\nwhen:\n  says: <coin>\n" }

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

// proposal is the only proposal of a primer: for one of its rules.
var proposal = tune.Proposal{
	ID: "a1", Rule: "scam.guaranteed", Text: "be silent where somebody says \"c••• flip\"", YAML: "unless: {says: {phrase: [\"c••• flip\"]}}",
	Before: tune.Figures{Flags: 9, Asks: 8, Confirmed: 3, Dismissed: 4}, After: tune.Figures{Flags: 5, Asks: 4, Confirmed: 3},
	Warnings: []string{"only 7 decisions so far; 20 or more say more"}, Diff: "-old\n+new <b>\n",
}

func (p *primer) Proposals(_ context.Context, profile, rule string, since time.Time) (tune.Result, error) {
	p.since = since
	out := tune.Result{Sessions: 2, Lines: 40, Left: 1, Rules: []tune.Row{}, Proposals: []tune.Proposal{}}
	if profile == "nope" {
		return out, models.ErrInvalid
	}
	if rule != "quiet" {
		out.Rules, out.Proposals = []tune.Row{{Rule: "scam.guaranteed", Now: proposal.Before}}, []tune.Proposal{proposal}
	}
	return out, nil
}

func (p *primer) Take(_ context.Context, _, _, id, by string, _ time.Time) (record.Taken, error) {
	if id != proposal.ID {
		return record.Taken{}, models.ErrNotFound
	}
	p.takenBy = by
	return record.Taken{Rule: proposal.Rule, File: "/etc/earshot/mine.yaml", Kept: "/etc/earshot/mine.yaml.old1", Diff: proposal.Diff}, nil
}

func TestWordsAreTriedAgainstTheRules(t *testing.T) {
	book := &primer{}
	s := serve(t, heardRoom(), func(c *Config) { c.Rules, c.Tuner = book, book })
	inOrder(
		t, ask(t, s, "GET", "/rules").Body.String(), "open-mic@3f9c21", "quiet-room", `id="try"`, "<textarea", "scam.guaranteed",
		`id="replay"`, "Nothing flagged yet", "quiet",
	)
	inOrder(
		t, ask(t, s, "GET", "/rules/scam.guaranteed").Body.String(), "Promises of profit.", "Level high, mode suggest",
		"Try a phrase against this rule", `name="rule" value="scam.guaranteed"`, "Latest flags",
	)
	inOrder(t, ask(t, s, "GET", "/rules/quiet").Body.String(), "nothing flagged yet", "Try a phrase against this rule")
	inOrder(t, ask(t, s, "GET", "/queue").Body.String(), "1 flag is waiting")
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
			[]string{"The rule does not fire.", "<details open>", "No phrase of it was said."},
			"whispered",
		},
		{url.Values{"say": {"<script>coin</script>"}}, 200, []string{"&lt;script&gt;"}, "<script>coin"},
		{url.Values{"say": {" \r\n "}}, 400, []string{"Type what somebody might say."}, ""},
		{url.Values{"say": {strings.Repeat("a ", 2000)}}, 400, []string{"too much text"}, ""},
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
	s := serve(t, heardRoom(), func(c *Config) { c.Rules, c.Tuner = book, book })
	inOrder(
		t, post(t, s, "/rules/replay", nil).Body.String(), "open-mic@3f9c21", "40 lines in 2 sessions", "1 older session",
		"scam.guaranteed", "<td>7</td><td>5</td><td>3</td><td>1</td>", "1 other rule would",
	)
	if want := start.Add(time.Minute).AddDate(0, 0, -30); !book.since.Equal(want) {
		t.Errorf("since %v, want %v", book.since, want)
	}
	inOrder(t, post(t, s, "/rules/replay", url.Values{"rule": {"quiet"}}).Body.String(), "quiet", "<td>0</td>")
}

func TestAProposalIsTakenWithOneClick(t *testing.T) {
	book := &primer{}
	s := serve(t, heardRoom(), func(c *Config) { c.Rules, c.Tuner = book, book })
	inOrder(t, ask(t, s, "GET", "/rules/scam.guaranteed").Body.String(), `action="/rules/tune"`, "Look for changes")
	page := post(t, s, "/rules/tune", url.Values{"rule": {"scam.guaranteed"}}).Body.String()
	inOrder(
		t, page, "40 lines in 2 sessions", "1 older session", "asked about 8", "confirmed 3 and dismissed", "be silent where",
		"<td>9</td>", "<td>8</td>", "<td>3</td>", "<td>4</td>", "<td>5</td>", "<td>4</td>", "<td>3</td>", "<td>0</td>", "only 7 decisions",
		"new &lt;b&gt;", `name="take" value="a1"`,
	)
	inOrder(t, post(t, s, "/rules/tune", url.Values{"rule": {"quiet"}}).Body.String(), "None of its flags has been confirmed or dismissed")
	inOrder(
		t, post(t, s, "/rules/tune", url.Values{"rule": {"scam.guaranteed"}, "take": {"a1"}}).Body.String(),
		"/etc/earshot/mine.yaml", "/etc/earshot/mine.yaml.old1", "new &lt;b&gt;",
	)
	for form, want := range map[string]int{
		"rule=nothing": 404, "rule=scam.guaranteed&take=gone": 409, "rule=scam.guaranteed&profile=nope": 400,
	} {
		v, _ := url.ParseQuery(form)
		if w := post(t, s, "/rules/tune", v); w.Code != want {
			t.Errorf("%s: %d", form, w.Code)
		}
	}
}

// TestRulesThatAreWrongComeFirst: the least precise rule is at the top, and after three dismissals its lines link to the form for
// trying words.
func TestRulesThatAreWrongComeFirst(t *testing.T) {
	m := room()
	decided := func(rule, title string, confirmed, dismissed int) {
		for i := range confirmed + dismissed {
			u := reviewtest.Said("s1", len(m.lines)+100, "Ben", 40_000, 41_000, fmt.Sprintf("A line of %s, number %d.", rule, i/2))
			f := reviewtest.Flagged(u, rule, models.LevelMedium, 0)
			f.ID, f.Title, f.Status, f.Decided = fmt.Sprint(rule, i), title, models.FlagDismissed, start
			if i < confirmed {
				f.Status = models.FlagConfirmed
			}
			m.lines, m.flags = append(m.lines, u), append(m.flags, f)
		}
	}
	decided("quiet", "Too quiet", 9, 1)
	decided("gone", "Not in use", 5, 5)
	decided("few", "Hardly used", 0, 2)
	m.flags = m.flags[1:]
	decided("scam.guaranteed", "Promised profit: the last words that it found", 1, 5)
	s := serve(t, m, func(c *Config) { c.Rules = &primer{} })
	body := ask(t, s, "GET", "/rules").Body.String()
	inOrder(
		t, body, ">Promised profit</a>", "Promises of profit.", "<code>scam.guaranteed</code>", `class="right poor"`, "right 1 of 6 times",
		`href="/rules/scam.guaranteed?tune=1#tune"`, ">Not in use</a>", `class="right doubtful"`, ">Too quiet</a>", `class="right sure"`,
		">Hardly used</a>", "too few to judge",
	)
	if n := strings.Count(body, "tune=1"); n != 1 {
		t.Errorf("%d rules can be tuned: one that is not in use, or was hardly wrong, is among them", n)
	}
	page := ask(t, s, "GET", "/rules/scam.guaranteed?tune=1").Body.String()
	inOrder(t, page, "<h1>Promised profit</h1>", "<code>scam.guaranteed</code>", "<textarea")
	_, box, _ := strings.Cut(page, `name="say"`)
	box, _, _ = strings.Cut(box, "</textarea>")
	for i := range 3 {
		if strings.Count(box, fmt.Sprintf("A line of scam.guaranteed, number %d.", i)) != 1 {
			t.Errorf("the box to try words holds %q", box)
		}
	}
	inOrder(t, ask(t, s, "GET", "/rules/quiet?tune=1").Body.String(), "<textarea", "></textarea>")
}
