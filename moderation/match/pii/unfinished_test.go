//go:build !race

package pii

import (
	"strings"
	"testing"

	"earshot/models"
)

// TestUnfinished: of a text that goes on, what may belong to a number or a mail address is not settled, nor are the last words.
func TestUnfinished(t *testing.T) {
	for said, settled := range map[string]string{
		"":                    "",
		"so we all went home": "so we",
		"my number is oh seven double five one two":  "my number is",
		"my card is 4111 1111 1111 1111 thank you":   "my card is",
		"call 0812-3456-7890 if you ever need some":  "call 0812-3456-7890 if you",
		"write to john dot smith at example dot com": "write",
		"write to john dot smith at":                 "write",
		"nomor saya nol delapan satu dua tiga":       "nomor saya",
	} {
		var words []models.Word
		for w := range strings.FieldsSeq(said) {
			words = append(words, models.Word{Text: w})
		}
		if got := models.TextOf(words[:Unfinished(words, max(0, len(words)-3))]); got != settled {
			t.Errorf("of %q %q is settled, want %q", said, got, settled)
		}
	}
}
