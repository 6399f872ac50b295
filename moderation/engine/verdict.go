package engine

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"earshot/models"
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

	rule *rule
	said bool // Matched are matches, not just all of the line
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
func (sc *evalContext) judgeAll(asked func(*rule) bool) []Verdict {
	var out []Verdict
	for _, r := range sc.set.rules {
		if !asked(r) {
			continue
		}
		v, fired := r.judge(sc)
		if fired || sc.explain {
			out = append(out, v)
		}
	}
	sortVerdicts(out)
	return out
}

// judge applies one rule: first to every match, then to the surely heard ones only, which must make it hold by themselves
// to pass the gate.
func (r *rule) judge(sc *evalContext) (Verdict, bool) {
	v := Verdict{Rule: r.ID, Pack: r.pack, Hash: r.hash, Level: r.Flag.Level, Mode: r.mode, rule: r}
	sc.noSound, sc.nowOnly, sc.evidence = false, false, nil
	sc.from = sc.Window.Cut
	if r.Span != nil && !sc.observe {
		sc.from = sc.Window.Reach(r.Span.Last, r.Span.Gap)
	}
	held, evidence := r.when.Eval(sc, 0)
	if held && len(evidence) > 0 && sc.from < sc.Window.Cut { // what earlier lines were flagged for is no part of this one
		sc.nowOnly = true
		if now, ms := r.when.Eval(sc, 0); now {
			evidence = ms
		} else {
			sc.nowOnly = false
		}
	}
	defer func() { sc.nowOnly = false }()
	silent := !sc.observe && !sc.late && len(sc.Window.Tokens) == sc.Window.Cut
	if silent || !held || !sc.touchesNow(evidence) {
		if sc.explain {
			v.WhyNot = because(r.when, sc)
			if held {
				v.WhyNot = "nothing of it was said in this line"
			}
		}
		return v, false
	}
	sure, surely := r.when.Eval(sc, r.trust.wordP)
	if sure = sure && sc.touchesNow(surely); sure {
		evidence = surely
	}
	if r.unless != nil && sc.pardons(r.unless, evidence) {
		if sc.explain {
			v.WhyNot = "excused by unless: " + because(r.unless, sc)
		}
		return v, false
	}
	sc.from = sc.Window.Cut
	if r.Span != nil && !sc.observe {
		sc.from = sc.Window.Reach(r.Span.Last, r.Span.Gap)
	}
	r.weigh(sc, &v, sure, evidence)
	return v, true
}

// pardons reports whether unless holds: it looks at the lines that the evidence touches.
func (sc *evalContext) pardons(unless condition, evidence []match.Match) bool {
	sc.evidence = evidence
	sc.from = sc.Window.Cut
	for _, m := range evidence {
		if m.First < sc.from {
			sc.from = sc.Window.Lines[sc.Window.LineOf(m.First)].Token
		}
	}
	nowOnly := sc.nowOnly
	sc.nowOnly = false
	ok, _ := unless.Eval(sc, 0)
	sc.nowOnly = nowOnly
	return ok
}

// touchesNow reports whether some of the evidence is in the current line. Without words no evidence is in any.
func (sc *evalContext) touchesNow(evidence []match.Match) bool {
	if len(evidence) == 0 || sc.observe {
		return true
	}
	return slices.ContainsFunc(evidence, func(m match.Match) bool { return m.Last >= sc.Window.Cut })
}

// weigh fills in a fired verdict: its words and what the gates make of it.
func (r *rule) weigh(sc *evalContext, v *Verdict, sure bool, evidence []match.Match) {
	v.Fired, v.said = true, len(evidence) > 0
	if r.spoken() && !sc.observe && !sc.late {
		v.Matched, v.Shown = sc.words(evidence)
		if len(evidence) == 0 { // nothing said made it hold, so all of the line must be sure
			sure = float64(leastSure(v.Matched)) >= r.trust.wordP
		}
		v.Gates = r.trust.judge(sc.linesOf(evidence), sure)
		if v.Mode == models.ModeAct && r.bySound {
			v.Mode = sc.withoutSound(r)
		}
	} else {
		v.Gates = nil
	}
	if slices.ContainsFunc(v.Gates, func(g Gate) bool { return !g.Passed }) {
		v.Mode = models.ModeWatch
	}
	v.WouldEnforce = v.Mode != models.ModeWatch
	name := sc.u.SpeakerName
	if name == "" && sc.person != nil {
		name = sc.person.Name
	}
	v.Title = rules.Fill(r.title, strings.Join(v.Shown, " … "), name)
	v.Why = r.why(v.said, *v)
}

// withoutSound is the strongest mode of a verdict: what is only known by its sound is never more than a suggestion.
func (sc *evalContext) withoutSound(r *rule) models.Mode {
	sc.noSound = true
	held, ms := r.when.Eval(sc, r.trust.wordP)
	sc.noSound = false
	if held && sc.touchesNow(ms) {
		return models.ModeAct
	}
	return models.ModeSuggest
}

// linesOf are the lines that the evidence touches; the current one always is.
func (sc *evalContext) linesOf(evidence []match.Match) []models.Utterance {
	first := len(sc.Window.Lines) - 1
	for _, m := range evidence {
		first = min(first, sc.Window.LineOf(m.First))
	}
	out := make([]models.Utterance, 0, len(sc.Window.Lines)-first)
	for _, l := range sc.Window.Lines[first:] {
		out = append(out, l.Of)
	}
	return out
}

// why is one sentence: what matched, in which pack, how surely it was heard, and what keeps the verdict from acting.
func (r *rule) why(said bool, v Verdict) string {
	what := "every condition of the rule holds"
	if said {
		what = "matched " + quoted(v.Shown)
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

// mask hides a word but for its first letter: enough for a host who knows the list, nothing for one who reads along.
func mask(words string) string {
	fields := strings.Fields(words)
	for i, w := range fields {
		r := []rune(w)
		fields[i] = string(r[0]) + strings.Repeat("•", max(len(r)-1, 2))
	}
	return strings.Join(fields, " ")
}

// quoted joins texts as "a", "b" and "c".
func quoted(texts []string) string {
	var b strings.Builder
	for i, t := range texts {
		switch {
		case i > 0 && i == len(texts)-1:
			b.WriteString(" and ")
		case i > 0:
			b.WriteString(", ")
		}
		b.WriteString(`"` + t + `"`)
	}
	return b.String()
}
