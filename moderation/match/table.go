package match

import "slices"

// idTable lists, for each token, the words of a vocabulary that it matches.
type idTable struct {
	flat []uint32
	ends []int32
}

func (t *idTable) reset() { t.flat, t.ends = t.flat[:0], t.ends[:0] }

func (t *idTable) len() int { return len(t.ends) }

func (t *idTable) at(i int) []uint32 {
	from := int32(0)
	if i > 0 {
		from = t.ends[i-1]
	}
	return t.flat[from:t.ends[i]]
}

// add adds a word for the current token, which began at from.
func (t *idTable) add(from int, id uint32) {
	if !slices.Contains(t.flat[from:], id) {
		t.flat = append(t.flat, id)
	}
}
