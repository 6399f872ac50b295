package condition

import (
	"fmt"
	"slices"
	"strings"

	"earshot/moderation/match"
	"earshot/moderation/match/textmodel"
)

// scoredWords are words [from, to) of the window with what the text model says of them, and by label which of them counted, as far as
// that was asked for: it takes as many scores as there are words.
type scoredWords struct {
	from, to int
	scores   textmodel.Scores
	counted  map[int][]textmodel.Counted
}

func (s *scoredWords) length() int { return s.to - s.from }

// meant is what made a condition on the meaning hold: words that reach a score.
type meant struct {
	*scoredWords
	reaches
}

// meanings is what was asked of the text model about one line.
type meanings struct {
	scored []*scoredWords
	meant  []meant // a match over the words that counted has the source -1 for the first of these, -2 for the second, …
}

// scoredAs asks the text model about the words [from, to) of the window, once for each line.
func (sc *Context) scoredAs(from, to int) *scoredWords {
	for _, s := range sc.scored {
		if s.from == from && s.to == to {
			return s
		}
	}
	s := &scoredWords{from, to, sc.set.model.Score(sc.texts(from, to)), map[int][]textmodel.Counted{}}
	sc.scored = append(sc.scored, s)
	return s
}

// current is what the text model says of the current line.
func (sc *Context) current() *scoredWords { return sc.scoredAs(sc.Window.CutAt, len(sc.Window.Words)) }

// soundsSo are the words that reach a score: those of the current line or, where a match may begin in an earlier one, all from
// there on, as long as it is the current line that makes them reach it. nil: none.
func (sc *Context) soundsSo(r reaches) *scoredWords {
	now, cut := sc.current(), sc.Window.CutAt
	if now.scores[r.label] >= r.score {
		return now
	}
	if sc.From >= sc.Window.Cut {
		return nil
	}
	first := sc.Window.Tokens[sc.From].Word
	all := sc.scoredAs(first, len(sc.Window.Words))
	if all.scores[r.label] < r.score || sc.scoredAs(first, cut).scores[r.label] >= r.score {
		return nil
	}
	return all
}

// texts are the words [from, to) of the window.
func (sc *Context) texts(from, to int) []string {
	out := make([]string, to-from)
	for i, w := range sc.Window.Words[from:to] {
		out[i] = w.Text
	}
	return out
}

// counted is a match over the words that a score comes from.
func (sc *Context) counted(s *scoredWords, r reaches) (match.Match, bool) {
	i := slices.IndexFunc(sc.meant, func(m meant) bool { return m.scoredWords == s && m.reaches == r })
	if i < 0 {
		i = len(sc.meant)
		sc.meant = append(sc.meant, meant{s, r})
	}
	if _, known := s.counted[r.label]; !known { // other rules ask for other scores of the same label
		s.counted[r.label] = sc.set.model.Explain(sc.texts(s.from, s.to), r.label)
	}
	var words []int
	for _, c := range s.counted[r.label] {
		words = append(words, s.from+c.Word)
	}
	slices.Sort(words)
	return sc.MatchOver(-1-i, words)
}

// Meaning says in words what a line sounds like by the text model, which words counted and how much, those that count most
// first, and how sure that is; "" when no match is of that kind.
func (sc *Context) Meaning(ms []match.Match) string {
	var out []string
	for _, m := range ms {
		if m.Source < 0 {
			x := sc.meant[-1-m.Source]
			out = append(out, fmt.Sprintf("sounds like %s: %s; %s", soundsLike(sc.set.model.Labels[x.label]), sc.shares(x, m), x.sureness()))
		}
	}
	return strings.Join(slices.Compact(out), "; ")
}

// shares names the words that counted with their shares.
func (sc *Context) shares(x meant, m match.Match) string {
	masked := sc.masked([]match.Match{m})
	counted := x.counted[x.label]
	out := make([]string, len(counted))
	for i, c := range counted {
		text := trim(sc.Window.Words[x.from+c.Word].Text)
		if masked[x.from+c.Word] {
			text = Mask(text)
		}
		out[i] = fmt.Sprintf("%q %.0f%%", text, 100*c.Share)
	}
	return strings.Join(out, ", ")
}

// sureness is the score in words, with how often harmless lines reach what the rule asks for.
func (x meant) sureness() string {
	score, words := x.scores[x.label], "not sure"
	switch {
	case score >= 0.97:
		words = "very sure"
	case score >= AskScore:
		words = "sure"
	case score >= 0.7:
		words = "fairly sure"
	}
	return fmt.Sprintf("%s (%.2f; %s)", words, score, FalseAlarms(x.score))
}

// FalseAlarms says how many ordinary lines reach a least score. What lies beyond the measured scores is only bounded.
func FalseAlarms(score float64) string {
	n := textmodel.FalseAlarms(score)
	switch {
	case score > AskScore:
		return fmt.Sprintf("fewer than 1 of 1,000 ordinary lines reaches %.2f", score)
	case score < 0.5:
		return fmt.Sprintf("more than %.0f of 1,000 ordinary lines reach %.2f", textmodel.FalseAlarms(0.5), score)
	case n < 1.5:
		return fmt.Sprintf("about 1 of 1,000 ordinary lines reaches %.2f", score)
	}
	return fmt.Sprintf("about %.0f of 1,000 ordinary lines reach %.2f", n, score)
}

// understands reports whether the text model knows a language. Where a line does not tell its language, it is one of those that
// the room allows.
func (s *Settings) understands(language string) bool {
	if language != "" || len(s.Languages) == 0 {
		return language == "" || s.model.Knows(language)
	}
	return slices.ContainsFunc(s.Languages, s.model.Knows)
}
