package engine

import (
	"cmp"
	"earshot/moderation/match"
	"maps"
	"slices"
)

// source adds a source and returns its number.
func (c *compiler) source(s source) int {
	c.set.sources = append(c.set.sources, s)
	return c.match.Source()
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
	id := c.source(source{name: l.Name, mask: l.Mask, how: way})
	c.lists[listWay{l, way}] = id
	c.manyPhrases(f, "", l.Words, 0, id, way, l.Language)
	if len(l.Never) > 0 {
		never, ok := c.lists[listWay{l, "never"}]
		if !ok {
			never = c.source(source{name: l.Name})
			c.lists[listWay{l, "never"}] = never
			c.manyPhrases(f, "", l.Never, 0, never, howExact, l.Language)
		}
		c.match.Except(id, never)
	}
	return id
}

// manyPhrases enters phrases that are said in one way.
func (c *compiler) manyPhrases(f *rawFile, rule string, ts []rawText, gap, source int, way, lang string) {
	for _, t := range ts {
		if err := c.match.Phrase(source, t.Text, match.Form(way), lang, gap); err != nil {
			c.probs.add(cmp.Or(t.file, f.name), t.line, rule, "%s", err)
		}
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
		id := c.source(source{how: way})
		c.manyPhrases(f, r.ID, s.Phrase, s.Gap, id, way, "en")
		out = append(out, id)
	}
	if len(s.Pattern) > 0 {
		id := c.source(source{})
		for _, t := range s.Pattern {
			if err := c.match.Pattern(id, t.Text); err != nil {
				c.probs.add(f.name, t.line, r.ID, "%s", err)
			}
		}
		out = append(out, id)
	}
	return out
}
