package engine

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	ahocorasick "github.com/BobuSumisu/aho-corasick"
)

// source adds a source and returns its number.
func (c *compiler) source(s source) int {
	c.set.sources = append(c.set.sources, s)
	return len(c.set.sources) - 1
}

// listWay is a word list and one way in which its words may be said.
type listWay struct {
	list *rawList
	way  string
}

// list enters a word list into the indexes, once for each of its forms.
func (c *compiler) list(f *rawFile, l *rawList) {
	forms := l.Forms
	if len(forms) == 0 {
		forms = []string{howExact}
	}
	for _, way := range forms {
		c.listAs(f, l, way)
	}
}

// listAs is the source of a list whose words may be said in one way.
func (c *compiler) listAs(f *rawFile, l *rawList, way string) int {
	if id, ok := c.lists[listWay{l, way}]; ok {
		return id
	}
	id := c.source(source{name: l.Name, mask: l.Mask, how: way, never: -1})
	c.lists[listWay{l, way}] = id
	c.manyPhrases(f, "", l.Words, 0, id, way, l.Language)
	if len(l.Never) > 0 {
		never, ok := c.lists[listWay{l, "never"}]
		if !ok {
			never = c.source(source{name: l.Name, never: -1})
			c.lists[listWay{l, "never"}] = never
			c.manyPhrases(f, "", l.Never, 0, never, howExact, l.Language)
		}
		c.set.sources[id].never = never
	}
	return id
}

// manyPhrases enters phrases that are said in one way.
func (c *compiler) manyPhrases(f *rawFile, rule string, ts []rawText, gap, source int, way, lang string) {
	if way == howInside {
		c.within(f, rule, ts, source)
		return
	}
	for _, t := range ts {
		c.phrase(f, rule, t, gap, source, way, lang)
	}
}

// within makes the automaton that finds texts inside of words.
func (c *compiler) within(f *rawFile, rule string, ts []rawText, source int) {
	b := ahocorasick.NewTrieBuilder()
	for _, t := range ts {
		text := strings.Join(phraseTokens(t.Text), "")
		if utf8.RuneCountInString(text) < minInside {
			c.probs.add(
				cmp.Or(t.file, f.name), t.line, rule, "%q is too short to look for inside of other words: at least %d letters",
				shorten(t.Text), minInside,
			)
			continue
		}
		b.AddString(text)
	}
	c.set.sources[source].within = b.Build()
}

// minInside is the shortest text that is looked for inside of words: shorter ones are in half of the dictionary.
const minInside = 4

// phrase enters one phrase into the index of a way.
func (c *compiler) phrase(f *rawFile, rule string, t rawText, gap, source int, way, lang string) {
	file := cmp.Or(t.file, f.name)
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
	if c.phrases > maxPhrases {
		return
	}
	if c.set.indexes[way] == nil {
		c.set.indexes[way] = newIndex(way)
	}
	c.set.indexes[way].add(tokens, gap, source, lang)
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

// listFile is the file that holds a list.
func listFile(f *rawFile, l *rawList) *rawFile {
	for _, g := range closure(f, nil) {
		for i := range g.words {
			if &g.words[i] == l {
				return g
			}
		}
	}
	return f
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
			ways := l.Forms
			if s.How != "" {
				ways = []string{s.How}
			} else if len(ways) == 0 {
				ways = []string{howExact}
			}
			for _, way := range ways {
				out = append(out, c.listAs(listFile(f, l), l, way))
			}
			continue
		}
		c.probs.add(f.name, w.line, r.ID, "unknown word list %q%s", shorten(w.Text), didYouMean(w.Text, listNames(f)))
	}
	if len(s.Phrase) > 0 {
		way := cmp.Or(s.How, howExact)
		id := c.source(source{how: way, never: -1})
		c.manyPhrases(f, r.ID, s.Phrase, s.Gap, id, way, "en")
		out = append(out, id)
	}
	if len(s.Pattern) > 0 {
		src := source{never: -1}
		for _, t := range s.Pattern {
			if c.program > maxTotal {
				break
			}
			p, err := compilePattern(t.Text)
			if err != nil {
				c.probs.add(f.name, t.line, r.ID, "%s", err)
				continue
			}
			if c.program += p.size; c.program > maxTotal {
				c.probs.add(f.name, t.line, r.ID, "the patterns are too large together: more than %d steps in one set; use word lists", maxTotal)
			}
			src.patterns = append(src.patterns, p)
		}
		out = append(out, c.source(src))
	}
	return out
}
