package moderation

import (
	"maps"
	"slices"
)

// source adds a source and returns its number.
func (c *compiler) source(s source) int {
	c.set.sources = append(c.set.sources, s)
	return len(c.set.sources) - 1
}

// list enters a word list into the index.
func (c *compiler) list(f *rawFile, l *rawList) {
	id := c.source(source{name: l.Name, mask: l.Mask, never: -1})
	c.lists[l] = id
	for _, w := range l.Words {
		c.phrase(f, "", w, 0, id)
	}
	if len(l.Never) > 0 {
		never := c.source(source{name: l.Name, never: -1})
		c.set.sources[id].never = never
		for _, w := range l.Never {
			c.phrase(f, "", w, 0, never)
		}
	}
}

// phrase enters one phrase into the index.
func (c *compiler) phrase(f *rawFile, rule string, t rawText, gap, source int) {
	file := f.name
	if t.file != "" {
		file = t.file
	}
	tokens := phraseTokens(t.Text)
	switch {
	case len(tokens) == 0:
		c.probs.add(file, t.line, rule, "%q holds no letters or digits, so it is never said", shorten(t.Text))
		return
	case len(tokens) > maxTokens:
		c.probs.add(file, t.line, rule, "a phrase has at most %d words, this one has %d", maxTokens, len(tokens))
		return
	}
	if c.phrases++; c.phrases == maxPhrases+1 {
		c.probs.add(file, t.line, rule, "too many words and phrases: at most %d in one set", maxPhrases)
	}
	if c.phrases <= maxPhrases {
		c.set.index.add(tokens, gap, source)
	}
}

// findList looks a word list up: in the file itself, then in what it uses, the latest first.
func findList(f *rawFile, name string) *rawList {
	for i := range f.words {
		if f.words[i].Name == name {
			return &f.words[i]
		}
	}
	for _, u := range slices.Backward(f.used) {
		if l := findList(u, name); l != nil {
			return l
		}
	}
	return nil
}

// listNames are the names of all lists that a file sees.
func listNames(f *rawFile) []string {
	seen := map[string]bool{}
	for _, g := range closure(f, nil) {
		for _, l := range g.words {
			seen[l.Name] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// says compiles a says: matcher into the sources it looks at.
func (c *compiler) says(f *rawFile, r *rawRule, s *rawSays) []int {
	if s == nil {
		return nil
	}
	var out []int
	for _, w := range s.Words {
		if l := findList(f, w.Text); l != nil {
			out = append(out, c.lists[l])
			continue
		}
		c.probs.add(f.name, w.line, r.ID, "unknown word list %q%s", shorten(w.Text), didYouMean(w.Text, listNames(f)))
	}
	if len(s.Phrase) > 0 {
		id := c.source(source{never: -1})
		for _, p := range s.Phrase {
			c.phrase(f, r.ID, p, s.Gap, id)
		}
		out = append(out, id)
	}
	if len(s.Pattern) > 0 {
		src := source{never: -1}
		for _, t := range s.Pattern {
			p, err := compilePattern(t.Text)
			if err != nil {
				c.probs.add(f.name, t.line, r.ID, "%s", err)
				continue
			}
			src.patterns = append(src.patterns, p)
		}
		out = append(out, c.source(src))
	}
	return out
}
