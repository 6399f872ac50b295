package models

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// SearchQuery selects lines of transcripts. All conditions that are set must hold; at least one must be set.
type SearchQuery struct {
	// Text is the user's input: words that must all occur, in any order and case; "…" quotes a phrase, and a trailing * matches
	// prefixes. Nothing else has a special meaning. At most 100 words and 10 000 bytes.
	Text    string
	Session string
	Room    string
	Only    RoomSet // restricts the query to these rooms; not a condition by itself
	Speaker string  // the platform identity
	Rule    string
	Flagged bool // only lines with a flag
	// From and To bound when the line began: From <= t < To; zero means unbounded.
	From, To time.Time
	// Limit is the number of hits per page: 1 to 200, 0 for 50.
	Limit int
	// Cursor continues after a page; it is an opaque value from SearchPage.Next.
	Cursor string
}

// SearchPage is a page of hits, newest first.
type SearchPage struct {
	Hits []SearchHit `json:"hits"`
	// Next is the cursor of the next page; "" on the last.
	Next string `json:"next,omitempty"`
}

// SearchHit is a line found.
type SearchHit struct {
	Utterance   Utterance `json:"utterance"`
	Room        string    `json:"room"`
	SessionName string    `json:"session_name"`
	// Said is when the line began.
	Said time.Time `json:"said"`
	// Rules are the ids of the rules that flagged the line.
	Rules []string `json:"rules,omitempty"`
	// Snippet is the line, or the part around the first match, in pieces of plain text.
	Snippet []SnippetPart `json:"snippet"`
}

// SnippetPart is a piece of a found line. It is text, never markup.
type SnippetPart struct {
	Text string `json:"text"`
	// Hit marks a match.
	Hit bool `json:"hit,omitempty"`
}

// SearchTerm is a word or phrase that a line must contain.
type SearchTerm struct {
	// Text contains at least one letter or digit, and no control characters.
	Text string
	// Prefix reports that the last word is a prefix.
	Prefix bool
}

// The bounds of a search.
const (
	maxQueryBytes = 10_000
	maxQueryTerms = 100
	minPrefix     = 2 // letters before a *: shorter ones match too much of an index
)

// SearchTerms parses SearchQuery.Text. Terms without a letter or digit are dropped. It fails with ErrInvalid if the text is too long or
// has too many words.
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

// splitTerms splits text at spaces, except between double quotes of any shape. An unclosed quote extends to the end. A * directly after
// the closing quote belongs to the term.
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

// prefixLetters counts the token characters at the end of a term, which a * after it extends.
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

// isTokenRune matches the categories of the index's tokenizer (L* M* N* Co).
func isTokenRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsNumber(r) || unicode.Is(unicode.Co, r)
}
