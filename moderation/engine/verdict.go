package engine

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"earshot/models"
	"earshot/moderation/engine/condition"
	"earshot/moderation/match"
	"earshot/moderation/rules"
)

// Verdict is the result of one rule for one line.
type Verdict struct {
	Rule, Pack, Hash string
	// Fired says whether the rule flags the line; WhyNot says why it does not.
	Fired  bool
	WhyNot string
	Level  models.Level
	// Mode is the weakest of the modes allowed by the profile, the rule and the gates.
	Mode models.Mode
	// WouldEnforce says that every gate was passed and that the mode is above watch: the verdict reaches the host or the room.
	WouldEnforce bool
	Title, Why   string
	// Matched are the words that decided, in spoken order. They are the line's own words and not masked.
	Matched []models.Word
	// Shown are the same words for display: those of masked lists show only their first letter.
	Shown []string
	Gates []Gate

	rule    *rule
	said    bool   // Matched are real matches, not the whole line
	words   int    // of them by what was said itself
	meaning string // what the text model found, if that counted
	capped  string // why the text model's finding is not enough for more
}

// sortVerdicts puts fired rules first, by severity, then by id.
func sortVerdicts(vs []Verdict) {
	fired := func(v Verdict) int {
		if v.Fired {
			return 0
		}
		return 1
	}
	slices.SortFunc(vs, func(a, b Verdict) int {
		return cmp.Or(cmp.Compare(fired(a), fired(b)), cmp.Compare(b.Level.Rank(), a.Level.Rank()), cmp.Compare(a.Rule, b.Rule))
	})
}

// judgeAll applies every selected rule.
func (s *Set) judgeAll(sc *condition.Context, asked func(*rule) bool) []Verdict {
	var out []Verdict
	for _, r := range s.rules {
		if !asked(r) {
			continue
		}
		v, fired := r.judge(sc)
		if fired && s.exempts(sc, r) {
			v.Fired, fired, v.WhyNot = false, false, "the speaker is exempt"
		}
		if fired || sc.Explain {
			out = append(out, v)
		}
	}
	sortVerdicts(out)
	return out
}

// judge applies one rule: first to every match, then only to the confidently heard ones, which must make it hold by themselves to
// pass the gate.
func (r *rule) judge(sc *condition.Context) (Verdict, bool) {
	v := Verdict{Rule: r.ID, Pack: r.pack, Hash: r.hash, Level: r.Flag.Level, Mode: r.mode, rule: r}
	sc.NoSound, sc.NowOnly, sc.Evidence = false, false, nil
	sc.From = sc.Window.Cut
	if r.Span != nil && !sc.Observe {
		sc.From = sc.Window.Reach(r.Span.Last, r.Span.Gap)
	}
	held, evidence := r.when.Eval(sc, 0)
	if held && len(evidence) > 0 && sc.From < sc.Window.Cut { // the flags of earlier lines cover these words already
		sc.NowOnly = true
		if now, ms := r.when.Eval(sc, 0); now {
			evidence = ms
		} else {
			sc.NowOnly = false
		}
	}
	defer func() { sc.NowOnly = false }()
	silent := !sc.Observe && !sc.Late && len(sc.Window.Tokens) == sc.Window.Cut
	if silent || !held || !sc.TouchesNow(evidence) {
		if sc.Explain {
			v.WhyNot = condition.Because(r.when, sc)
			if held {
				v.WhyNot = "none of it was said in this line"
			}
		}
		return v, false
	}
	sure, surely := r.when.Eval(sc, r.trust.wordP)
	if sure = sure && sc.TouchesNow(surely); sure {
		evidence = surely
	}
	if r.unless != nil && sc.Pardons(r.unless, evidence) {
		if sc.Explain {
			v.WhyNot = "excused by unless: " + condition.Because(r.unless, sc)
		}
		return v, false
	}
	sc.From = sc.Window.Cut
	if r.Span != nil && !sc.Observe {
		sc.From = sc.Window.Reach(r.Span.Last, r.Span.Gap)
	}
	r.weigh(sc, &v, sure, evidence)
	return v, true
}

// weigh completes a fired verdict: its words and the result of the gates.
func (r *rule) weigh(sc *condition.Context, v *Verdict, sure bool, evidence []match.Match) {
	v.Fired, v.said = true, len(evidence) > 0
	if r.spoken() && !sc.Observe && !sc.Late {
		v.Matched, v.Shown = sc.Words(evidence)
		if len(evidence) == 0 { // no words made it hold, so the whole line must be certain
			sure = float64(leastSure(v.Matched)) >= r.trust.wordP
		}
		v.Gates = r.trust.judge(sc.LinesOf(evidence), sure)
		if v.Mode == models.ModeAct && r.bySound {
			v.Mode = r.withoutSound(sc)
		}
		if r.meaning {
			r.capMeaning(sc, v, evidence)
		}
	} else {
		v.Gates = nil
	}
	if slices.ContainsFunc(v.Gates, func(g Gate) bool { return !g.Passed }) {
		v.Mode = models.ModeWatch
	}
	v.WouldEnforce = v.Mode != models.ModeWatch
	name := sc.Line.SpeakerName
	if name == "" && sc.Person != nil {
		name = sc.Person.Name
	}
	v.Title = r.titleOf(strings.Join(v.Shown, " … "), name)
	v.Why = r.why(v.said, *v)
}

// titleOf is the title of a flag; without what it is to be filled with, what remains of it.
func (r *rule) titleOf(match, speaker string) string {
	if match == "" && rules.Has(r.title, "match") || speaker == "" && rules.Has(r.title, "speaker") {
		return cmp.Or(bareTitle(r.title), r.ID)
	}
	return rules.Fill(r.title, match, speaker)
}

// withoutSound limits the mode of a verdict that rests on matches by sound: never more than a suggestion.
func (r *rule) withoutSound(sc *condition.Context) models.Mode {
	sc.NoSound = true
	held, ms := r.when.Eval(sc, r.trust.wordP)
	sc.NoSound = false
	if held && sc.TouchesNow(ms) {
		return models.ModeAct
	}
	return models.ModeSuggest
}

// capMeaning limits a verdict that rests on the text model alone: at most a host is asked, and below condition.AskScore it is only
// recorded.
func (r *rule) capMeaning(sc *condition.Context, v *Verdict, evidence []match.Match) {
	v.meaning = sc.Meaning(evidence)
	v.words = len(slices.DeleteFunc(slices.Clone(evidence), func(m match.Match) bool { return m.Source < 0 }))
	sc.NoMeaning = true
	held, ms := r.when.Eval(sc, r.trust.wordP)
	sc.NoMeaning = false
	if held && sc.TouchesNow(ms) {
		return
	}
	switch g := condition.ReasonsOf(r.when, sc, 0); {
	case g.Other || g.Score == 0:
	case g.Score < condition.AskScore:
		v.Gates = append(v.Gates, gate("meaning", false, "", fmt.Sprintf(
			"the text model alone is not enough below %.2f", condition.AskScore)))
	case v.Mode == models.ModeAct:
		v.Mode, v.capped = models.ModeSuggest, "a host is asked, because the text model alone never acts"
	}
}

// why returns one sentence: what matched, in which pack, with what confidence, and what keeps the verdict from acting.
func (r *rule) why(said bool, v Verdict) string {
	what := "every condition of the rule holds"
	switch {
	case v.meaning != "" && v.words == 0:
		what = v.meaning
	case v.meaning != "":
		what = "matched " + condition.Quoted(v.Shown) + ", and " + v.meaning
	case said:
		what = "matched " + condition.Quoted(v.Shown)
	}
	s := what + " in " + r.pack
	if len(v.Matched) > 0 {
		s += "; " + sureness(v.Matched)
	}
	var failed []string
	for _, g := range v.Gates {
		if !g.Passed && g.Name != "word_p" {
			failed = append(failed, g.Why)
		}
	}
	for _, g := range v.Gates {
		if !g.Passed && g.Name == "word_p" {
			s += ", too unsure to act on"
		}
	}
	if v.capped != "" {
		s += "; " + v.capped
	}
	if len(failed) > 0 {
		s += "; recorded only, because " + strings.Join(failed, " and ")
	}
	return s
}

// Words for the confidence of a word, shown instead of decimals.
const (
	clearP  = 0.85
	likelyP = 0.60
)

// sureness describes the confidence of words, by the least certain of them.
func sureness(words []models.Word) string {
	p := leastSure(words)
	one, many := "unsure", "not all sure"
	switch {
	case p >= clearP:
		one, many = "clear", "clear"
	case p >= likelyP:
		one, many = "likely", "at least likely"
	}
	switch len(words) {
	case 1:
		return "the word was " + one
	case 2:
		return "both words were " + many
	}
	return fmt.Sprintf("the %d words were %s", len(words), many)
}

func leastSure(words []models.Word) float32 {
	p := float32(1)
	for _, w := range words {
		p = min(p, w.P)
	}
	return p
}
