package match

import "strings"

// Contractions are read as the words they stand for, in speech and in rules alike, so that "you are" in a rule is found
// in "you're" and the other way round. The tables are English; words of other languages are parted at the apostrophe.

// afterApostrophe are the words behind an apostrophe.
var afterApostrophe = map[string]string{
	"re": "are", "ll": "will", "ve": "have", "m": "am", "s": "is", "d": "would", "em": "them",
}

// beforeNot are the stems of n't that are not simply a word.
var beforeNot = map[string]string{"ca": "can", "wo": "will", "sha": "shall", "ai": "is"}

// fused are contractions that are written without an apostrophe. Words that are also words of their own (ill, well, shed,
// hell, were, its) are not among them.
var fused = map[string][]string{
	"dont": {"do", "not"}, "doesnt": {"does", "not"}, "didnt": {"did", "not"}, "isnt": {"is", "not"}, "arent": {"are", "not"},
	"wasnt": {"was", "not"}, "werent": {"were", "not"}, "wont": {"will", "not"}, "cant": {"can", "not"}, "cannot": {"can", "not"},
	"couldnt": {"could", "not"}, "wouldnt": {"would", "not"}, "shouldnt": {"should", "not"}, "havent": {"have", "not"},
	"hasnt": {"has", "not"}, "aint": {"is", "not"}, "im": {"i", "am"}, "ive": {"i", "have"}, "youre": {"you", "are"},
	"youve": {"you", "have"}, "theyre": {"they", "are"}, "thats": {"that", "is"}, "whats": {"what", "is"}, "hes": {"he", "is"},
	"gonna": {"going", "to"}, "wanna": {"want", "to"}, "gotta": {"got", "to"}, "gimme": {"give", "me"}, "lemme": {"let", "me"},
}

// appendExpanded adds a token to the tokens of its word (those from first on), parted if it is a contraction.
func appendExpanded(dst []Token, first int, t Token, apostrophe bool) []Token {
	if apostrophe {
		if full, ok := afterApostrophe[t.Text]; ok {
			t.Text, t.Alts = full, nil
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
	parts, ok := fused[t.Text]
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
	if full, ok := beforeNot[stem]; ok {
		return full
	}
	return stem
}
