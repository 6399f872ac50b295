package match

import (
	"strings"

	"earshot/moderation/match/lexicon"
)

// Words are also spelled with the names of their letters: "bee eye tee", "f star star k". Most of these names are words themselves
// ("see", "you", "are"), so they are read as letters only if at least one of them is not a word, and if a source looks for the
// spelled word.

// maxNames is the longest word recognised from the names of its letters.
const maxNames = 12

// letterNames maps names to letters, and onlyNames are those that are not words.
var letterNames, onlyNames = readLetterNames()

func readLetterNames() (names map[string]byte, only map[string]bool) {
	names, only = map[string]byte{}, map[string]bool{}
	for _, line := range lexicon.Lines("letter-names") {
		f := strings.Fields(line)
		if f[0] == "!" {
			f = f[1:]
			only[f[0]] = true
		}
		names[f[0]] = f[1][0]
	}
	return names, only
}

// letterOf returns the letter that a token is or names, or 0.
func letterOf(t *Token) byte {
	if len(t.Text) == 1 && isLowerASCII(t.Text) {
		return t.Text[0]
	}
	return letterNames[t.Text]
}

// joinNames joins the letter names of a word into one token, from token from on.
func (s joiner) joinNames(tokens []Token, from int) []Token {
	telling := false
	for i := from; i < len(tokens) && !telling; i++ {
		telling = onlyNames[tokens[i].Text]
	}
	if !telling {
		return tokens
	}
	for i := from; i+minSpelled <= len(tokens); i++ {
		if n, word := s.namedFrom(tokens[i:]); n > 0 {
			t := tokens[i]
			t.Text, t.Alts, t.More = word, nil, tokens[i+n-1].Word+tokens[i+n-1].More-t.Word
			tokens = append(append(tokens[:i], t), tokens[i+n:]...)
		}
	}
	return tokens
}

// namedFrom returns the longest word spelled by letter names at the beginning, and the number of names; 0: there is none.
func (s joiner) namedFrom(tokens []Token) (count int, word string) {
	var b [maxNames]byte
	only := false
	for n := range min(len(tokens), maxNames) {
		c := letterOf(&tokens[n])
		if c == 0 || s.words[tokens[n].Text] {
			break
		}
		b[n], only = c, only || onlyNames[tokens[n].Text]
		if n+1 < minSpelled || !only {
			continue
		}
		spelled := string(b[:n+1])
		if strings.Contains(spelled, "*") {
			spelled = uncensor(spelled)
		}
		if s.words[spelled] {
			count, word = n+1, spelled
		}
	}
	return count, word
}
