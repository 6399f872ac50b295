package wipe

import "testing"

// Whatever a damaged page holds, the space to overwrite lies inside it and outside its header and pointers.
func FuzzLayout(f *testing.F) {
	leaf := make([]byte, 512)
	leaf[0], leaf[4], leaf[5] = leafTable, 2, 1
	interior := make([]byte, 512)
	interior[0], interior[4], interior[5] = interiorIndex, 3, 1
	f.Add(leaf, false)
	f.Add(interior, false)
	f.Add(make([]byte, 512), true)
	f.Fuzz(func(t *testing.T, page []byte, first bool) {
		if len(page) < 512 {
			return
		}
		start, end, _, err := layout(page, first)
		if err == nil && (start < 8 || start > end || end > len(page)) {
			t.Errorf("space %d to %d of %d bytes", start, end, len(page))
		}
	})
}
