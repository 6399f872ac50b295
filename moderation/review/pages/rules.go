package pages

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"

	"earshot/models"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/record"
	"earshot/moderation/review/web"
)

// ruleRow is a rule with how its flags were decided.
type ruleRow struct {
	models.RuleCounts
	Sign, Tone string
	// The share of decided flags that were confirmed, in words and as a bar of 100.
	Precision string
	Bar       int
	Decided   int
	LastDay   string
	// Name is the rule's title, or its id; About says what it looks for. Judged is "sure", "doubtful" or "poor" once enough is decided.
	Name, About, Judged string
	OftenWrong          bool // enough dismissals to review its words
}

type rulesPage struct {
	Rows    []ruleRow
	Try     *trialPage // nil: no rules are in use
	Replays bool
	Files   *rulefilesPage    // nil: the visitor may change none
	Quiet   []record.RuleText // rules in use that never flagged anything
}

type rulePage struct {
	ruleRow
	Hits    []*card
	More    bool
	Text    *record.RuleText // the rule in use; nil: it is in none of the sets
	Source  string           // the same as its file has it
	Try     *trialPage
	Replays bool
	Tunes   bool
}

// fewDecisions is how many decisions are needed before a rule's share is meaningful, and fewDismissals how many dismissals make its
// words worth reviewing.
const (
	fewDecisions  = 5
	fewDismissals = 3
)

// tuned is how many of the lines on which a rule was wrong are put into the form for trying phrases.
const tuned = 10

// rules is the page of all rules that have ever flagged something.
func (s rulePages) rules(r *http.Request) (view, error) {
	found, err := s.Record.Rules(r.Context())
	if err != nil {
		return view{}, err
	}
	data := rulesPage{}
	for _, c := range found {
		data.Rows = append(data.Rows, s.ruleRow(c))
	}
	slices.SortStableFunc(data.Rows, leastPrecise)
	data.Try, data.Replays = s.trial(""), auth.VisitorOf(r.Context()).All.Allows(models.AccessReviewer)
	whole := s.changesRules(r)
	if files := s.amendable(r); whole || len(files) > 0 {
		data.Files = &rulefilesPage{Files: files, Forms: true, Whole: whole}
	}
	if data.Try != nil {
		data.Quiet = quiet(data.Try.Sets, found)
		for i := range data.Rows {
			if t, _ := data.Try.text(data.Rows[i].Rule); t != nil {
				data.Rows[i].About, data.Rows[i].Name = t.About, cmp.Or(web.CleanName(t.Title), data.Rows[i].Name)
			} else {
				data.Rows[i].OftenWrong = false // it is no longer in use
			}
		}
	}
	return view{page: "rules", title: "Rules", nav: "rules", data: data}, nil
}

// leastPrecise puts the rules that are wrong most often first, and those with too few decisions last.
func leastPrecise(a, b ruleRow) int {
	few := func(r ruleRow) int { return worst(r.Decided >= fewDecisions, false) + 1 }
	return cmp.Or(cmp.Compare(few(a), few(b)), cmp.Compare(a.Bar, b.Bar), cmp.Compare(b.Flags, a.Flags), cmp.Compare(a.Rule, b.Rule))
}

// quiet returns the rules in use that have never flagged anything, each once.
func quiet(sets []record.RuleSet, counts []models.RuleCounts) (out []record.RuleText) {
	known := map[string]bool{}
	for _, c := range counts {
		known[c.Rule] = true
	}
	for _, set := range sets {
		for _, t := range set.Rules {
			if !known[t.ID] {
				known[t.ID] = true
				out = append(out, t)
			}
		}
	}
	return out
}

// text finds a rule in the sets in use, and the profile of the first that has it.
func (p *trialPage) text(rule string) (text *record.RuleText, profile string) {
	if p == nil {
		return nil, ""
	}
	for _, set := range p.Sets {
		for i := range set.Rules {
			if set.Rules[i].ID == rule {
				return &set.Rules[i], set.Profile
			}
		}
	}
	return nil, ""
}

func (s rulePages) ruleRow(c models.RuleCounts) ruleRow {
	row := ruleRow{RuleCounts: c, Sign: "▲", Tone: string(c.Level), Decided: c.Confirmed + c.Dismissed}
	if c.Level.Rank() < models.LevelMedium.Rank() {
		row.Sign = "△"
	}
	if c.Level.Rank() < 0 {
		row.Tone = string(models.LevelInfo)
	}
	row.Name, row.OftenWrong = web.CleanName(cmp.Or(c.Title, c.Rule)), c.Dismissed >= fewDismissals
	row.LastDay = day(c.Last.In(s.Location), s.Now().In(s.Location))
	share, ok := c.Precision()
	switch {
	case !ok:
		row.Precision = "nothing decided yet"
	case row.Decided < fewDecisions:
		row.Precision = fmt.Sprintf("%d of %d confirmed; too few to judge", c.Confirmed, row.Decided)
	default:
		row.Precision = fmt.Sprintf("right %d of %d times", c.Confirmed, row.Decided)
		switch {
		case share < 0.5:
			row.Judged = "poor"
		case share < 0.8:
			row.Judged = "doubtful"
		default:
			row.Judged = "sure"
		}
	}
	row.Bar = int(math.Round(100 * share))
	return row
}

// rule is the page of one rule: how often people agreed with it, and its latest flags.
func (s rulePages) rule(r *http.Request) (view, error) {
	id := r.PathValue("id")
	found, err := s.Record.Rules(r.Context())
	if err != nil {
		return view{}, err
	}
	data := rulePage{ruleRow: ruleRow{RuleCounts: models.RuleCounts{Rule: id}, Name: id}}
	for _, c := range found {
		if c.Rule == id {
			data.ruleRow = s.ruleRow(c)
		}
	}
	data.Try, data.Replays = s.trial(id), auth.VisitorOf(r.Context()).All.Allows(models.AccessReviewer)
	var profile string
	if data.Text, profile = data.Try.text(id); data.Text == nil {
		data.Try, data.Replays = nil, false // it is no longer in use
	} else if data.Source = s.Rules.Text(profile, id); data.Flags == 0 {
		data.ruleRow = ruleRow{
			RuleCounts: models.RuleCounts{Rule: id, Pack: data.Text.Pack, Level: data.Text.Level}, Tone: string(data.Text.Level),
			Precision: "nothing flagged yet", Name: id,
		}
	}
	if data.Text != nil {
		data.Name = cmp.Or(web.CleanName(data.Text.Title), data.Name)
	}
	data.OftenWrong = data.OftenWrong && data.Try != nil
	if data.OftenWrong && r.URL.Query().Get("tune") != "" {
		if data.Try.Say, err = s.wrongLines(r.Context(), id); err != nil {
			return view{}, err
		}
	}
	data.Tunes = data.Replays && s.Tuner != nil
	if data.Flags == 0 && data.Text == nil {
		return view{}, fmt.Errorf("rule: %w", models.ErrNotFound)
	}
	const shown = 30
	hits, err := s.found(r.Context(), models.FlagQuery{Rule: id, Limit: shown + 1}, "rule")
	if err != nil {
		return view{}, err
	}
	if len(hits) > shown {
		hits, data.More = hits[:shown], true
	}
	if data.Hits, err = flagPages(s).whole(r, hits); err != nil {
		return view{}, err
	}
	return view{page: "rule", title: data.Name, nav: "rules", data: data}, nil
}

// wrongLines returns the lines of a rule's latest dismissed flags, each once.
func (s rulePages) wrongLines(ctx context.Context, rule string) (string, error) {
	found, err := s.Record.Flags(ctx, models.FlagQuery{Rule: rule, Status: models.FlagDismissed, Limit: 2 * tuned})
	if err != nil {
		return "", err
	}
	var lines []string
	size := 0
	for _, p := range found {
		line := strings.Join(strings.Fields(p.Utterance.Text), " ")
		if size += len(line) + 1; len(lines) < tuned && size <= record.MaxTried && line != "" && !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n"), nil
}
