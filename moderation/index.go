package moderation

import "slices"

// match is one place where something that a rule looks for was said.
type match struct {
	source int
	words  []int // indices of the spoken words, rising
	first  int   // first token
	last   int   // last token
	p      float32
}

// index finds the phrases of all sources in one walk over the tokens: a trie over whole words. Its cost does not depend on
// how many phrases there are. It is immutable once built.
type index struct {
	vocab map[string]uint32
	edges map[edge]uint32 // node 0 is the root
	ends  map[uint32][]int
	gaps  map[uint32][]gapPhrase // by first token
	nodes uint32
}

type edge struct{ node, token uint32 }

// gapPhrase is a phrase that may have other words between its words.
type gapPhrase struct {
	ids    []uint32
	gap    int
	source int
}

func newIndex() *index {
	return &index{vocab: map[string]uint32{}, edges: map[edge]uint32{}, ends: map[uint32][]int{}, gaps: map[uint32][]gapPhrase{}}
}

// add enters a phrase of a source.
func (x *index) add(tokens []string, gap, source int) {
	ids := make([]uint32, len(tokens))
	for i, t := range tokens {
		id, ok := x.vocab[t]
		if !ok {
			id = uint32(len(x.vocab))
			x.vocab[t] = id
		}
		ids[i] = id
	}
	if gap > 0 && len(ids) > 1 {
		x.gaps[ids[0]] = append(x.gaps[ids[0]], gapPhrase{ids, gap, source})
		return
	}
	node := uint32(0)
	for _, id := range ids {
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

// lookup notes which readings of each token the vocabulary knows.
func (x *index) lookup(h *heard) {
	h.ids = make([]tokenIDs, len(h.tokens))
	for i, t := range h.tokens {
		if id, ok := x.vocab[t.text]; ok {
			h.ids[i] = append(h.ids[i], id)
		}
		for _, alt := range t.alts {
			if id, ok := x.vocab[alt]; ok && !slices.Contains(h.ids[i], id) {
				h.ids[i] = append(h.ids[i], id)
			}
		}
	}
}

// find calls yield for every phrase in the line, with its source and its tokens.
func (x *index) find(h *heard, yield func(source int, tokens []int)) {
	x.lookup(h)
	path := make([]int, 0, maxTokens)
	for at, ids := range h.ids {
		for _, id := range ids {
			if node, ok := x.edges[edge{0, id}]; ok {
				x.walk(h, node, append(path, at), yield)
			}
			for _, p := range x.gaps[id] {
				if tokens := p.find(h, at); tokens != nil {
					yield(p.source, tokens)
				}
			}
		}
	}
}

// walk follows the trie from a node that was reached at the last token of path.
func (x *index) walk(h *heard, node uint32, path []int, yield func(int, []int)) {
	for _, source := range x.ends[node] {
		yield(source, path)
	}
	next := path[len(path)-1] + 1
	if next >= len(h.ids) {
		return
	}
	for _, id := range h.ids[next] {
		if n, ok := x.edges[edge{node, id}]; ok {
			x.walk(h, n, append(path, next), yield)
		}
	}
}

// find looks for the phrase from token at on, nearest words first, and returns its tokens or nil. A place that failed is
// not tried again, so the cost is bounded by words * window * gap.
func (p gapPhrase) find(h *heard, at int) []int {
	failed := map[[2]int]bool{}
	var follow func(k, pos int) []int
	follow = func(k, pos int) []int {
		if k == len(p.ids) {
			return make([]int, len(p.ids))
		}
		if failed[[2]int{k, pos}] {
			return nil
		}
		for i := pos; i <= pos+p.gap && i < len(h.ids); i++ {
			if !slices.Contains(h.ids[i], p.ids[k]) {
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
