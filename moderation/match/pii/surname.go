package pii

import (
	"strings"

	"earshot/models"
	"earshot/moderation/match/lexicon"
)

var (
	surnames     = lexicon.Words("surnames", "surname-words")
	surnameWords = lexicon.Words("surname-words")
	firstNames   = lexicon.Words("first-names", "given-names")
	nameTitles   = lexicon.Words("name-titles")
	nameCues     = cuesOf("name-cues")
	surnameCues  = cuesOf("surname-cues")
	// behindSurnameCue are words that tell no name: "my last name is not …".
	behindSurnameCue = lexicon.Words("determiners", "capitalised", "everyday", "negated-verbs")
)

// cuesOf are the cues of a list, word by word, in all languages.
func cuesOf(list string) (out [][]string) {
	for _, line := range lexicon.Lines(list) {
		out = append(out, strings.Fields(line))
	}
	return out
}

// findSurnames finds people's family names: behind a given name, behind a title, and where somebody tells theirs. Names that are
// words as well ("Young", "Baker") have to be written with a capital, unless somebody introduces themselves by them.
func findSurnames(words []models.Word, atoms []atom, found func(at ...int)) {
	isCapital := func(i int) bool { return capital(words[atoms[i].word].Text) }
	next := func(i int) int { // the word behind, over no sign but an initial's dot
		if i++; i < len(atoms) && atoms[i].text == "." && i > 1 && len(atoms[i-1].text) == 1 {
			i++
		}
		if i < len(atoms) && atoms[i].kind == atomWord && (atoms[i-1].kind == atomWord || atoms[i-1].text == ".") {
			return i
		}
		return -1
	}
	for i := range atoms {
		if atoms[i].kind != atomWord {
			continue
		}
		if k := next(i); k > 0 && saidBefore(atoms, i+1, surnameCues) && !behindSurnameCue[atoms[k].text] && len(atoms[k].text) > 1 {
			found(k)
			continue
		}
		k := next(i)
		if k > 0 && len(atoms[k].text) == 1 && next(k) > 0 && firstNames[atoms[i].text] { // Robert J. Miller
			k = next(k)
		}
		if k < 0 || next(k) > 0 && streets[atoms[next(k)].text] { // "George Washington Square"
			continue
		}
		name, last := atoms[i].text, plainName(atoms[k].text)
		introduced := saidBefore(atoms, i, nameCues)
		capitals := introduced && isCapital(i) && isCapital(k) && !plainCapital(last)
		if !surnames[last] && !capitals {
			continue
		}
		sure := introduced || !surnameWords[last] || isCapital(k)
		switch {
		case nameTitles[name] && sure:
			found(k)
		case firstNames[name] && sure && (introduced || !nameWords[name] || isCapital(i)):
			found(i, k)
		}
	}
}

// plainName is a name without what shows possession.
func plainName(text string) string {
	return strings.TrimSuffix(strings.TrimSuffix(text, "'s"), "’s")
}

// saidBefore reports whether one of the cues ends right before an atom.
func saidBefore(atoms []atom, i int, cues [][]string) bool {
	for _, cue := range cues {
		from, same := i-len(cue), true
		for j, w := range cue {
			same = same && from >= 0 && strings.ReplaceAll(atoms[from+j].text, "’", "'") == w
		}
		if same {
			return true
		}
	}
	return false
}
