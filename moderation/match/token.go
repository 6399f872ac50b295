package match

// Token is one word in normal form, with the way back to what was said.
type Token struct {
	// Text is lower case, without marks, apostrophes and look-alikes.
	Text string
	// Alts are other readings of the same token: drawn-out letters shortened, digits for letters. Mostly empty.
	Alts []string
	// Word is the index of the spoken word, and [Start, End) the bytes of that word's text from which the token was made.
	// Two tokens share the bytes of one contraction ("gonna" is "going", "to").
	Word, Start, End int
	// More is how many further words the token goes on over: a word that was spelled letter by letter.
	More int
}

// Match is one place where a source was found.
type Match struct {
	Source int
	Words  []int // indices of the spoken words, rising
	First  int   // first token
	Last   int   // last token
	P      float32
}
