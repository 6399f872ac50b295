package app

import (
	"strings"
	"testing"
	"unicode"

	"earshot/cmd/earshot/stage"
	"earshot/models"
)

// checkLogIsSilent demands that a program's whole log, at its most talkative, holds nothing of what was said: no three
// words in a row of any line, spoken or heard, and none of the words that nothing else in the program is called by.
func checkLogIsSilent(t *testing.T, log string, play []stage.Cue, us []models.Utterance) {
	t.Helper()
	if n := strings.Count(log, "line stored"); n < len(play) {
		t.Fatalf("the log tells of %d lines only: it proves nothing", n)
	}
	words := onlyWords(log)
	var texts []string
	for _, c := range play {
		texts = append(texts, c.Text)
	}
	for _, u := range us {
		texts = append(texts, u.Text)
	}
	found := map[string]bool{}
	for _, text := range texts {
		said := strings.Fields(onlyWords(text))
		for i := range said {
			if i+3 <= len(said) {
				found[strings.Join(said[i:i+3], " ")] = true
			}
		}
	}
	for _, word := range []string{"crypto", "coffee", "stupid", "idiot", "liar", "weather", "tomorrow", "profit"} {
		found[word] = true
	}
	for phrase := range found {
		if strings.Contains(words, " "+phrase+" ") {
			t.Errorf("the log holds %q", phrase)
		}
	}
}

// onlyWords is the text in lower case with everything but letters as blanks.
func onlyWords(s string) string {
	return " " + strings.Join(strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) }), " ") + " "
}
