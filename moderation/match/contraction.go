package match

import (
	"strings"

	"earshot/moderation/match/lexicon"
)

// Contractions are expanded, both in what is said and in what is matched, so that "you are" matches "you're" and vice versa. The
// tables are English; words of other languages are split at the apostrophe.

var (
	// clitics are the expansions of what follows an apostrophe: re is are, ll is will.
	clitics = lexicon.Table("clitics")
	// negatedVerbs are the verbs before n't if not identical: ca is can.
	negatedVerbs = lexicon.Table("negated-verbs")
	// fused are contractions written without an apostrophe: dont, gonna.
	contractions = lexicon.Table("contractions")
)

// appendExpanded appends a token to the tokens of its word (those from first on), split if it is a contraction.
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

// notStem returns the verb of a word that ended in n before 't: "don" is do, "can" is can.
func notStem(text string) string {
	stem := strings.TrimSuffix(text, "n")
	if full, ok := negatedVerbs[stem]; ok {
		return full[0]
	}
	return stem
}
