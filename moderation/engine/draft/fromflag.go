package draft

import (
	"fmt"
	"strconv"
	"strings"

	"earshot/configs/yamltext"
	"earshot/models"
)

// WithRule adds a rule to a rule file: it flags the words for which a flag was raised, and has a check for them. Comments and layout
// are preserved. ok is false if the flag has no words, or the text has no list of rules to which one can be added.
func WithRule(text string, f models.Flag) (with string, ok bool) {
	var words []string
	for _, w := range f.Matched {
		if t := strings.Trim(w.Text, " .,;:!?…\"“”"); t != "" && !strings.Contains(t, "▮") {
			words = append(words, strings.ToLower(t))
		}
	}
	if len(words) == 0 {
		return text, false
	}
	phrase := strconv.Quote(strings.Join(words, " "))
	id := ruleID(text, words)
	out, err := yamltext.Append([]byte(text), "rules", fmt.Sprintf(
		"id: %s\nwhen: {says: {phrase: %s}}\nunless: {reported_speech: true}\nthen: [flag: {level: %s}]\n", id, phrase, f.Level))
	if err == nil {
		out, err = yamltext.Append(out, "checks", fmt.Sprintf("{say: %s, expect: {%s: %s}}", phrase, id, f.Level))
	}
	if err != nil {
		return text, false
	}
	return string(out), true
}

// ruleID returns an id that a text does not contain yet.
func ruleID(text string, words []string) string {
	plain := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, words[0])
	for n := 1; ; n++ {
		id := "says-" + plain
		if plain == "" {
			id = "says"
		}
		if n > 1 {
			id = fmt.Sprintf("%s-%d", id, n)
		}
		if !strings.Contains(text, id) {
			return id
		}
	}
}
