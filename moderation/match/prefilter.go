package match

import (
	ahocorasick "github.com/BobuSumisu/aho-corasick"
)

// prefilter determines in one pass over a text (Aho and Corasick, 1975) which patterns of a matcher may match it.
type prefilter struct {
	trie *ahocorasick.Trie
	of   [][]int // by text of the trie: the patterns that need it
}

// newPrefilter numbers the patterns of all sources, and collects their needs.
func newPrefilter(sources []source) (*prefilter, int) {
	f, b := &prefilter{}, ahocorasick.NewTrieBuilder()
	known := map[string]int{}
	n := 0
	for _, src := range sources {
		for _, p := range src.patterns {
			p.id = n
			n++
			for _, text := range p.needs {
				at, ok := known[text]
				if !ok {
					at = len(f.of)
					known[text] = at
					f.of = append(f.of, nil)
					b.AddString(text)
				}
				f.of[at] = append(f.of[at], p.id)
			}
		}
	}
	if n > 0 {
		f.trie = b.Build()
	}
	return f, n
}

// may marks the patterns whose needs occur in a text.
func (f *prefilter) may(text string, marks []bool) {
	f.trie.Walk([]byte(" "+text+" "), func(_, _, pattern int64) bool {
		for _, id := range f.of[pattern] {
			marks[id] = true
		}
		return true
	})
}
