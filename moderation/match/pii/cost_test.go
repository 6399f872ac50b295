//go:build !race

package pii

import (
	"strings"
	"testing"
	"time"

	"earshot/models"
)

// TestCostGrowsWithTheTextOnly: of ten times the text, no kind of text costs a hundred times as much.
func TestCostGrowsWithTheTextOnly(t *testing.T) {
	cost := func(text string, n int) time.Duration {
		var words []models.Word
		for _, w := range strings.Fields(strings.Repeat(text, n)) {
			words = append(words, models.Word{Text: w})
		}
		best := time.Hour
		for range 3 {
			start := time.Now()
			Find(words, func(string) bool { return true })
			best = min(best, time.Since(start))
		}
		return best
	}
	for _, text := range []string{"five ", "1 ", "1- ", "twenty ", "double ", "oh ", "dua puluh ", "a at dot com ", "12 x ", "jalan "} {
		few, many := cost(text, 500), cost(text, 5000)
		if many > 50*few+50*time.Millisecond {
			t.Errorf("%q: %v for 500, %v for 5000", text, few, many)
		}
	}
}
