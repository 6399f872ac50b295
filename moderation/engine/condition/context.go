package condition

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"earshot/models"
	"earshot/moderation/engine/ledger"
	"earshot/moderation/match"
	"earshot/moderation/match/textmodel"
)

// Context is the input of conditions: a line, the lines before it, the speaker, and the room.
type Context struct {
	set     *Settings
	roster  *Roster
	ledgers *ledger.Ledgers
	Started time.Time // of the session
	Person  *Person
	Line    models.Utterance
	Observe bool // there is no line: something was observed
	*match.Scanner
	Roles []models.Role
	Now   int64 // ms from the session's start
	Late  bool  // the ledgers have changed since the line was judged

	From     int           // matches begin at this token or later
	Evidence []match.Match // of when, while unless is evaluated
	NoSound  bool          // matches by sound do not count
	NowOnly  bool          // matches that end before the current line do not count

	NoMeaning bool                                   // the text model is ignored
	scorers   map[*textmodel.Model]*textmodel.Scorer // of the models used
	meanings
	EvalOptions
}

// EvalOptions is how a line is judged.
type EvalOptions struct {
	Explain bool // also return the rules that do not fire, with the reason
	Show    bool // do not mask
}

// NewContext returns the context of a session with the given people and ledgers.
func NewContext(s *Settings, r *Roster, l *ledger.Ledgers) *Context {
	return &Context{set: s, roster: r, ledgers: l, Scanner: match.NewScanner(s.matcher)}
}

// Look matches everything that any rule looks for in a line, given the lines before it.
func (sc *Context) Look(before []match.Utterance, u models.Utterance, words []models.Word) {
	sc.Line, sc.Now, sc.Observe, sc.Late, sc.Evidence, sc.NoSound, sc.NowOnly = u, u.EndMS, false, false, nil, false, false
	sc.NoMeaning, sc.meanings = false, meanings{}
	u.Words, u.Text = nil, ""
	sc.Scan(before, match.Utterance{Of: u, Words: words})
	sc.From = sc.Window.Cut
}

// Words returns the spoken words of matches, each once and in order, and their groups for display. Without a match it returns all
// words of the line.
func (sc *Context) Words(ms []match.Match) (words []models.Word, shown []string) {
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
			text = Mask(text)
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

// masked returns the indices of the words of matches, and whether each must be hidden.
func (sc *Context) masked(ms []match.Match) map[int]bool {
	out := map[int]bool{}
	for _, m := range ms {
		hide := m.Source >= 0 && sc.set.sources[m.Source].mask && !sc.Show
		for _, w := range m.Words {
			out[w] = out[w] || hide || m.Source < 0 && !sc.Show && sc.listed(w)
		}
	}
	return out
}

// listed reports whether a masked list contains a word of the window.
func (sc *Context) listed(word int) bool {
	for id, src := range sc.set.sources {
		over := func(m match.Match) bool { return slices.Contains(m.Words, word) }
		if src.mask && slices.ContainsFunc(sc.Found(id), over) {
			return true
		}
	}
	return false
}

// found returns the matches of some sources that begin at or after a token, with a probability of at least minP.
func (sc *Context) found(sources []int, from int, minP float64) (bool, []match.Match) {
	var out []match.Match
	for _, src := range sources {
		need := minP
		if sc.set.sources[src].form == match.Sound {
			if sc.NoSound {
				continue
			}
			if minP > 0 {
				need = max(minP, sc.set.SoundP)
			}
		}
		for _, m := range sc.Found(src) {
			if float64(m.P) >= need && m.First >= from && (!sc.NowOnly || m.Last >= sc.Window.Cut) {
				out = append(out, m)
			}
		}
	}
	return len(out) > 0, out
}

// quote quotes matches in an explanation, masked if their list is.
func (sc *Context) quote(ms []match.Match) string {
	_, shown := sc.Words(ms)
	return Quoted(shown)
}

// After formats a time of a session's clock.
func After(started time.Time, ms int64) time.Time {
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

// Pardons reports whether unless holds: it looks at the lines that the evidence touches.
func (sc *Context) Pardons(unless Condition, evidence []match.Match) bool {
	sc.Evidence = evidence
	sc.From = sc.Window.Cut
	for _, m := range evidence {
		if m.First < sc.From {
			sc.From = sc.Window.Lines[sc.Window.LineOf(m.First)].Token
		}
	}
	nowOnly := sc.NowOnly
	sc.NowOnly = false
	ok, _ := unless.Eval(sc, 0)
	sc.NowOnly = nowOnly
	return ok
}

// TouchesNow reports whether any of the evidence is in the current line. Evidence without words is in no line.
func (sc *Context) TouchesNow(evidence []match.Match) bool {
	if len(evidence) == 0 || sc.Observe {
		return true
	}
	return slices.ContainsFunc(evidence, func(m match.Match) bool { return m.Last >= sc.Window.Cut })
}

// LinesOf returns the lines that the evidence touches, always including the current one.
func (sc *Context) LinesOf(evidence []match.Match) []models.Utterance {
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

// Mask hides a word except for its first letter: enough for a host who knows the list, but not for others who see it.
func Mask(words string) string {
	fields := strings.Fields(words)
	for i, w := range fields {
		r := []rune(w)
		fields[i] = string(r[0]) + strings.Repeat("•", max(len(r)-1, 2))
	}
	return strings.Join(fields, " ")
}

// Quoted joins texts as "a", "b" and "c".
func Quoted(texts []string) string {
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
