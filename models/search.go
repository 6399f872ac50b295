package models

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// SearchQuery asks for lines of transcripts. All conditions that are set must hold; at least one must be set.
type SearchQuery struct {
	// Text is what a person typed: words that must all occur, in any order and in any case; "…" holds words together,
	// a trailing * matches the beginnings of words. Nothing else in it has a meaning. At most 100 words and 10 000 bytes.
	Text    string
	Session string
	Room    string
	Only    RoomSet // holds the query to these rooms; it is no condition by itself
	Speaker string  // the platform identity
	Rule    string
	Flagged bool // only lines with a flag
	// From and To bound when the line began to be said: From <= t < To. Zero: no bound.
	From, To time.Time
	// Limit is the number of hits of one page: 1 to 200, 0 for 50.
	Limit int
	// Cursor continues after a page; it comes from SearchPage.Next and means nothing else.
	Cursor string
}

// SearchPage is one page of hits, the newest first.
type SearchPage struct {
	Hits []SearchHit `json:"hits"`
	// Next is the cursor of the next page, or "" when this was the last.
	Next string `json:"next,omitempty"`
}

// SearchHit is one line that was found.
type SearchHit struct {
	Utterance   Utterance `json:"utterance"`
	Room        string    `json:"room"`
	SessionName string    `json:"session_name"`
	// Said is when the line began.
	Said time.Time `json:"said"`
	// Rules are the ids of the rules that flagged the line.
	Rules []string `json:"rules,omitempty"`
	// Snippet is the line, or the part of it around the first match, in pieces; joined they are plain text.
	Snippet []SnippetPart `json:"snippet"`
}

// SnippetPart is a piece of a found line. It is text, never markup.
type SnippetPart struct {
	Text string `json:"text"`
	// Hit says that the piece is what was searched for.
	Hit bool `json:"hit,omitempty"`
}

// SearchTerm is a word, or words that follow one another, that a line must hold.
type SearchTerm struct {
	// Text holds at least one letter or digit, and no control characters.
	Text string
	// Prefix says that the last word may go on.
	Prefix bool
}

// Limits of what one search may ask.
const (
	maxQueryBytes = 10_000
	maxQueryTerms = 100
	minPrefix     = 2 // letters before a *: shorter ones match too much of an index
)

// SearchTerms reads what a person typed (SearchQuery.Text). Terms without a letter or digit are left out. ErrInvalid: it is too
// long, or has too many words.
func SearchTerms(text string) (terms []SearchTerm, err error) {
	if len(text) > maxQueryBytes {
		return nil, fmt.Errorf("%w: the search is longer than %d bytes", ErrInvalid, maxQueryBytes)
	}
	words := 0
	for _, t := range splitTerms(text) {
		base := strings.TrimRight(t, "*")
		n := 0
		for _, f := range strings.Fields(base) {
			if strings.ContainsFunc(f, isTokenRune) {
				n++
			}
		}
		if n == 0 {
			continue
		}
		if words += n; words > maxQueryTerms {
			return nil, fmt.Errorf("%w: the search has more than %d words", ErrInvalid, maxQueryTerms)
		}
		terms = append(terms, SearchTerm{base, len(base) < len(t) && prefixLetters(base) >= minPrefix})
	}
	return terms, nil
}

// splitTerms parts the text at spaces, except between double quotes of any shape. A quote without its partner holds to
// the end. A * directly after the closing quote stays with the term.
func splitTerms(text string) []string {
	var terms []string
	var b strings.Builder
	quoted, closed := false, false
	flush := func() {
		if b.Len() > 0 {
			terms = append(terms, b.String())
			b.Reset()
		}
	}
	for _, r := range text {
		if closed && r != '*' {
			flush()
		}
		closed = false
		switch {
		case strings.ContainsRune("\"“”„«»", r):
			if !quoted {
				flush()
			}
			quoted, closed = !quoted, quoted
		case unicode.IsSpace(r) && !quoted:
			flush()
		default:
			b.WriteRune(r)
		}
	}
	flush()
	return terms
}

// prefixLetters counts the token characters at the end of a term: what a * after it would extend.
func prefixLetters(base string) int {
	n := 0
	for len(base) > 0 {
		r, size := utf8.DecodeLastRuneInString(base)
		if !isTokenRune(r) {
			break
		}
		n, base = n+1, base[:len(base)-size]
	}
	return n
}

// isTokenRune agrees with the categories of the index's tokenizer (L* M* N* Co).
func isTokenRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsNumber(r) || unicode.Is(unicode.Co, r)
}
