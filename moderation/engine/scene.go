package engine

import (
	"slices"
	"strings"

	"earshot/models"
)

// scene is what conditions look at: one line with what was said before it, who said it, and the room.
type scene struct {
	set     *Set
	in      *Session
	person  *person
	u       models.Utterance
	observe bool // there is no line: something was observed
	*scanner
	roles []models.Role
	now   int64 // ms from the session's start
	late  bool  // the ledgers have changed since the line was judged

	from     int     // matches begin at this token or later
	evidence []match // of when, while unless is looked at
	noSound  bool    // matches by sound do not count
	nowOnly  bool    // matches that end before the current line do not count
	manner
}

// manner is how a line is judged.
type manner struct {
	explain bool // also return the rules that do not fire, with the reason
	show    bool // do not mask
}

func newScene(s *Set) *scene {
	return &scene{set: s, scanner: newScanner(s.matcher)}
}

// look finds everything that any rule looks for in a line, given the lines before it.
func (sc *scene) look(before []utterance, u models.Utterance, words []models.Word) {
	sc.u, sc.now, sc.observe, sc.late, sc.evidence, sc.noSound, sc.nowOnly = u, u.EndMS, false, false, nil, false, false
	u.Words, u.Text = nil, ""
	sc.scan(before, utterance{u: u, words: words})
	sc.from = sc.heard.cut
}

// words are the spoken words of matches, each once and in order, and their groups as they are shown. Without a match they
// are all words of the line.
func (sc *scene) words(ms []match) (words []models.Word, shown []string) {
	if len(ms) == 0 {
		return slices.Clone(sc.heard.current()), nil
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
		hide := m.source >= 0 && sc.set.sources[m.source].mask && !sc.show
		for _, w := range m.words {
			out[w] = out[w] || hide
		}
	}
	return out
}

// Mask is a text with the words of masked lists, and personal data that a rule looks for, hidden but for their first letters:
// fit for showing.
func (s *Set) Mask(text string) string {
	sc := newScene(s)
	sc.look(nil, models.Utterance{}, wordsOf(models.Utterance{Text: text}))
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
