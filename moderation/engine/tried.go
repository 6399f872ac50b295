package engine

import (
	"cmp"

	"earshot/models"
)

// Tried is what a set makes of an example, as "rules try --json" and the API give it.
type Tried struct {
	Set      string         `json:"set"`
	By       models.Role    `json:"by"`
	Verdicts []TriedVerdict `json:"verdicts"`
	// Others are the rules that do not flag it. They are left out of batches.
	Others []TriedOther `json:"others,omitempty"`
}

// TriedVerdict is the verdict of one rule that flags the example. Matched holds what Verdict.Shown does.
type TriedVerdict struct {
	Rule         string       `json:"rule"`
	Pack         string       `json:"pack"`
	Level        models.Level `json:"level"`
	Mode         models.Mode  `json:"mode"`
	WouldEnforce bool         `json:"would_enforce"`
	Matched      []string     `json:"matched"`
	Title        string       `json:"title"`
	Why          string       `json:"why"`
	Gates        []TriedGate  `json:"gates"`
}

// TriedGate is a Gate under a name of its own, which it needs among the types of the API.
type TriedGate Gate

// TriedOther is a rule that does not flag the example.
type TriedOther struct {
	Rule   string `json:"rule"`
	Pack   string `json:"pack"`
	WhyNot string `json:"why_not"`
}

// Report is Try as data: with others, also the rules that do not flag the example are told, and why not.
func (s *Set) Report(e Example, others bool) (Tried, error) {
	verdicts, err := s.Try(e)
	if err != nil {
		return Tried{}, err
	}
	out := Tried{Set: s.String(), By: cmp.Or(e.By, models.RoleGuest), Verdicts: []TriedVerdict{}}
	for _, v := range verdicts {
		switch {
		case v.Fired:
			t := TriedVerdict{v.Rule, v.Pack, v.Level, v.Mode, v.WouldEnforce, append([]string{}, v.Shown...), v.Title, v.Why, nil}
			for _, g := range v.Gates {
				t.Gates = append(t.Gates, TriedGate(g))
			}
			out.Verdicts = append(out.Verdicts, t)
		case others:
			out.Others = append(out.Others, TriedOther{v.Rule, v.Pack, v.WhyNot})
		}
	}
	return out, nil
}

// Replayed is what a Replay found, as "rules replay --json" and the API give it.
type Replayed struct {
	Set      string `json:"set"`
	Sessions int    `json:"sessions"`
	Lines    int    `json:"lines"`
	// Left is how many older sessions there was no time for.
	Left  int         `json:"left,omitempty"`
	Rules []ReplayRow `json:"rules"`
}

// Report is what was found so far.
func (r *Replay) Report() Replayed {
	return Replayed{Set: r.set.String(), Sessions: r.Sessions, Lines: r.Lines, Rules: r.Rows()}
}
