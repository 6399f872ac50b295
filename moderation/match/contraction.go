package match

import (
	"strings"

	"earshot/moderation/match/lexicon"
)

// Contractions are read as the words they stand for, in what is said and in what is looked for alike, so that "you are" is found
// in "you're" and the other way round. The tables are English; words of other languages are parted at the apostrophe.

var (
	// clitics are what stands behind an apostrophe: re is are, ll is will.
	clitics = lexicon.Table("clitics")
	// negatedVerbs are what stands before n't where that is not simply the verb: ca is can.
	negatedVerbs = lexicon.Table("negated-verbs")
	// fused are contractions that are written without an apostrophe: dont, gonna.
	contractions = lexicon.Table("contractions")
)

// appendExpanded adds a token to the tokens of its word (those from first on), parted if it is a contraction.
func appendExpanded(dst []Token, first int, t Token, apostrophe bool) []Token {
	if apostrophe {
		if t.Text == "s" && len(dst) > first && dst[len(dst)-1].Text == "let" {
			t.Text, t.Alts = "us", nil
			return append(dst, t)
		}
		if full, ok := clitics[t.Text]; ok {
			t.Text, t.Alts = full[0], nil
			return append(dst, t)
		}
		if t.Text == "t" && len(dst) > first {
			if stem := &dst[len(dst)-1]; len(stem.Text) > 1 && strings.HasSuffix(stem.Text, "n") {
				stem.Text, stem.Alts = notStem(stem.Text), nil
				t.Text = "not"
				return append(dst, t)
			}
		}
	}
	parts, ok := contractions[t.Text]
	if !ok {
		return append(dst, t)
	}
	for _, part := range parts {
		t.Text, t.Alts = part, nil
		dst = append(dst, t)
	}
	return dst
}

// notStem is the verb of a word that ended in n before 't: "don" is do, "can" is can.
func notStem(text string) string {
	stem := strings.TrimSuffix(text, "n")
	if full, ok := negatedVerbs[stem]; ok {
		return full[0]
	}
	return stem
}
