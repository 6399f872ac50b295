package engine

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"earshot/models"
	"earshot/moderation/match"
)

// evalContext is what conditions look at: one line with what was said before it, who said it, and the room.
type evalContext struct {
	set     *Set
	roster  *roster
	ledgers *ledgers
	started time.Time // of the session
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

func newContext(s *Set, r *roster, l *ledgers) *evalContext {
	return &evalContext{set: s, roster: r, ledgers: l, Scanner: match.NewScanner(s.matcher)}
}

// look finds everything that any rule looks for in a line, given the lines before it.
func (sc *evalContext) look(before []match.Utterance, u models.Utterance, words []models.Word) {
	sc.u, sc.now, sc.observe, sc.late, sc.evidence, sc.noSound, sc.nowOnly = u, u.EndMS, false, false, nil, false, false
	u.Words, u.Text = nil, ""
	sc.Scan(before, match.Utterance{Of: u, Words: words})
	sc.from = sc.Window.Cut
}

// words are the spoken words of matches, each once and in order, and their groups as they are shown. Without a match they
// are all words of the line.
func (sc *evalContext) words(ms []match.Match) (words []models.Word, shown []string) {
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
func (sc *evalContext) masked(ms []match.Match) map[int]bool {
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
	sc := newContext(s, nil, nil)
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

// found are the matches of some sources that begin at a token or later, heard as surely as minP.
func (sc *evalContext) found(sources []int, from int, minP float64) (bool, []match.Match) {
	var out []match.Match
	for _, src := range sources {
		need := minP
		if sc.set.sources[src].form == match.Sound {
			if sc.noSound {
				continue
			}
			if minP > 0 {
				need = max(minP, sc.set.trust.sound.wordP)
			}
		}
		for _, m := range sc.Found[src] {
			if float64(m.P) >= need && m.First >= from && (!sc.nowOnly || m.Last >= sc.Window.Cut) {
				out = append(out, m)
			}
		}
	}
	return len(out) > 0, out
}

// quote names matches in an explanation, masked where their list is.
func (sc *evalContext) quote(ms []match.Match) string {
	_, shown := sc.words(ms)
	return quoted(shown)
}

// after is a time of a session's clock as people have it.
func after(started time.Time, ms int64) time.Time {
	return started.Add(time.Duration(ms) * time.Millisecond)
}

// trim drops the punctuation around a word.
func trim(word string) string {
	t := strings.TrimFunc(word, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) })
	if t == "" {
		return strings.TrimSpace(word)
	}
	return t
}
