package rules

import (
	"regexp"
	"unicode/utf8"

	"earshot/configs/strict"
)

// maxTitle bounds a finished title, in characters.
const maxTitle = 200

// placeholder finds {{name}} in a title.
var placeholder = regexp.MustCompile(`\{\{\s*([^{}]*?)\s*\}\}`)

// Title is the shape of a flag's title or of a message, with placeholders that Fill knows.
func Title(into *string) strict.Shape {
	known := []string{"match", "speaker"}
	return strict.Checked("a text", "", func(v strict.Value, t strict.Text) {
		for _, m := range placeholder.FindAllStringSubmatch(t.Text, -1) {
			if m[1] != "match" && m[1] != "speaker" {
				v.Bad("unknown placeholder {{%s}}%s: {{match}} and {{speaker}} are known", strict.Shorten(m[1]), strict.DidYouMean(m[1], known))
			}
		}
		*into = t.Text
	})
}

// Fill puts what was matched and who said it into a title; the text put in is never looked at again.
func Fill(title, match, speaker string) string {
	out := placeholder.ReplaceAllStringFunc(title, func(p string) string {
		switch placeholder.FindStringSubmatch(p)[1] {
		case "match":
			return match
		case "speaker":
			return speaker
		}
		return p
	})
	if utf8.RuneCountInString(out) > maxTitle {
		out = string([]rune(out)[:maxTitle-1]) + "…"
	}
	return out
}
