package match

import (
	"strings"

	"earshot/moderation/match/lexicon"
)

// determiners are the words before a noun, any of which may stand for another in an exception: "the armour", "his armour".
var determiners = lexicon.Words("determiners")

// Exception enters a phrase like Phrase, for a source that takes finds away from another: where the phrase has one article or
// possessive, every other may stand there.
func (b *Builder) Exception(source int, text string, as Form, lang string) error {
	if err := b.Phrase(source, text, as, lang, 0); err != nil {
		return err
	}
	if strings.Contains(text, "*") {
		return nil
	}
	words, at := Phrase(text), -1
	for i, w := range words {
		switch {
		case !determiners[w] || len(words) < 3:
		case at >= 0:
			return nil
		default:
			at = i
		}
	}
	if at < 0 {
		return nil
	}
	for d := range determiners {
		words[at] = d
		b.m.indexes[as].add(words, 0, source, lang)
	}
	return nil
}
