package moderation

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"earshot/models"
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
}

// manner is how a line is judged.
type manner struct {
	explain bool // also return the rules that do not fire, with the reason
	show    bool // do not mask
}

// judge applies every rule to a line.
func (s *Set) judge(u models.Utterance, roles []models.Role, how manner) []Verdict {
	words := wordsOf(u)
	if u.State == models.UtteranceFailed {
		words = nil
	}
	sc := s.scene(words)
	sc.speaker, sc.roles, sc.manner = u.SpeakerID, roles, how
	var out []Verdict
	for _, r := range s.rules {
		v, fired := r.judge(sc, u)
		if fired || how.explain {
			out = append(out, v)
		}
	}
	sortVerdicts(out)
	return out
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

// scene finds everything that any rule looks for.
func (s *Set) scene(words []models.Word) *scene {
	sc := &scene{set: s, heard: newHeard(words), found: make([][]match, len(s.sources)), excused: make([][]match, len(s.sources))}
	s.index.find(sc.heard, sc.note)
	for id := range s.sources {
		for _, p := range s.sources[id].patterns {
			lines := sc.heard.lines()
			for i, text := range lines {
				if i == 0 || text.text != lines[i-1].text {
					p.find(text, func(tokens []int) { sc.note(id, tokens) })
				}
			}
		}
	}
	for id, src := range s.sources {
		if src.never >= 0 && len(sc.found[src.never]) > 0 {
			sc.excuse(id, sc.found[src.never])
		}
	}
	return sc
}

// note records a match of a source. The tokens are the caller's.
func (sc *scene) note(source int, tokens []int) {
	m := match{source: source, first: tokens[0], last: tokens[len(tokens)-1], p: 1}
	for _, t := range tokens {
		word := sc.heard.tokens[t].word
		if len(m.words) == 0 || m.words[len(m.words)-1] != word {
			m.words = append(m.words, word)
			m.p = min(m.p, sc.heard.words[word].P)
		}
	}
	sc.found[source] = append(sc.found[source], m)
}

// excuse takes away the matches that lie inside a phrase of never:.
func (sc *scene) excuse(source int, never []match) {
	var kept []match
	for _, m := range sc.found[source] {
		inside := func(n match) bool { return n.first <= m.first && m.last <= n.last }
		if slices.ContainsFunc(never, inside) {
			sc.excused[source] = append(sc.excused[source], m)
			continue
		}
		kept = append(kept, m)
	}
	sc.found[source] = kept
}

// judge applies one rule: first to every match, then to the surely heard ones only, which must make it hold by themselves
// to pass the gate.
func (r *rule) judge(sc *scene, u models.Utterance) (Verdict, bool) {
	v := Verdict{Rule: r.id, Pack: r.pack, Hash: r.hash, Level: r.level, Mode: r.mode}
	held, evidence := r.when.holds(sc, 0)
	if len(sc.heard.tokens) == 0 || !held {
		if sc.explain {
			v.WhyNot = r.when.because(sc)
		}
		return v, false
	}
	if r.unless != nil {
		if ok, _ := r.unless.holds(sc, 0); ok {
			if sc.explain {
				v.WhyNot = "excused by unless: " + r.unless.because(sc)
			}
			return v, false
		}
	}
	sure, surely := r.when.holds(sc, r.trust.wordP)
	if sure {
		evidence = surely
	}
	v.Fired = true
	v.Matched, v.Shown = sc.words(evidence)
	if len(evidence) == 0 { // nothing said made it hold, so all of the line must be sure
		sure = float64(leastSure(v.Matched)) >= r.trust.wordP
	}
	v.Gates = r.trust.judge(u, sure)
	if slices.ContainsFunc(v.Gates, func(g Gate) bool { return !g.Passed }) {
		v.Mode = models.ModeWatch
	}
	v.WouldEnforce = v.Mode != models.ModeWatch
	v.Title = fillTitle(r.title, strings.Join(v.Shown, " … "), u.SpeakerName)
	v.Why = r.why(len(evidence) > 0, v)
	return v, true
}

// words are the spoken words of matches, each once and in order, and their groups as they are shown. Without a match they
// are all words of the line.
func (sc *scene) words(ms []match) (words []models.Word, shown []string) {
	if len(ms) == 0 {
		return slices.Clone(sc.heard.words), nil
	}
	masked := sc.masked(ms)
	last := -2
	for i, w := range sc.heard.words {
		hide, ok := masked[i]
		if !ok {
			continue
		}
		words = append(words, w)
		text := trim(w.Text)
		if hide {
			text = mask(text)
		}
		if i == last+1 {
			shown[len(shown)-1] += " " + text
		} else {
			shown = append(shown, text)
		}
		last = i
	}
	return words, shown
}

// masked are the indices of the words of matches, and whether each is to be hidden.
func (sc *scene) masked(ms []match) map[int]bool {
	out := map[int]bool{}
	for _, m := range ms {
		for _, w := range m.words {
			out[w] = out[w] || sc.set.sources[m.source].mask && !sc.show
		}
	}
	return out
}

// Mask is a text with the words of masked lists hidden but for their first letters, fit for showing.
func (s *Set) Mask(text string) string {
	sc := s.scene(wordsOf(models.Utterance{Text: text}))
	out := make([]string, len(sc.heard.words))
	for i, w := range sc.heard.words {
		out[i] = w.Text
	}
	for id := range s.sources {
		for i, hide := range sc.masked(slices.Concat(sc.found[id], sc.excused[id])) {
			if hide {
				out[i] = mask(out[i])
			}
		}
	}
	return strings.Join(out, " ")
}

// quote names matches in an explanation, masked where their list is.
func (sc *scene) quote(ms []match) string {
	_, shown := sc.words(ms)
	return quoted(shown)
}

// trim drops the punctuation around a word.
func trim(word string) string {
	t := strings.TrimFunc(word, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) })
	if t == "" {
		return strings.TrimSpace(word)
	}
	return t
}
