package condition

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"earshot/moderation/match"
	"earshot/moderation/match/textmodel"
)

// scoredWords are the words [from, to) of the window with the scores of the text model and, by label, the words that counted, as far
// as requested: computing them takes as many scores as there are words.
type scoredWords struct {
	from, to int
	scores   textmodel.Scores
	counted  map[string][]textmodel.Counted
}

func (s *scoredWords) length() int { return s.to - s.from }

// meant is what made a condition on the meaning hold: words that reach a score.
type meant struct {
	*scoredWords
	least
}

// meanings caches what the text model returned for one line.
type meanings struct {
	scored []*scoredWords
	meant  []meant // a match over the words that counted has the source -1 for the first of these, -2 for the second, and so on
}

// scoredAs scores the words [from, to) of the window, once for each line.
func (sc *Context) scoredAs(from, to int) *scoredWords {
	for _, s := range sc.scored {
		if s.from == from && s.to == to {
			return s
		}
	}
	s := &scoredWords{from, to, sc.asked().Score(sc.texts(from, to)), map[string][]textmodel.Counted{}}
	if s.length() >= longLine {
		for i, p := range s.scores {
			s.scores[i] = p / (2 - p) // half the odds
		}
	}
	sc.scored = append(sc.scored, s)
	return s
}

// longLine is the number of words from which the odds of a line are halved: the more words there are, the more likely some of them
// resemble something by chance. The scores are calibrated on ordinary talk, whose lines are shorter.
const longLine = 20

// asked returns this session's scorer for the current line's language.
func (sc *Context) asked() *textmodel.Scorer {
	m := sc.textModel()
	s := sc.scorers[m]
	if s == nil {
		s = textmodel.NewScorer(m)
		if sc.scorers == nil {
			sc.scorers = map[*textmodel.Model]*textmodel.Scorer{}
		}
		sc.scorers[m] = s
	}
	return s
}

// textModel returns the model for the current line's language, or nil.
func (sc *Context) textModel() *textmodel.Model { return sc.set.textModel(sc.Line.Language) }

// scoreOf returns a label's score for some words, 0 if the model does not know the label.
func (sc *Context) scoreOf(s *scoredWords, label string) float64 {
	if i := slices.Index(sc.textModel().Labels, label); i >= 0 {
		return s.scores[i]
	}
	return 0
}

// current returns the scores of the current line.
func (sc *Context) current() *scoredWords { return sc.scoredAs(sc.Window.CutAt, len(sc.Window.Words)) }

// soundsSo returns the words that reach a score: those of the current line or, if a match may begin in an earlier one, all from
// there on, up to the model's window, provided that the current line makes them reach it. nil: none.
func (sc *Context) soundsSo(r least) *scoredWords {
	now, cut := sc.current(), sc.Window.CutAt
	if sc.scoreOf(now, r.Label) >= r.Score {
		return now
	}
	if sc.From >= sc.Window.Cut {
		return nil
	}
	first := max(sc.Window.Tokens[sc.From].Word, len(sc.Window.Words)-sc.textModel().Window)
	if first >= cut {
		return nil
	}
	all := sc.scoredAs(first, len(sc.Window.Words))
	if sc.scoreOf(all, r.Label) < r.Score || sc.scoreOf(sc.scoredAs(first, cut), r.Label) >= r.Score {
		return nil
	}
	return all
}

// texts returns the words [from, to) of the window.
func (sc *Context) texts(from, to int) []string {
	out := make([]string, to-from)
	for i, w := range sc.Window.Words[from:to] {
		out[i] = w.Text
	}
	return out
}

// counted returns a match over the words that a score comes from.
func (sc *Context) counted(s *scoredWords, r least) (match.Match, bool) {
	i := slices.IndexFunc(sc.meant, func(m meant) bool { return m.scoredWords == s && m.least == r })
	if i < 0 {
		i = len(sc.meant)
		sc.meant = append(sc.meant, meant{s, r})
	}
	if _, known := s.counted[r.Label]; !known { // other rules may require other scores of the same label
		s.counted[r.Label] = sc.asked().Explain(sc.texts(s.from, s.to), slices.Index(sc.textModel().Labels, r.Label))
	}
	var words []int
	for _, c := range s.counted[r.Label] {
		words = append(words, s.from+c.Word)
	}
	slices.Sort(words)
	return sc.MatchOver(-1-i, words)
}

// Meaning describes the text model's finding: the label, the words that counted and their shares, the largest first, and the
// certainty; "" if no match is of that kind. Of several scores of a label reached by the same words, the highest is reported.
func (sc *Context) Meaning(ms []match.Match) string {
	var top []match.Match
	for _, m := range ms {
		if m.Source >= 0 {
			continue
		}
		x := sc.meant[-1-m.Source]
		same := func(o match.Match) bool {
			y := sc.meant[-1-o.Source]
			return y.scoredWords == x.scoredWords && y.Label == x.Label
		}
		switch i := slices.IndexFunc(top, same); {
		case i < 0:
			top = append(top, m)
		case sc.meant[-1-top[i].Source].Score < x.Score:
			top[i] = m
		}
	}
	out := make([]string, len(top))
	for i, m := range top {
		x := sc.meant[-1-m.Source]
		out[i] = fmt.Sprintf("sounds like %s: %s; %s", soundsLike(x.Label), sc.shares(x, m), sc.sureness(x))
	}
	return strings.Join(out, "; ")
}

// shares lists the words that counted with their shares.
func (sc *Context) shares(x meant, m match.Match) string {
	masked := sc.masked([]match.Match{m})
	counted := x.counted[x.Label]
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

// sureness describes the score, with how often harmless lines reach the required one.
func (sc *Context) sureness(x meant) string {
	score, words := sc.scoreOf(x.scoredWords, x.Label), "not sure"
	switch {
	case score >= 0.97:
		words = "very sure"
	case score >= AskScore:
		words = "sure"
	case score >= 0.7:
		words = "fairly sure"
	}
	reached, lines := sc.textModel().FalseAlarms(x.Label, x.Score)
	return fmt.Sprintf("%s (%.2f; %s)", words, score, falseAlarms(reached, lines, x.Score))
}

// falseAlarms says how many of the measured ordinary lines reached a minimum score: of 1,000, or of fewer if fewer were measured.
func falseAlarms(reached, lines int, score float64) string {
	switch {
	case lines == 0:
		return fmt.Sprintf("how many ordinary lines reach %.2f was not measured", score)
	case reached == 0:
		return fmt.Sprintf("none of %s ordinary lines reaches %.2f", thousands(lines), score)
	case lines < 1000:
		return fmt.Sprintf("%d of %d ordinary lines reached %.2f", reached, lines, score)
	}
	rate := strings.TrimSuffix(fmt.Sprintf("%.1f", 1000*float64(reached)/float64(lines)), ".0")
	reach := "reach"
	if rate == "1" {
		reach = "reaches"
	}
	return fmt.Sprintf("%s of 1,000 ordinary lines %s %.2f", rate, reach, score)
}

// thousands writes a number below a million with a comma.
func thousands(n int) string {
	if n < 1000 {
		return strconv.Itoa(n)
	}
	return fmt.Sprintf("%d,%03d", n/1000, n%1000)
}
