package remote

import (
	_ "embed" // the names of languages
	"strings"
)

// languageNames holds Whisper's languages, one name a line after its code: servers send either.
//
//go:embed languages.txt
var languageNames string

// languageCode returns Whisper's code for a language that a server names as "en", "en-US" or "English"; "" if it is unknown.
func languageCode(name string) string {
	name = strings.ToLower(strings.TrimSpace(name))
	short, _, _ := strings.Cut(strings.ReplaceAll(name, "_", "-"), "-")
	for line := range strings.Lines(languageNames) {
		code, full, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		if name == full || short == code {
			return code
		}
	}
	return ""
}
