package engine

import (
	"slices"
	"strings"

	"earshot/models"
	"earshot/moderation/match"
)

// scene is what conditions look at: one line with what was said before it, who said it, and the room.
type scene struct {
	set     *Set
	in      *Session
	person  *person
	u       models.Utterance
	observe bool // there is no line: something was observed
	*match.Scanner
	roles []models.Role
	now   int64 // ms from the session's start
	late  bool  // the ledgers have changed since the line was judged

	from     int           // matches begin at this token or later
	evidence []match.Match // of when, while unless is looked at
	noSound  bool          // matches by sound do not count
	nowOnly  bool          // matches that end before the current line do not count
	manner
}

// manner is how a line is judged.
type manner struct {
	explain bool // also return the rules that do not fire, with the reason
	show    bool // do not mask
}

func newScene(s *Set) *scene {
	return &scene{set: s, Scanner: match.NewScanner(s.matcher)}
}

// look finds everything that any rule looks for in a line, given the lines before it.
func (sc *scene) look(before []match.Utterance, u models.Utterance, words []models.Word) {
	sc.u, sc.now, sc.observe, sc.late, sc.evidence, sc.noSound, sc.nowOnly = u, u.EndMS, false, false, nil, false, false
	u.Words, u.Text = nil, ""
	sc.Scan(before, match.Utterance{Of: u, Words: words})
	sc.from = sc.Window.Cut
}

// words are the spoken words of matches, each once and in order, and their groups as they are shown. Without a match they
// are all words of the line.
func (sc *scene) words(ms []match.Match) (words []models.Word, shown []string) {
	if len(ms) == 0 {
		return slices.Clone(sc.Window.Current()), nil
	}
	masked := sc.masked(ms)
	last := -2
	for i, w := range sc.Window.Words {
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
func (sc *scene) masked(ms []match.Match) map[int]bool {
	out := map[int]bool{}
	for _, m := range ms {
		hide := m.Source >= 0 && sc.set.sources[m.Source].mask && !sc.show
		for _, w := range m.Words {
			out[w] = out[w] || hide
		}
	}
	return out
}

// Mask is a text with the words of masked lists, and personal data that a rule looks for, hidden but for their first letters:
// fit for showing.
func (s *Set) Mask(text string) string {
	sc := newScene(s)
	sc.look(nil, models.Utterance{}, match.WordsOf(models.Utterance{Text: text}))
	out := make([]string, len(sc.Window.Words))
	for i, w := range sc.Window.Words {
		out[i] = w.Text
	}
	for id := range s.sources {
		for i, hide := range sc.masked(slices.Concat(sc.Found[id], sc.Excused[id])) {
			if hide {
				out[i] = mask(out[i])
			}
		}
	}
	return strings.Join(out, " ")
}

// quote names matches in an explanation, masked where their list is.
func (sc *scene) quote(ms []match.Match) string {
	_, shown := sc.words(ms)
	return quoted(shown)
}
