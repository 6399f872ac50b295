package app

import (
	"strings"
	"testing"
	"unicode"

	"earshot/cmd/earshot/playback"
	"earshot/models"
)

// checkLogIsSilent requires that a program's whole log, at its most verbose, contains nothing of what was said: no three consecutive
// words of any line, spoken or heard, and no word that the program uses for nothing else.
func checkLogIsSilent(t *testing.T, log string, script []playback.ScriptLine, us []models.Utterance) {
	t.Helper()
	if n := strings.Count(log, "line stored"); n < len(script) {
		t.Fatalf("the log tells of %d lines only: it proves nothing", n)
	}
	words := onlyWords(log)
	var texts []string
	for _, c := range script {
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
