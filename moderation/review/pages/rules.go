package pages

import (
	"fmt"
	"math"
	"net/http"

	"earshot/models"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/record"
)

// ruleRow is a rule with what became of its flags.
type ruleRow struct {
	models.RuleCounts
	Sign, Tone string
	// Share of the decided flags that were confirmed, in words and as a bar of 100.
	Precision string
	Bar       int
	Decided   int
	LastDay   string
}

type rulesPage struct {
	Rows    []ruleRow
	Try     *trialPage // nil: no rules are in use
	Replays bool
	Quiet   []record.RuleText // rules in use that never flagged anything
}

type rulePage struct {
	ruleRow
	Hits    []flagView
	More    bool
	Text    *record.RuleText // the rule in use; nil: it is in none of the sets
	Try     *trialPage
	Replays bool
}

// fewDecisions is how many decisions it takes before a share says something about a rule.
const fewDecisions = 5

// rules is the page of all rules that ever flagged something.
func (s rulePages) rules(r *http.Request) (view, error) {
	found, err := s.Record.Rules(r.Context())
	if err != nil {
		return view{}, err
	}
	var data rulesPage
	for _, c := range found {
		data.Rows = append(data.Rows, s.ruleRow(c))
	}
	data.Try, data.Replays = s.trial(""), auth.VisitorOf(r.Context()).All.Allows(models.AccessReviewer)
	if data.Try != nil {
		data.Quiet = quiet(data.Try.Sets, found)
	}
	return view{page: "rules", title: "Rules", nav: "rules", waiting: openFlags(found), data: data}, nil
}

// quiet are the rules in use that never flagged anything, each once.
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

// text finds a rule in the sets in use.
func (p *trialPage) text(rule string) *record.RuleText {
	if p == nil {
		return nil
	}
	for _, set := range p.Sets {
		for i := range set.Rules {
			if set.Rules[i].ID == rule {
				return &set.Rules[i]
			}
		}
	}
	return nil
}

func (s rulePages) ruleRow(c models.RuleCounts) ruleRow {
	row := ruleRow{RuleCounts: c, Sign: "▲", Tone: string(c.Level), Decided: c.Confirmed + c.Dismissed}
	if c.Level.Rank() < models.LevelMedium.Rank() {
		row.Sign = "△"
	}
	if c.Level.Rank() < 0 {
		row.Tone = string(models.LevelInfo)
	}
	row.LastDay = day(c.Last.In(s.Location), s.Now().In(s.Location))
	share, ok := c.Precision()
	switch {
	case !ok:
		row.Precision = "nothing decided yet"
	case row.Decided < fewDecisions:
		row.Precision = fmt.Sprintf("%d of %d confirmed; too few to judge", c.Confirmed, row.Decided)
	default:
		row.Precision = fmt.Sprintf("right %d times out of %d", c.Confirmed, row.Decided)
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
	data := rulePage{ruleRow: ruleRow{RuleCounts: models.RuleCounts{Rule: id}}}
	for _, c := range found {
		if c.Rule == id {
			data.ruleRow = s.ruleRow(c)
		}
	}
	data.Try, data.Replays = s.trial(id), auth.VisitorOf(r.Context()).All.Allows(models.AccessReviewer)
	if data.Text = data.Try.text(id); data.Text == nil {
		data.Try, data.Replays = nil, false // it is not in use any more
	} else if data.Flags == 0 {
		data.ruleRow = ruleRow{
			RuleCounts: models.RuleCounts{Rule: id, Pack: data.Text.Pack, Level: data.Text.Level}, Tone: string(data.Text.Level),
			Precision: "nothing flagged yet",
		}
	}
	if data.Flags == 0 && data.Text == nil {
		return view{}, fmt.Errorf("rule: %w", models.ErrNotFound)
	}
	const shown = 50
	if data.Hits, err = s.places(r.Context(), models.FlagQuery{Rule: id, Limit: shown + 1}, "rule"); err != nil {
		return view{}, err
	}
	if len(data.Hits) > shown {
		data.Hits, data.More = data.Hits[:shown], true
	}
	return view{page: "rule", title: id, nav: "rules", data: data}, nil
}
