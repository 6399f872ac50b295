package textmodel

import "earshot/moderation/gru"

// without are the values of a window when a spoken word is left out; nil where no other words are.
type without struct {
	word int
	raw  []float64
}

// leaveOut leaves out each spoken word of a window in turn.
func (s *Scorer) leaveOut(words []word) []without {
	whole := s.whole(s.look(words))
	var out []without
	var rest []word
	var tokens []token
	for from := 0; from < len(words); {
		to := from + 1
		for to < len(words) && words[to].of == words[from].of {
			to++
		}
		left := without{word: words[from].of}
		if to-from < len(words) {
			rest = append(append(rest[:0], words[:from]...), words[to:]...)
			tokens = s.m.mask(tokens[:0], rest)
			left.raw = whole.values(tokens)
		}
		out = append(out, left)
		from = to
	}
	return out
}

// whole is a window with what the values of lines that differ from it in few places are made of.
type whole struct {
	*Scorer
	tokens  []token
	lexemes []*lexeme
	setting setting
	sums    struct{ words, group, you sums } // of the features of words, around the group, and with you
	state   []float32                        // of a line that differs
}

// whole is that of the window that was looked at last.
func (s *Scorer) whole(tokens []token) *whole {
	n, hidden := len(s.last.tokens), s.m.Recurrent.Hidden
	all := part{0, len(tokens)}
	w := &whole{Scorer: s, tokens: tokens, lexemes: s.lexemes, setting: s.m.setting(tokens)}
	w.sums.words, w.sums.group, w.sums.you = w.ofWords(tokens, all), w.aroundGroup(w.setting, tokens, all), w.withYou(w.setting, tokens, all)
	for _, l := range w.lexemes {
		w.sums.words.change(1, l.parts)
	}
	w.state = make([]float32, hidden)
	s.clearEnds(n + 1)
	for i := range n {
		w.ends[i+1].Take(0, &w.ends[i])
		w.ends[i+1].Add(0, gru.Row(s.last.states[0], i, hidden))
	}
	for i := n - 1; i >= 0; i-- {
		w.ends[i].Take(1, &w.ends[i+1])
		w.ends[i].Add(1, gru.Row(s.last.states[1], i, hidden))
	}
	return w
}

// clearEnds makes the first ends those of no states.
func (s *Scorer) clearEnds(n int) {
	for len(s.ends) < n {
		s.ends = append(s.ends, gru.NewPooled(s.m.Recurrent.Hidden))
	}
	for _, p := range s.ends[:n] {
		p.Clear()
	}
}

// values are the values of a line that differs from the window in few places.
func (w *whole) values(tokens []token) []float64 {
	out := make([]float64, len(w.m.Labels))
	w.linearly(tokens, out)
	w.recurrently(w.m.seen(tokens), out)
	return out
}

// difference is what two lines do not have in common: tokens of one stand where the other has those of another part. Before and after
// them the lines are alike.
type difference struct{ was, is part }

func differ(a, b []token) difference {
	alike, from, end := min(len(a), len(b)), 0, 0
	for from < alike && a[from] == b[from] {
		from++
	}
	for end < alike-from && a[len(a)-1-end] == b[len(b)-1-end] {
		end++
	}
	return difference{part{from, len(a) - end}, part{from, len(b) - end}}
}

// linearly adds the linear part's values to out. Features that the window has too are not counted again.
func (w *whole) linearly(tokens []token, out []float64) {
	d, s := differ(w.tokens, tokens), w.m.setting(tokens)
	words, group, you := w.sums.words, w.sums.group, w.sums.you
	words.change(-1, w.ofWords(w.tokens, d.was))
	words.change(1, w.ofWords(tokens, d.is))
	for _, l := range w.lexemes[d.was.from:d.was.to] {
		words.change(-1, l.parts)
	}
	for _, t := range tokens[d.is.from:d.is.to] {
		words.change(1, w.m.lexeme(t).parts)
	}
	if d.sameGroup(w.setting, s) {
		group.change(-1, w.aroundGroup(w.setting, w.tokens, d.was))
		group.change(1, w.aroundGroup(s, tokens, d.is))
	} else {
		group = w.aroundGroup(s, tokens, part{0, len(tokens)})
	}
	if w.setting.you == s.you {
		you.change(-1, w.withYou(w.setting, w.tokens, d.was))
		you.change(1, w.withYou(s, tokens, d.is))
	} else {
		you = w.withYou(s, tokens, part{0, len(tokens)})
	}
	words.change(1, group)
	words.change(1, you)
	w.m.linearly(words, out)
}

// sameGroup reports whether the words that two lines have in common stand on the same side of the same group.
func (d difference) sameGroup(was, is setting) bool {
	switch {
	case was.category != is.category || (was.group < 0) != (is.group < 0):
		return false
	case was.group < d.was.from:
		return was.group == is.group
	}
	return was.group >= d.was.to && was.group-d.was.to == is.group-d.is.to
}

func (w *whole) ofWords(tokens []token, p part) sums {
	return w.m.total(func(add func(hash)) { w.m.across(tokens, p, add) })
}

func (w *whole) aroundGroup(s setting, tokens []token, p part) sums {
	return w.m.total(func(add func(hash)) { s.aroundGroup(tokens, p, add) })
}

func (w *whole) withYou(s setting, tokens []token, p part) sums {
	return w.m.total(func(add func(hash)) { s.withYou(tokens, p, add) })
}

// recurrently adds the recurrent part's values to out. Forward, the states before the difference are those of the window, and
// backward those after it.
func (w *whole) recurrently(tokens []token, out []float64) {
	d := differ(w.last.tokens, tokens)
	w.pooled.Clear()
	w.pooled.Take(0, &w.ends[d.was.from])
	before := gru.Row(w.last.states[0], d.was.from-1, len(w.state))
	for i := d.is.from; i < len(tokens); i++ {
		before = w.step(0, w.lexeme(tokens, i, d), before)
	}
	w.pooled.Take(1, &w.ends[d.was.to])
	before = gru.Row(w.last.states[1], d.was.to, len(w.state))
	for i := d.is.to - 1; i >= 0; i-- {
		before = w.step(1, w.lexeme(tokens, i, d), before)
	}
	w.m.recurrently(&w.pooled, len(tokens), out)
}

// step makes the state that follows another and pools it.
func (w *whole) step(direction int, l *lexeme, before []float32) []float32 {
	w.unit.Step(w.m.state[direction], l.input[direction], before, w.state)
	w.pooled.Add(direction, w.state)
	return w.state
}

// lexeme is that of a token of a line: where the line is like the window, the window's.
func (w *whole) lexeme(tokens []token, i int, d difference) *lexeme {
	switch {
	case i < d.is.from:
		return w.lexemes[i]
	case i >= d.is.to:
		return w.lexemes[i-d.is.to+d.was.to]
	}
	return w.m.lexeme(tokens[i])
}
