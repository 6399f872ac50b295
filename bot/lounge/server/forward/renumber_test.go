package forward

import (
	"testing"
)

func TestRenumber(t *testing.T) {
	type step struct {
		seq  uint16
		drop bool
		want uint16
	}
	for name, steps := range map[string][]step{
		"nothing dropped": {{seq: 5, want: 5}, {seq: 6, want: 6}, {seq: 9, want: 9}},
		"padding":         {{seq: 5, want: 5}, {seq: 6, drop: true}, {seq: 7, want: 6}, {seq: 8, drop: true}, {seq: 9, want: 7}},
		"padding first":   {{seq: 5, drop: true}, {seq: 6, want: 5}, {seq: 7, want: 6}},
		"real loss stays": {{seq: 5, want: 5}, {seq: 7, drop: true}, {seq: 8, want: 7}},
		"reordered":       {{seq: 5, want: 5}, {seq: 8, drop: true}, {seq: 9, want: 8}, {seq: 7, want: 7}, {seq: 6, want: 6}},
		"late padding":    {{seq: 5, want: 5}, {seq: 7, want: 7}, {seq: 6, drop: true}, {seq: 8, want: 8}},
		"padding twice":   {{seq: 5, want: 5}, {seq: 6, drop: true}, {seq: 6, drop: true}, {seq: 7, want: 6}},
		"wrap":            {{seq: 65534, want: 65534}, {seq: 65535, drop: true}, {seq: 0, want: 65535}, {seq: 1, want: 0}},
	} {
		t.Run(name, func(t *testing.T) {
			var r renumber
			for i, s := range steps {
				if s.drop {
					r.drop(s.seq)
				} else if got := r.next(s.seq); got != s.want {
					t.Errorf("step %d: %d became %d, want %d", i, s.seq, got, s.want)
				}
			}
		})
	}
}

// TestRenumberLong drops every third packet for longer than numbers and memory last.
func TestRenumberLong(t *testing.T) {
	var r renumber
	want := uint16(0)
	for i := range 300000 {
		if seq := uint16(i); i%3 == 1 {
			r.drop(seq)
		} else if got := r.next(seq); got != want {
			t.Fatalf("packet %d became %d, want %d", i, got, want)
		} else {
			want++
		}
	}
	if len(r.recent) > keepDropped {
		t.Errorf("%d numbers kept", len(r.recent))
	}
}
