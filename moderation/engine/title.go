package engine

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// maxTitle bounds a finished title, in characters.
const maxTitle = 200

// placeholder finds {{name}} in a title.
var placeholder = regexp.MustCompile(`\{\{\s*([^{}]*?)\s*\}\}`)

// title reads a flag's title and checks its placeholders.
func (d *decoder) title(n *yaml.Node) string {
	t, ok := d.text(n, "a text")
	if !ok {
		return ""
	}
	known := []string{"match", "speaker"}
	for _, m := range placeholder.FindAllStringSubmatch(t.Text, -1) {
		if m[1] != "match" && m[1] != "speaker" {
			d.bad(n, "unknown placeholder {{%s}}%s: {{match}} and {{speaker}} are known", shorten(m[1]), didYouMean(m[1], known))
		}
	}
	return t.Text
}

// fillTitle puts what was matched and who said it into a title; the text put in is never looked at again.
func fillTitle(title, match, speaker string) string {
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

// mask hides a word but for its first letter: enough for a host who knows the list, nothing for one who reads along.
func mask(words string) string {
	fields := strings.Fields(words)
	for i, w := range fields {
		r := []rune(w)
		fields[i] = string(r[0]) + strings.Repeat("•", max(len(r)-1, 2))
	}
	return strings.Join(fields, " ")
}
