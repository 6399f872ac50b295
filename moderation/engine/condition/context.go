package condition

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"earshot/models"
	"earshot/moderation/engine/ledger"
	"earshot/moderation/match"
)

// Context is what conditions look at: one line with what was said before it, who said it, and the room.
type Context struct {
	set     *Settings
	roster  *Roster
	ledgers *ledger.Book
	Started time.Time // of the session
	Person  *Person
	Line    models.Utterance
	Observe bool // there is no line: something was observed
	*match.Scanner
	Roles []models.Role
	Now   int64 // ms from the session's start
	Late  bool  // the ledgers have changed since the line was judged

	From     int           // matches begin at this token or later
	Evidence []match.Match // of when, while unless is looked at
	NoSound  bool          // matches by sound do not count
	NowOnly  bool          // matches that end before the current line do not count

	NoMeaning bool // what the text model says does not count
	meanings
	Manner
}

// Manner is how a line is judged.
type Manner struct {
	Explain bool // also return the rules that do not fire, with the reason
	Show    bool // do not mask
}

// NewContext is a context of a session, which looks at the people and ledgers that are given.
func NewContext(s *Settings, r *Roster, l *ledger.Book) *Context {
	return &Context{set: s, roster: r, ledgers: l, Scanner: match.NewScanner(s.matcher)}
}

// Look finds everything that any rule looks for in a line, given the lines before it.
func (sc *Context) Look(before []match.Utterance, u models.Utterance, words []models.Word) {
	sc.Line, sc.Now, sc.Observe, sc.Late, sc.Evidence, sc.NoSound, sc.NowOnly = u, u.EndMS, false, false, nil, false, false
	sc.NoMeaning, sc.meanings = false, meanings{}
	u.Words, u.Text = nil, ""
	sc.Scan(before, match.Utterance{Of: u, Words: words})
	sc.From = sc.Window.Cut
}

// Words are the spoken words of matches, each once and in order, and their groups as they are shown. Without a match they
// are all words of the line.
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

// masked are the indices of the words of matches, and whether each is to be hidden.
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

// listed reports whether a masked list holds a word of the window.
func (sc *Context) listed(word int) bool {
	for id, src := range sc.set.sources {
		over := func(m match.Match) bool { return slices.Contains(m.Words, word) }
		if src.mask && slices.ContainsFunc(sc.Found[id], over) {
			return true
		}
	}
	return false
}

// found are the matches of some sources that begin at a token or later, heard as surely as minP.
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
		for _, m := range sc.Found[src] {
			if float64(m.P) >= need && m.First >= from && (!sc.NowOnly || m.Last >= sc.Window.Cut) {
				out = append(out, m)
			}
		}
	}
	return len(out) > 0, out
}

// quote names matches in an explanation, masked where their list is.
func (sc *Context) quote(ms []match.Match) string {
	_, shown := sc.Words(ms)
	return Quoted(shown)
}

// After is a time of a session's clock as people have it.
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

// TouchesNow reports whether some of the evidence is in the current line. Without words no evidence is in any.
func (sc *Context) TouchesNow(evidence []match.Match) bool {
	if len(evidence) == 0 || sc.Observe {
		return true
	}
	return slices.ContainsFunc(evidence, func(m match.Match) bool { return m.Last >= sc.Window.Cut })
}

// LinesOf are the lines that the evidence touches; the current one always is.
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

// Mask hides a word but for its first letter: enough for a host who knows the list, nothing for one who reads along.
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
