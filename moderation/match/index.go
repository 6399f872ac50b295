package match

import "slices"

// index finds the phrases of all sources in one pass over the tokens: a trie of word n-grams. Its cost does not depend on the number
// of phrases. It is immutable once built. One index serves one form (exact, inflected, …): the forms differ only in which words of
// the vocabulary a token matches.
type index struct {
	vocabulary
	edges map[edge]uint32
	roots []uint32 // by first token: the node behind it, or 0
	ends  map[uint32][]int
	gaps  [][]gapPhrase // by first token
	nodes uint32
}

type edge struct{ node, token uint32 }

// gapPhrase is a phrase that may have other words between its words.
type gapPhrase struct {
	ids    []uint32
	gap    int
	source int
}

func newIndex(f Form) *index {
	return &index{
		vocabulary: vocabulary{form: f, ids: map[string]uint32{}, keys: map[string][]uint32{}},
		edges:      map[edge]uint32{}, ends: map[uint32][]int{},
	}
}

// word returns the vocabulary's number of a word.
func (x *index) word(t, lang string) uint32 {
	id := x.enter(t, lang)
	if int(id) == len(x.roots) {
		x.roots = append(x.roots, 0)
		x.gaps = append(x.gaps, nil)
	}
	return id
}

// add adds a phrase of a source.
func (x *index) add(tokens []string, gap, source int, lang string) {
	ids := make([]uint32, len(tokens))
	for i, t := range tokens {
		ids[i] = x.word(t, lang)
	}
	if gap > 0 && len(ids) > 1 {
		x.gaps[ids[0]] = append(x.gaps[ids[0]], gapPhrase{ids, gap, source})
		return
	}
	node := x.roots[ids[0]]
	if node == 0 {
		x.nodes++
		node = x.nodes
		x.roots[ids[0]] = node
	}
	for _, id := range ids[1:] {
		next, ok := x.edges[edge{node, id}]
		if !ok {
			x.nodes++
			next = x.nodes
			x.edges[edge{node, id}] = next
		}
		node = next
	}
	if !slices.Contains(x.ends[node], source) {
		x.ends[node] = append(x.ends[node], source)
	}
}

// find calls yield for every phrase that begins at token from or later, with its source and its tokens.
func (x *index) find(t *idTable, from int, path []int, yield func(source int, tokens []int)) {
	for at := from; at < t.len(); at++ {
		for _, id := range t.at(at) {
			if node := x.roots[id]; node != 0 {
				x.walk(t, node, append(path[:0], at), yield)
			}
			for _, p := range x.gaps[id] {
				if tokens := p.find(t, at); tokens != nil {
					yield(p.source, tokens)
				}
			}
		}
	}
}

// walk follows the trie from a node that was reached at the last token of path.
func (x *index) walk(t *idTable, node uint32, path []int, yield func(int, []int)) {
	for _, source := range x.ends[node] {
		yield(source, path)
	}
	next := path[len(path)-1] + 1
	if next >= t.len() {
		return
	}
	for _, id := range t.at(next) {
		if n, ok := x.edges[edge{node, id}]; ok {
			x.walk(t, n, append(path, next), yield)
		}
	}
}

// find matches the phrase from token at on, nearest words first, and returns its tokens or nil. A failed position is not tried
// again, so the cost is bounded by words * window * gap.
func (p gapPhrase) find(t *idTable, at int) []int {
	second := false // most phrases fail at their second word
	for i := at + 1; i <= at+1+p.gap && i < t.len() && !second; i++ {
		second = slices.Contains(t.at(i), p.ids[1])
	}
	if !second {
		return nil
	}
	failed := map[[2]int]bool{}
	var follow func(k, pos int) []int
	follow = func(k, pos int) []int {
		if k == len(p.ids) {
			return make([]int, len(p.ids))
		}
		if failed[[2]int{k, pos}] {
			return nil
		}
		for i := pos; i <= pos+p.gap && i < t.len(); i++ {
			if !slices.Contains(t.at(i), p.ids[k]) {
				continue
			}
			if out := follow(k+1, i+1); out != nil {
				out[k] = i
				return out
			}
		}
		failed[[2]int{k, pos}] = true
		return nil
	}
	out := follow(1, at+1)
	if out != nil {
		out[0] = at
	}
	return out
}
