package summary

import (
	"embed"
	"strings"
)

//go:embed words/*.txt
var wordFiles embed.FS

var englishWords, indonesianWords = readWords("en"), readWords("id")

// wordLists are the lines of a language's lists of words or phrases, by name.
type wordLists map[string][]string

// readWords reads the lists of one language. The files are embedded, and a test reads every list: it can't fail.
func readWords(language string) wordLists {
	data, err := wordFiles.ReadFile("words/" + language + ".txt")
	if err != nil {
		panic(err)
	}
	out, name := wordLists{}, ""
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "["):
			name = strings.Trim(line, "[]")
			out[name] = []string{}
		default:
			out[name] = append(out[name], line)
		}
	}
	return out
}

// set is a list of single words.
func (l wordLists) set(name string) map[string]bool {
	out := map[string]bool{}
	for _, line := range l.lines(name) {
		for _, w := range strings.Fields(line) {
			out[w] = true
		}
	}
	return out
}

// phrases is a list of phrases, by their first word.
func (l wordLists) phrases(name string) phraseSet {
	out := phraseSet{}
	for _, line := range l.lines(name) {
		ws := strings.Fields(line)
		out[ws[0]] = append(out[ws[0]], ws)
	}
	return out
}

func (l wordLists) lines(name string) []string {
	lines, ok := l[name]
	if !ok {
		panic("summary: no list " + name)
	}
	return lines
}

// phraseSet is phrases by their first word.
type phraseSet map[string][][]string

// stopWords carry no topic: the grammar of English, and what spoken English is padded with.
var stopWords = englishWords.set("stopWords")
