package textmodel

import "math"

// linearly adds the linear part's values of the labels to out.
func (m *Model) linearly(tokens []token, lexemes []*lexeme, out []float64) {
	var sum [maxLabels]int32
	count := 0
	m.features(tokens, func(h uint32) {
		m.addWeights(&sum, h)
		count++
	})
	for _, l := range lexemes {
		for k, w := range l.parts {
			sum[k] += w
		}
		count += l.count
	}
	root := math.Sqrt(max(1, float64(count)))
	for k := range out {
		value := m.Linear.Bias[k] + float64(sum[k])*m.Linear.Scale[k]/root
		out[k] += m.Mix.Linear[k] * value
	}
}

// features gives the hashed features of a line, as often as they occur, without those of the parts of words, which lexemes hold.
func (m *Model) features(tokens []token, give func(uint32)) {
	add := func(h hash) { give(h.mixed()) }
	group, you := -1, false
	for i, t := range tokens {
		add(feature('1').text(t.text))
		if group < 0 && t.isGroup() {
			group = i
		}
		you = you || addressed(t.text)
	}
	m.neighbours(tokens, add)
	if group >= 0 {
		aroundGroup(tokens, group, m.Recurrent.Categories[tokens[group].category], add)
	}
	if !you {
		return
	}
	for _, t := range tokens {
		add(feature('y').text(t.text))
	}
}

// neighbours gives the features of words that stand together or near each other.
func (m *Model) neighbours(tokens []token, add func(hash)) {
	at := func(i int) string {
		switch {
		case i < 0:
			return "<b>"
		case i >= len(tokens):
			return "</b>"
		}
		return tokens[i].text
	}
	for n := 2; n <= m.Linear.WordMax; n++ {
		for i := -1; i+n <= len(tokens)+1; i++ {
			h := feature(byte('0' + n)).text(at(i))
			for j := 1; j < n; j++ {
				h = h.then(at(i + j))
			}
			add(h)
		}
	}
	for i, t := range tokens {
		for d := 2; d <= m.Linear.SkipMax && i+d < len(tokens); d++ {
			add(feature('s').text(t.text).then(tokens[i+d].text))
		}
	}
}

// aroundGroup gives the features of the words around the first group.
func aroundGroup(tokens []token, group int, category string, add func(hash)) {
	for i, t := range tokens {
		if i == group {
			continue
		}
		side := byte('a')
		if i < group {
			side = 'b'
		}
		add(feature(side).text(t.text))
		add(feature('c').text(category).then(t.text))
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
