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

// Verdict is what one rule makes of one line.
type Verdict struct {
	Rule, Pack, Hash string
	// Fired says whether the rule flags the line; WhyNot says why it does not.
	Fired  bool
	WhyNot string
	Level  models.Level
	// Mode is the weakest of what the profile, the rule and the gates allow.
	Mode models.Mode
	// WouldEnforce says that every gate was passed and that the mode is above watch: the verdict reaches the host or the room.
	WouldEnforce bool
	Title, Why   string
	// Matched are the words that decided, in the order spoken. They are the line's own words and not masked.
	Matched []models.Word
	// Shown are the same words fit for showing: those of masked lists are hidden but for their first letter.
	Shown []string
	Gates []Gate

	rule    *rule
	said    bool   // Matched are matches, not just all of the line
	words   int    // of them by what was said itself
	meaning string // what the line sounds like, where that counted
	capped  string // why what it sounds like is not enough for more
}

// sortVerdicts puts fired rules first, the gravest before the others, then by id.
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

// judgeAll applies every rule that is asked for.
func (s *Set) judgeAll(sc *condition.Context, asked func(*rule) bool) []Verdict {
	var out []Verdict
	for _, r := range s.rules {
		if !asked(r) {
			continue
		}
		v, fired := r.judge(sc)
		if fired && s.exempts(sc, r) {
			v.Fired, fired, v.WhyNot = false, false, "whoever said it is exempt"
		}
		if fired || sc.Explain {
			out = append(out, v)
		}
	}
	sortVerdicts(out)
	return out
}

// judge applies one rule: first to every match, then to the surely heard ones only, which must make it hold by themselves
// to pass the gate.
func (r *rule) judge(sc *condition.Context) (Verdict, bool) {
	v := Verdict{Rule: r.ID, Pack: r.pack, Hash: r.hash, Level: r.Flag.Level, Mode: r.mode, rule: r}
	sc.NoSound, sc.NowOnly, sc.Evidence = false, false, nil
	sc.From = sc.Window.Cut
	if r.Span != nil && !sc.Observe {
		sc.From = sc.Window.Reach(r.Span.Last, r.Span.Gap)
	}
	held, evidence := r.when.Eval(sc, 0)
	if held && len(evidence) > 0 && sc.From < sc.Window.Cut { // what earlier lines were flagged for is no part of this one
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
				v.WhyNot = "nothing of it was said in this line"
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

// weigh fills in a fired verdict: its words and what the gates make of it.
func (r *rule) weigh(sc *condition.Context, v *Verdict, sure bool, evidence []match.Match) {
	v.Fired, v.said = true, len(evidence) > 0
	if r.spoken() && !sc.Observe && !sc.Late {
		v.Matched, v.Shown = sc.Words(evidence)
		if len(evidence) == 0 { // nothing said made it hold, so all of the line must be sure
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
	v.Title = rules.Fill(r.title, strings.Join(v.Shown, " … "), name)
	v.Why = r.why(v.said, *v)
}

// withoutSound is the strongest mode of a verdict: what is only known by its sound is never more than a suggestion.
func (r *rule) withoutSound(sc *condition.Context) models.Mode {
	sc.NoSound = true
	held, ms := r.when.Eval(sc, r.trust.wordP)
	sc.NoSound = false
	if held && sc.TouchesNow(ms) {
		return models.ModeAct
	}
	return models.ModeSuggest
}

// capMeaning holds back a verdict that rests on what the text model says: without other grounds a host is asked at most, and
// below condition.AskScore it is only written down.
func (r *rule) capMeaning(sc *condition.Context, v *Verdict, evidence []match.Match) {
	v.meaning = sc.Meaning(evidence)
	v.words = len(slices.DeleteFunc(slices.Clone(evidence), func(m match.Match) bool { return m.Source < 0 }))
	sc.NoMeaning = true
	held, ms := r.when.Eval(sc, r.trust.wordP)
	sc.NoMeaning = false
	if held && sc.TouchesNow(ms) {
		return
	}
	switch g := condition.GroundsOf(r.when, sc, 0); {
	case g.Other || g.Score == 0:
	case g.Score < condition.AskScore:
		v.Gates = append(v.Gates, gate("meaning", false, "", fmt.Sprintf(
			"what a line sounds like is not enough by itself below %.2f", condition.AskScore)))
	case v.Mode == models.ModeAct:
		v.Mode, v.capped = models.ModeSuggest, "a host is asked, because what a line sounds like never acts by itself"
	}
}

// why is one sentence: what matched, in which pack, how surely it was heard, and what keeps the verdict from acting.
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
		s += "; written down only, because " + strings.Join(failed, " and ")
	}
	return s
}

// How surely a word was heard, in the words people see instead of decimals.
const (
	clearP  = 0.85
	likelyP = 0.60
)

// sureness says how surely words were heard, after the least sure of them.
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
