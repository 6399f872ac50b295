package textmodel

import "math"

// sums are the sums of the weights of some features, and how many features they are.
type sums struct {
	weights [maxLabels]int32
	count   int
}

// change adds the sums of other features, or with -1 takes them away.
func (s *sums) change(by int, of sums) {
	for k, w := range of.weights {
		s.weights[k] += int32(by) * w
	}
	s.count += by * of.count
}

// total adds up the weights of hashed features.
func (m *Model) total(features func(add func(hash))) sums {
	var s sums
	features(func(h hash) { m.addWeights(&s, h.mixed()) })
	return s
}

// addWeights adds the weights of a hashed feature.
func (m *Model) addWeights(s *sums, h uint32) {
	n := len(m.Labels)
	for k, w := range m.weights[int(h&(1<<m.Linear.Bits-1))*n:][:n] {
		s.weights[k] += int32(int8(w))
	}
	s.count++
}

// linearly adds the linear part's values of the labels to out, for the sums of all features of a line.
func (m *Model) linearly(s sums, out []float64) {
	root := math.Sqrt(max(1, float64(s.count)))
	for k := range out {
		value := m.Linear.Bias[k] + float64(s.weights[k])*m.Linear.Scale[k]/root
		out[k] += m.Mix.Linear[k] * value
	}
}

// features gives the features of a line, as often as they occur, without those of the parts of words, which lexemes hold.
func (m *Model) features(tokens []token, add func(hash)) {
	all, s := part{0, len(tokens)}, m.setting(tokens)
	m.across(tokens, all, add)
	s.aroundGroup(tokens, all, add)
	s.withYou(tokens, all, add)
}

// part are the tokens [from, to) of a line.
type part struct{ from, to int }

// across gives the features of the words of a part and of words that stand together or near each other in it or across it.
func (m *Model) across(tokens []token, p part, add func(hash)) {
	at := func(i int) string {
		switch {
		case i < 0:
			return "<b>"
		case i >= len(tokens):
			return "</b>"
		}
		return tokens[i].text
	}
	for _, t := range tokens[p.from:p.to] {
		add(feature('1').text(t.text))
	}
	for n := 2; n <= m.Linear.WordMax; n++ {
		for i := max(-1, p.from-n+1); i < p.to && i+n <= len(tokens)+1; i++ {
			h := feature(byte('0' + n)).text(at(i))
			for j := 1; j < n; j++ {
				h = h.then(at(i + j))
			}
			add(h)
		}
	}
	for i := max(0, p.from-m.Linear.SkipMax); i < p.to; i++ {
		for d := max(2, p.from-i); d <= m.Linear.SkipMax && i+d < len(tokens); d++ {
			add(feature('s').text(tokens[i].text).then(tokens[i+d].text))
		}
	}
}

// setting is what the features of each word of a line depend on besides the word.
type setting struct {
	group    int // where the first group stands; -1: none
	category string
	you      bool // somebody is spoken to
}

func (m *Model) setting(tokens []token) setting {
	s := setting{group: -1}
	for i, t := range tokens {
		if s.group < 0 && t.isGroup() {
			s.group, s.category = i, m.Recurrent.Categories[t.category]
		}
		s.you = s.you || addressed(t.text)
	}
	return s
}

// aroundGroup gives the features of the words of a part where the line has a group.
func (s setting) aroundGroup(tokens []token, p part, add func(hash)) {
	if s.group < 0 {
		return
	}
	for i := p.from; i < p.to; i++ {
		if i == s.group {
			continue
		}
		side := byte('a')
		if i < s.group {
			side = 'b'
		}
		add(feature(side).text(tokens[i].text))
		add(feature('c').text(s.category).then(tokens[i].text))
	}
}

// withYou gives the features of the words of a part where the line speaks to somebody.
func (s setting) withYou(tokens []token, p part, add func(hash)) {
	if !s.you {
		return
	}
	for _, t := range tokens[p.from:p.to] {
		add(feature('y').text(t.text))
	}
}

// addressed reports whether a word speaks to somebody.
func addressed(word string) bool {
	switch word {
	case "you", "your", "youre", "u", "ur", "yourself":
		return true
	}
	return false
}
