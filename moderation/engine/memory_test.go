//go:build !race

package engine

import (
	"runtime/debug"
	"runtime/metrics"
	"strings"
	"testing"
	"time"

	"earshot/models/waittest"
)

// heapPeak runs f and returns the maximum growth of the live heap, in bytes. The collector runs whenever the heap has grown by a
// tenth; only what it finds alive counts, so that garbage which a busy machine keeps longer does not.
func heapPeak(f func()) uint64 {
	defer debug.SetGCPercent(debug.SetGCPercent(10))
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	debug.FreeOSMemory()
	metrics.Read(sample)
	base, peak := sample[0].Value.Uint64(), uint64(0)
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for tick := time.NewTicker(time.Millisecond); ; {
			select {
			case <-stop:
				tick.Stop()
				return
			case <-tick.C:
				metrics.Read(sample)
				peak = max(peak, sample[0].Value.Uint64())
			}
		}
	}()
	f()
	close(stop)
	<-done
	return peak - min(peak, base)
}

// TestHostileFilesNeedLittleMemory loads the worst files that the limits let through or just refuse.
func TestHostileFilesNeedLittleMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("many megabytes of rules")
	}
	full := func(begin, item, end string) string {
		return begin + strings.Repeat(item, ((256<<10)-len(begin)-len(end)-10)/len(item)) + end
	}
	plain := plainTime(t)
	for name, text := range map[string]string{
		"a list":          full("schema: 1\nwords: {w: [", "a,", "]}"),
		"distinct words":  full("schema: 1\nwords: {w: [", "b c d,", "]}"),
		"a sequence":      full("schema: 1\nrules:\n", "- a\n", ""),
		"flow":            full("schema: 1\nrules: [", "[],", "]"),
		"empty maps":      full("schema: 1\nrules: [", "{},", "]"),
		"deep":            full("schema: 1\nrules: ", "[", ""),
		"quoted":          full("schema: 1\nwords: {w: [", `"",`, "]}"),
		"aliases":         full("schema: 1\nwords:\n  a: &a [x]\n  b: [", "*a,", "]\n"),
		"anchors":         full("schema: 1\nwords: {w: [", "&a b,", "]}"),
		"comments":        full("schema: 1\n", "#\n", ""),
		"unknown keys":    full("schema: 1\n", "? x\n", ""),
		"large":           strings.Repeat("x", 10<<20),
		"heavy patterns":  full("schema: 1\nrules:\n", "- {id: a, when: {says: {pattern: '(a{1,30}){1,30}'}}, then: [flag: {}]}\n", ""),
		"costly searches": full("schema: 1\nrules:\n", "- {id: a, when: {if: 'words.exists(w, w == text)'}, then: [flag: {}]}\n", ""),
	} {
		var took time.Duration
		grew := heapPeak(func() {
			start := waittest.CPUTime(t)
			_, _ = inMemory(t, map[string]string{"main.yaml": text})
			took = waittest.CPUTime(t) - start
		})
		t.Logf("%-16s %4d MiB %v of CPU, %.1f times as much as plain rules", name, grew>>20, took, float64(took)/float64(plain))
		if grew > 64<<20 {
			t.Errorf("%s: %d MiB", name, grew>>20)
		}
		if took > mostTimes*plain {
			t.Errorf("%s: %v of CPU, where %d plain rules take %v", name, took, plainRules, plain)
		}
	}
}
