// Package match finds words, phrases, patterns and personal data in what people say. It is about text alone: it knows nothing
// of rules, of rooms or of who speaks.
//
// Both sides, what is said and what is looked for, are brought into one normal form (Tokenise, Phrase): compatibility
// decomposition (NFKD, UAX #15) without marks, lower case, contractions as the words they stand for, letters that look like
// Latin ones as these (UTS #39). A token may have further readings: "stuuupid" is also "stupid", "1d10t" also "idiot".
//
// A Builder collects sources, numbered from 0: phrases in one Form, patterns in RE2 syntax, kinds of personal data. It builds a
// Matcher, which never changes and may be shared by goroutines. A Scanner, which belongs to one goroutine, looks for all sources
// in one line after the other. All phrases are found in one walk over the tokens (a trie of word n-grams), so that the cost of
// a line does not depend on how many there are.
package match
