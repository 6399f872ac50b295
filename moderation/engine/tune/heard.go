package tune

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"
	"unicode"

	"earshot/models"
	"earshot/moderation/engine"
)

// decided is a flagged line that a host has decided.
type decided struct {
	confirmed bool
	role      models.Role
	grams     map[string]bool // sequences of one to three words that include a matched word
	text      string          // the words, with a space around each
}

// heard is the hosts' decisions, by rule.
type heard struct {
	rule  string // only this; "": all
	lines map[string][]decided
	known map[string]bool
}

func newHeard(set *engine.Set, rule string) *heard {
	h := &heard{rule: rule, lines: map[string][]decided{}, known: map[string]bool{}}
	for _, r := range set.Rules() {
		h.known[r.ID] = true
	}
	return h
}

// session adds a session.
func (h *heard) session(s Session) error {
	roles := map[string]models.Role{}
	for _, p := range s.People {
		roles[p.ID] = cmp.Or(p.Role, models.RoleGuest)
	}
	texts := map[models.Key]models.Utterance{}
	for _, u := range s.Lines {
		texts[u.Key] = u
	}
	for _, f := range s.Flags {
		u, ok := texts[f.Utterance]
		if f.Status != models.FlagConfirmed && f.Status != models.FlagDismissed || !ok || !h.known[f.Rule] || h.rule != "" && f.Rule != h.rule {
			continue
		}
		words := plainWords(u.Text)
		h.lines[f.Rule] = append(h.lines[f.Rule], decided{
			f.Status == models.FlagConfirmed, roles[f.SpeakerID], gramsOf(words, f.Matched), " " + strings.Join(words, " ") + " ",
		})
	}
	return nil
}

// plainWords returns the words of a text in lower case, without surrounding punctuation.
func plainWords(text string) []string {
	var out []string
	for _, w := range strings.Fields(strings.ToLower(text)) {
		if w = strings.TrimFunc(w, func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) }); w != "" {
			out = append(out, w)
		}
	}
	return out
}

// longestGram is the maximum number of words in a proposed phrase.
const longestGram = 3

// gramsOf returns the sequences of words that include a matched one.
func gramsOf(words []string, matched []models.Word) map[string]bool {
	hit := map[string]bool{}
	for _, m := range matched {
		for _, w := range plainWords(m.Text) {
			hit[w] = true
		}
	}
	out := map[string]bool{}
	for n := 1; n <= longestGram; n++ {
		for i := 0; i+n <= len(words); i++ {
			run := words[i : i+n]
			if slices.ContainsFunc(run, func(w string) bool { return hit[w] }) && !slices.ContainsFunc(run, unsaid) {
				out[strings.Join(run, " ")] = true
			}
		}
	}
	return out
}

// unsaid reports whether a word cannot be used in a phrase: it was masked when stored, or contains symbols.
func unsaid(word string) bool {
	return strings.ContainsFunc(word, func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) && c != '\'' && c != '-' })
}

// In how many dismissed lines a phrase must have been said: among many decisions some phrase occurs in a few dismissed ones by
// chance.
const (
	leastOften   = 2
	oftenOfLines = 0.02 // of the decided lines
)

// mostPhrases limits the phrases of one proposal.
const mostPhrases = 4

// phrases returns what was said in several lines that hosts dismissed and in none that they confirmed: as few phrases as cover most
// of them. Of phrases that cover the same lines it takes the longest, since it excludes the least.
func phrases(lines []decided) []string {
	often, least := map[string][]int{}, max(leastOften, int(math.Ceil(oftenOfLines*float64(len(lines)))))
	for i, l := range lines {
		for g := range l.grams {
			if !l.confirmed {
				often[g] = append(often[g], i)
			}
		}
	}
	for _, g := range slices.Collect(maps.Keys(often)) {
		said := func(l decided) bool { return l.confirmed && strings.Contains(l.text, " "+g+" ") }
		if len(often[g]) < least || slices.ContainsFunc(lines, said) {
			delete(often, g)
		}
	}
	var out []string
	covered := map[int]bool{}
	for len(out) < mostPhrases {
		best, gain := "", least-1
		for _, g := range slices.Sorted(maps.Keys(often)) {
			n := 0
			for _, i := range often[g] {
				if !covered[i] {
					n++
				}
			}
			if n > gain || n == gain && best != "" && strings.Count(g, " ") > strings.Count(best, " ") {
				best, gain = g, n
			}
		}
		if best == "" {
			return out
		}
		out = append(out, best)
		for _, i := range often[best] {
			covered[i] = true
		}
	}
	return out
}

// roles returns the roles whose flags hosts dismissed several times and never confirmed.
func roles(lines []decided) []models.Role {
	dismissed := map[models.Role]int{}
	for _, l := range lines {
		if !l.confirmed {
			dismissed[l.role]++
		}
	}
	for _, l := range lines {
		if l.confirmed {
			delete(dismissed, l.role)
		}
	}
	delete(dismissed, models.RoleGuest) // that would be nearly everybody
	delete(dismissed, "")
	maps.DeleteFunc(dismissed, func(_ models.Role, n int) bool { return n < leastOften })
	return slices.Sorted(maps.Keys(dismissed))
}
