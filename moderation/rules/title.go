package rules

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"earshot/configs/strict"
)

// maxTitle limits a finished title, in characters.
const maxTitle = 200

// placeholder finds {{name}} in a title.
var placeholder = regexp.MustCompile(`\{\{\s*([^{}]*?)\s*\}\}`)

// oneBrace finds a placeholder with too few braces.
var oneBrace = regexp.MustCompile(`\{+\s*(match|speaker)\s*\}+`)

// Title is the template of a flag's title, with placeholders that Fill replaces.
func Title(into *string) strict.Shape { return template(into, "match", "speaker") }

// Message is the template of a message. What was said is not repeated in messages: they reach rooms and other programs, where nothing
// that is redacted later could be taken back.
func Message(into *string) strict.Shape { return template(into, "speaker") }

// template is a text with placeholders, of which some are known in its place.
func template(into *string, known ...string) strict.Shape {
	return strict.AtMost(strict.Checked("a text", "", func(v strict.Value, t strict.Text) {
		if n := utf8.RuneCountInString(t.Text); n > maxTitle {
			v.Bad("a text may have at most %d characters, not %d", maxTitle, n)
		}
		if half := oneBrace.FindStringSubmatch(placeholder.ReplaceAllString(t.Text, "")); half != nil {
			v.Bad("%s is not filled in: write {{%s}}", half[0], half[1])
		}
		for _, name := range placeholders(t.Text) {
			switch {
			case slices.Contains(known, name):
			case name == "match":
				v.Bad("{{match}} is for the title of a flag: messages do not repeat what was said; {{speaker}} is known")
			default:
				v.Bad("unknown placeholder {{%s}}%s: %s known", strict.Shorten(name), strict.DidYouMean(name, known), listed(known))
			}
		}
		*into = t.Text
	}), maxTitle)
}

// listed is "{{a}} and {{b}} are".
func listed(names []string) string {
	if len(names) == 1 {
		return "{{" + names[0] + "}} is"
	}
	return "{{" + strings.Join(names, "}} and {{") + "}} are"
}

// placeholders are the names in the placeholders of a text.
func placeholders(text string) (names []string) {
	for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
		names = append(names, m[1])
	}
	return names
}

// Has reports whether a template has a placeholder.
func Has(template, name string) bool { return slices.Contains(placeholders(template), name) }

// Fill inserts the matched words and the speaker's name into a title; inserted text is never expanded again.
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
