package match

import (
	"strings"

	"earshot/moderation/match/lexicon"
)

// determiners are the words before a noun, any of which may replace another in an exception: "the armour", "his armour".
var determiners = lexicon.Words("determiners")

// Exception adds a phrase like Phrase, for a source that cancels matches of another: if the phrase has one article or possessive,
// any other may replace it.
func (b *Builder) Exception(source int, text string, as Form, lang string) error {
	if err := b.Phrase(source, text, as, lang, 0); err != nil {
		return err
	}
	if strings.Contains(text, "*") {
		return nil
	}
	words, at := Phrase(text), -1
	if len(words) == 1 && isLowerASCII(words[0]) {
		b.phrased.excepted[words[0]] = true
	}
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
