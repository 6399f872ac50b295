package match

// Token is one normalised word with its origin in what was said.
type Token struct {
	// Text is lower case, without marks, apostrophes and look-alikes.
	Text string
	// Alts are other readings of the token: drawn-out letters shortened, digits read as letters. Usually empty.
	Alts []string
	// Word is the index of the spoken word, and [Start, End) the bytes of that word's text from which the token comes. Two tokens
	// share the bytes of one contraction ("gonna" is "going", "to").
	Word, Start, End int
	// More is the number of further words that the token spans: a word that was spelled letter by letter.
	More int
}

// Match is one match of a source.
type Match struct {
	Source int
	Words  []int // indices of the spoken words, rising
	First  int   // first token
	Last   int   // last token
	P      float32
}
