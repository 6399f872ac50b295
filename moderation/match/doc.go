// Package match finds words, phrases, patterns and personal data in what people say. It deals with text only: it knows nothing of
// rules, rooms or speakers.
//
// Both what is said and what is matched are normalised (Tokenise, Phrase): compatibility decomposition (NFKD, UAX #15) without
// marks, lower case, contractions expanded, look-alike letters replaced by Latin ones (UTS #39). A token may have further readings:
// "stuuupid" is also "stupid", "1d10t" also "idiot".
//
// A Builder collects sources, numbered from 0: phrases in one Form, patterns in RE2 syntax, kinds of personal data. It builds a
// Matcher, which is immutable and can be shared by goroutines. A Scanner, used by one goroutine, matches all sources against one
// line after another. All phrases are found in one pass over the tokens (a trie of word n-grams), so that the cost of a line does
// not depend on their number.
package match
