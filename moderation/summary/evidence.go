package summary

import (
	"math"
	"slices"
	"strings"
	"unicode"
)

// A sentence that reads like a decision or an action may still be none: "we decided" is often said of years ago, "I'll check" of what
// is done on the spot. What tells is said around it: how long somebody talks on, who agrees, what comes next. A logistic regression,
// trained on sentences judged by reading them in their meetings, weighs it. It judges only what the cues let through.

// aroundFeatures are what is counted of a sentence and of what was said around it, for decisions and actions alike.
var aroundFeatures = []string{
	"cue score", "sure cue", "accepted", "refused", "agreements", "question before", "proposal before", "begins with yes", "sums up",
	"past", "told before", "reason", "future", "hedge", "condition", "negation", "you", "I", "we", "I think", "for example", "log turn words",
	"log words before", "log words after", "turn begins", "turn ends", "speaker's share", "first speaker",
	"last tenth", "log words", "log words after the cue", "late cue", "moves on", "thanks", "earlier mention",
	"later mention", "number", "names", "cannot stand alone", "commas", "question",
}

var decisionCues = []string{
	"said to be decided", "we decided", "group decided", "group chose", "begins decided", "decision is", "choice", "consensus",
	"decided that", "decided to", "have decided", "past and said to be decided", "long turn and we decided", "accepted and we decided",
	"past and we decided",
}

var actionCues = []string{
	"own task", "named person", "asked", "no owner", "due", "clear verb", "make sure", "invites to speak", "own task in a long turn",
	"asked and accepted", "verb last",
}

// DecisionFeatures and ActionFeatures return the names of the features of a sentence that may be a decision or an action.
func DecisionFeatures() []string { return slices.Concat(aroundFeatures, decisionCues) }

// ActionFeatures returns the names of the features of a sentence that may be an action.
func ActionFeatures() []string { return slices.Concat(aroundFeatures, actionCues) }

var (
	toldBefore  = englishWords.phrases("toldBefore")
	proposes    = englishWords.phrases("proposes")
	pastWords   = englishWords.set("pastWords")
	reasons     = englishWords.set("reasons")
	futureWords = englishWords.set("cueWill")
	thanking    = englishWords.set("thanking")
	movingOn    = englishWords.phrases("movingOn")
	invites     = englishWords.phrases("invites")
)

// How far around a sentence is looked, in lines.
const (
	mentionLines  = 8
	agreeingLines = 6
	askedLines    = 4
	nextLines     = 3
)

// surroundings is what features of sentences need of the whole session. It is counted once.
type surroundings struct {
	d     *document
	words []int // of the turn to which a line belongs
	from  []int // its first line
	said  []int // unit -> the words of those before it, in each of their lines
	begin []int // line -> the first unit that begins in it or later
	share map[string]float64
}

func (d *document) surroundings() *surroundings {
	r := &surroundings{d: d, words: make([]int, len(d.lines)), from: make([]int, len(d.lines)), share: map[string]float64{}}
	r.said, r.begin = make([]int, len(d.units)+1), make([]int, len(d.lines))
	for n, u := range d.units {
		r.said[n+1] = r.said[n] + len(u.said)*len(u.lines)
	}
	n := 0
	for i := range d.lines {
		for n < len(d.units) && d.units[n].lines[0] < i {
			n++
		}
		r.begin[i] = n
	}
	total := 0.0
	for i, u := range d.lines {
		n := len(strings.Fields(u.Text))
		r.share[u.SpeakerID] += float64(n)
		total += float64(n)
		if i > 0 && u.SpeakerID == d.lines[i-1].SpeakerID {
			r.from[i] = r.from[i-1]
		} else {
			r.from[i] = i
		}
		r.words[r.from[i]] += n
	}
	for who := range r.share {
		r.share[who] /= max(1, total)
	}
	return r
}

// placed is where a unit stands in its turn, in words.
type placed struct {
	turn, before, after int
	begins, ends        bool
}

func (r *surroundings) place(n int) placed {
	u := &r.d.units[n]
	line := u.lines[0]
	from := r.from[line]
	p := placed{turn: r.words[from]}
	p.before = r.said[n] - r.said[r.begin[from]]
	p.after = max(0, p.turn-p.before-len(u.said))
	p.begins, p.ends = p.before == 0, p.after <= 2
	return p
}

// around describes a sentence and what was said around it, in the order of aroundFeatures.
func (r *surroundings) around(n int, s *sentence, score float64, where int, rep reply) []float64 {
	d, u := r.d, &r.d.units[n]
	line, last := u.lines[0], u.lines[len(u.lines)-1]
	who := d.lines[line].SpeakerID
	p := r.place(n)
	at := (float64(line) + 0.5) / float64(len(d.lines))
	has := func(set map[string]bool) float64 { return is(s.within(set, 0, len(s.ws))) }
	numbers, names := 0.0, 0.0
	for _, w := range u.each() {
		numbers = max(numbers, is(strings.ContainsFunc(w.raw, unicode.IsNumber)))
		names += is(w.upper && len(w.raw) > 1 && w.term >= 0)
	}
	before := r.before(line, who)
	heard := pieces(u.heard)
	yes := len(heard) > 0 && accepts[heard[0].low]
	agreements, thanks, moves := r.after(last, who)
	return []float64{
		score, is(score >= threshold), is(rep.accepted), is(rep.refused), agreements, is(before.asked), is(before.proposed), is(yes),
		is(s.opened), has(pastWords), is(s.says(toldBefore)), has(reasons), has(futureWords), is(s.within(hedges, 0, where)),
		has(conditions), has(negations), has(map[string]bool{"you": true}), has(map[string]bool{"i": true}), has(map[string]bool{"we": true}),
		is(s.within(thinks, 0, where)), is(strings.Contains(u.text, "example") || s.within(actSaid, 0, len(s.ws))),
		math.Log(1 + float64(p.turn)), math.Log(1 + float64(p.before)), math.Log(1 + float64(p.after)), is(p.begins), is(p.ends),
		r.share[who], is(who == d.lines[0].SpeakerID), is(at > 0.9), math.Log(1 + float64(len(s.ws))),
		math.Log(1 + float64(max(0, len(s.ws)-where))), is(where > 7), is(moves), is(thanks),
		r.mentioned(u, max(0, line-mentionLines), line), r.mentioned(u, last+1, min(len(d.lines), last+1+mentionLines)),
		numbers, math.Min(names, 3), is(!u.whole), float64(min(4, strings.Count(u.text, ","))), is(u.asks),
	}
}

var thinks = map[string]bool{"think": true, "thought": true, "guess": true, "believe": true, "suppose": true}

// raised is what others asked or proposed.
type raised struct{ asked, proposed bool }

// before reports whether others asked or proposed something just before a line.
func (r *surroundings) before(line int, who string) raised {
	var out raised
	for i := line - 1; i >= max(0, line-askedLines); i-- {
		text := r.d.lines[i].Text
		if r.d.lines[i].SpeakerID != who {
			out.asked = out.asked || strings.HasSuffix(text, "?")
		}
		out.proposed = out.proposed || sentence{ws: plainWords(words(tail(text, 300)))}.proposing()
	}
	return out
}

func (s sentence) proposing() bool { return s.says(proposes) }

// tail is about the last n bytes of a text, from a space on.
func tail(s string, n int) string {
	if len(s) <= n {
		return s
	}
	s = s[len(s)-n:]
	if i := strings.IndexByte(s, ' '); i >= 0 {
		return s[i:]
	}
	return s
}

// after counts the others who agree after a line, and reports whether people give thanks or move on.
func (r *surroundings) after(last int, who string) (agreements float64, thanks, moves bool) {
	for i := last + 1; i < min(len(r.d.lines), last+1+agreeingLines); i++ {
		said := sentence{ws: plainWords(words(head(r.d.lines[i].Text, 200)))}
		if r.d.lines[i].SpeakerID != who && said.within(accepts, 0, 2) && !said.within(refuses, 0, 5) {
			agreements++
		}
		if i <= last+nextLines {
			thanks = thanks || said.within(thanking, 0, 12)
			moves = moves || said.says(movingOn)
		}
	}
	return math.Min(agreements, 3), thanks, moves
}

// mentioned is the share of a sentence's terms that lines have too.
func (r *surroundings) mentioned(u *unit, from, to int) float64 {
	if len(u.terms) == 0 {
		return 0
	}
	n := 0.0
	for _, t := range u.terms {
		for i := from; i < to; i++ {
			if slices.Contains(r.d.lineTerms(i), t) {
				n++
				break
			}
		}
	}
	return n / float64(len(u.terms))
}

// ofDecision describes a sentence that may be a decision, in the order of DecisionFeatures.
func (r *surroundings) ofDecision(n int, s *sentence, c choice, rep reply) []float64 {
	out := r.around(n, s, c.score, c.where, rep)
	kinds := make([]float64, decidedCues)
	kinds[c.cue] = 1
	past := s.within(pastWords, 0, len(s.ws)) || s.says(toldBefore)
	told := r.place(n).turn > longTold*2
	we := kinds[cueWe]
	after := s.at(c.where + 1)
	return append(append(out, kinds...),
		is(slices.Contains(s.ws, "consensus")), is(after == "that"), is(after == "to"), is(s.within(haves, c.where-3, c.where)),
		is(past)*kinds[cueSaid], is(told)*we, is(rep.accepted)*we, is(past)*we)
}

var haves = map[string]bool{"have": true, "has": true, "had": true}

// ofAction describes a sentence that may be an action, in the order of ActionFeatures.
func (r *surroundings) ofAction(n int, s *sentence, t task, score float64, rep reply) []float64 {
	out := r.around(n, s, score, t.where, rep)
	mine := t.owner == s.speaker && t.owner != ""
	told := r.place(n).turn > longTold*2
	return append(out,
		is(mine), is(t.owner != "" && !mine), is(t.asks), is(t.owner == ""), is(t.due != ""), is(s.within(actClear, t.where, t.where+1)),
		is(slices.Contains(s.ws, "sure")), is(s.says(invites)), is(mine && told), is(t.asks && rep.accepted), is(t.where >= len(s.ws)-2))
}
