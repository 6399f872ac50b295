//go:build !race

package audio

import (
	"slices"
	"testing"
	"time"
)

func TestReorderWindow(t *testing.T) {
	const msec = time.Millisecond
	type in struct {
		seq int64
		at  time.Duration
		is  verdict
	}
	for _, c := range []struct {
		name string
		in   []in
		tick time.Duration // after the last packet
		out  []int64
	}{
		{"in order", []in{{1, 0, taken}, {2, 20, taken}, {3, 40, taken}}, 0, []int64{1, 2, 3}},
		{"swapped", []in{{1, 0, taken}, {3, 20, taken}, {2, 25, taken}}, 0, []int64{1, 2, 3}},
		{"waits for a missing one", []in{{1, 0, taken}, {3, 20, taken}, {4, 40, taken}}, 59 - 20, []int64{1}},
		{"gives up after 60 ms", []in{{1, 0, taken}, {3, 20, taken}, {4, 40, taken}}, 60 - 20, []int64{1, 3, 4}},
		{"late", []in{{1, 0, taken}, {3, 20, taken}, {4, 80, taken}, {2, 81, late}}, 0, []int64{1, 3, 4}},
		{"duplicate while waiting", []in{{1, 0, taken}, {3, 20, taken}, {3, 21, duplicate}, {2, 22, taken}}, 0, []int64{1, 2, 3}},
		{"duplicate of an old one", []in{{1, 0, taken}, {2, 20, taken}, {1, 21, duplicate}, {2, 22, duplicate}}, 0, []int64{1, 2}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newReorder(1)
			var out []int64
			take := func(now time.Duration) {
				for a, ok := r.take(now, false); ok; a, ok = r.take(now, false) {
					out = append(out, a.seq)
				}
			}
			var now time.Duration
			for _, x := range c.in {
				now = x.at * msec
				if v := r.put(arrival{seq: x.seq, at: now}); v != x.is {
					t.Errorf("packet %d is %d, want %d", x.seq, v, x.is)
				}
				take(now)
			}
			take(now + c.tick*msec)
			if !slices.Equal(out, c.out) {
				t.Errorf("gave %v, want %v", out, c.out)
			}
		})
	}
}

func TestReorderWindowIsBounded(t *testing.T) {
	r := newReorder(0)
	for i := range int64(1000) {
		r.put(arrival{seq: 1 + i})
		for {
			if _, ok := r.take(0, false); !ok {
				break
			}
		}
		if len(r.held) > maxHeld {
			t.Fatalf("%d packets held", len(r.held))
		}
	}
}

func TestReorderWindowLearnsFromLatePackets(t *testing.T) {
	r := newReorder(0)
	for i := range int64(20) { // each second packet comes when its place is given up
		r.put(arrival{seq: 2*i + 1})
		r.take(time.Hour, true)
		r.put(arrival{seq: 2 * i})
	}
	if r.wait != maxWait {
		t.Errorf("waits %v after 20 late packets, want %v", r.wait, maxWait)
	}
	for i := range int64(20 * calmPackets) {
		r.put(arrival{seq: 40 + i})
		r.take(time.Hour, false)
	}
	if r.wait != minWait {
		t.Errorf("waits %v after long calm, want %v", r.wait, minWait)
	}
}

func TestUnwrapping(t *testing.T) {
	if got := nearSeq(65534, 3); got != 65539 {
		t.Errorf("3 after 65534 is %d", got)
	}
	if got := nearSeq(65539, 65534); got != 65534 {
		t.Errorf("65534 after 65539 is %d", got)
	}
	if got := nearSeq(-5, 65535); got != -1 {
		t.Errorf("65535 after -5 is %d", got)
	}
	if got := nearTimestamp(1<<32-10, 950); got != 1<<32+950 {
		t.Errorf("950 after 2^32-10 is %d", got)
	}
	if got := nearTimestamp(3<<32+5, 1<<32-1); got != 3<<32-1 {
		t.Errorf("2^32-1 after 3*2^32+5 is %d", got)
	}
}
