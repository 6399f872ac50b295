package strict

import (
	"regexp"
	"strings"
)

// slips are what people write without the quotes that YAML wants around it, with the text that is to be quoted in group 1.
var slips = []*regexp.Regexp{
	regexp.MustCompile(`[:\[{,-]\s*(\{\{[^}]*\}\}[^"',}\]]*)`),             // title: {{match}} was said
	regexp.MustCompile(`[:\[{,-]\s*([<>]=?\s*-?[0-9.]+[^\s,}\]]*)`),        // interruptions: >=4
	regexp.MustCompile(`:\s+([^\s"'\[{#&*!|>][^"'\[\]{},#]*: [^"',}\]]*)`), // phrase: hi: there
}

// maxSlip is how many lines behind the one that the YAML reader names are looked at: it names the beginning of what it gave up on.
const maxSlip = 3

// unquoted finds what lacks quotes, in a line of a broken document or shortly behind it; nil: nothing does.
func unquoted(data []byte, line int) *SyntaxError {
	lines := strings.Split(string(data), "\n")
	for at := max(line, 1); at <= min(line+maxSlip, len(lines)); at++ {
		text := lines[at-1]
		for _, slip := range slips {
			if m := slip.FindStringSubmatchIndex(text); m != nil && !inQuotes(text[:m[2]]) {
				return &SyntaxError{at, `put it in quotes: "` + Shorten(strings.TrimSpace(text[m[2]:m[3]])) + `"`}
			}
		}
	}
	return nil
}

// inQuotes reports whether a quote is open at the end of a text, or a comment has begun.
func inQuotes(text string) bool {
	return strings.Count(text, `"`)%2 == 1 || strings.Count(text, "'")%2 == 1 ||
		strings.Contains(text, " #") || strings.HasPrefix(strings.TrimSpace(text), "#")
}
