// Package lexicon contains word lists and tables used for matching. They are text files, in a folder for each language by its ISO
// 639 code; mul is for language-independent lists. Lines that begin with # are comments.
//
// To support another language, add files of the same names in a folder for it: no Go code names a language.
package lexicon

import (
	"embed"
	"path"
	"strings"
)

// Apostrophes are all the characters used as an apostrophe.
const Apostrophes = "'`’‘ʼʻ′´＇‛"

//go:embed */*.txt
var files embed.FS

// Languages returns the codes of the languages that have a list, sorted. It panics for a list that no language has: the names of
// lists are constants of the program.
func Languages(list string) []string {
	folders, err := files.ReadDir(".")
	if err != nil {
		panic("lexicon: " + err.Error()) // it is part of the program
	}
	var out []string
	for _, f := range folders {
		if _, err := files.ReadFile(file(f.Name(), list)); err == nil {
			out = append(out, f.Name())
		}
	}
	if out == nil {
		panic("lexicon: no language has the list " + list)
	}
	return out
}

// Lines returns the entries of a list in one language, or in all if none is named. It panics like Languages.
func Lines(list string, languages ...string) []string {
	if len(languages) == 0 {
		languages = Languages(list)
	}
	var out []string
	for _, lang := range languages {
		data, err := files.ReadFile(file(lang, list))
		if err != nil {
			panic("lexicon: " + err.Error())
		}
		for line := range strings.Lines(string(data)) {
			if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "# ") {
				out = append(out, line)
			}
		}
	}
	return out
}

// Words returns the set of words of lists, in all languages. It panics like Languages.
func Words(lists ...string) map[string]bool {
	out := map[string]bool{}
	for _, list := range lists {
		for _, line := range Lines(list) {
			for _, w := range strings.Fields(line) {
				out[w] = true
			}
		}
	}
	return out
}

// Table maps the first word of each line of a list to the words behind it, in all languages. It panics like Languages.
func Table(list string) map[string][]string {
	out := map[string][]string{}
	for _, line := range Lines(list) {
		words := strings.Fields(line)
		out[words[0]] = words[1:]
	}
	return out
}

func file(language, list string) string { return path.Join(language, list+".txt") }
