package summary

import (
	"embed"
	"strings"

	"github.com/kljensen/snowball/english"
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

// speller puts right the words that are one letter away from a cue word: what a recogniser makes of a cue is often close.
type speller struct {
	known map[string]bool
	near  map[string]string // a cue word without one letter -> the cue word
	cache map[string]string

	longest int // of the words that are known, in bytes
}

// minSpelled is the shortest cue word that is looked for in this way; short words have too many neighbours.
const minSpelled = 5

func newSpeller(cues, others []map[string]bool) *speller {
	s := &speller{known: map[string]bool{}, near: map[string]string{}, cache: map[string]string{}}
	for _, set := range cues {
		for w := range set {
			s.known[w] = true
		}
	}
	for w := range s.known {
		if len(w) < minSpelled {
			continue
		}
		for i := range len(w) {
			key := w[:i] + w[i+1:]
			if old, ok := s.near[key]; !ok || w < old { // the same one, whatever the order of the map
				s.near[key] = w
			}
		}
	}
	for w := range s.known {
		s.longest = max(s.longest, len(w))
	}
	for _, set := range others { // "chose" is no "chase", but "close" is no "chose" either
		for w := range set {
			s.known[w] = true
		}
	}
	return s
}

func (s *speller) right(w string) string {
	if len(w) < minSpelled-1 || len(w) > s.longest+1 || s.known[w] || stopWords[w] {
		return w
	}
	if r, ok := s.cache[w]; ok {
		return r
	}
	out := w
	if r, ok := s.near[w]; ok && r[0] == w[0] && len(w) >= minSpelled { // a letter is missing; "greed" is not "agreed"
		out = r
	}
	for i := 0; i < len(w) && out == w; i++ {
		cut := w[:i] + w[i+1:]
		if s.known[cut] && len(cut) > minSpelled { // a letter too many
			out = cut
		} else if r, ok := s.near[cut]; ok && i > 0 && len(r) == len(w) && r[:i] == w[:i] && r[i+1:] == w[i+1:] {
			out = r // a wrong letter, but the first: "unsure" is not "ensure"
		}
	}
	if out != w && english.Stem(out, false) == english.Stem(w, false) { // another form of it is another word: agree, agreed
		out = w
	}
	s.cache[w] = out
	return out
}
