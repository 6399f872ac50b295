//go:build !race

package match_test

import (
	"runtime"
	"strconv"
	"testing"

	"earshot/moderation/match"
)

// TestInsideNeedsLittleMemory: 100 000 words that are looked for inside of others take no more than 100 MB.
func TestInsideNeedsLittleMemory(t *testing.T) {
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	b := match.NewBuilder()
	src := b.Source()
	for i := range 100_000 {
		if err := b.Phrase(src, "w"+strconv.FormatInt(int64(i)*7919+1_000_000, 36)+"ish", match.Inside, "en", 0); err != nil {
			t.Fatal(err)
		}
	}
	m := b.Build()
	if used := int64(heap()) - int64(before); used > 100<<20 {
		t.Errorf("%d MB", used>>20)
	} else {
		t.Logf("%d kB", used>>10)
	}
	s := match.NewScanner(m)
	s.Scan(nil, said("xx"+"w"+strconv.FormatInt(500*7919+1_000_000, 36)+"ish"+"yy said", 0))
	if len(s.Found(src)) != 1 {
		t.Errorf("found %v", s.Found(src))
	}
}
