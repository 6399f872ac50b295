package sqlite

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"earshot/models"
)

// Limits of what one search may ask.
const (
	maxQueryBytes = 10_000
	maxQueryTerms = 100
	minPrefix     = 2 // letters before a *: shorter ones match too much of the index
)

// matchTerms turns what a person typed into an FTS5 expression that cannot be an error: every term becomes a quoted
// string, whatever it holds, so that no word, sign or operator of FTS5's language is ever taken from the text. The
// result is "" when there is nothing to search for.
func matchTerms(text string) (string, error) {
	if len(text) > maxQueryBytes {
		return "", fmt.Errorf("%w: the search is longer than %d bytes", models.ErrInvalid, maxQueryBytes)
	}
	var terms []string
	words := 0
	for _, t := range splitTerms(clean(text)) {
		term, n := quoteTerm(t)
		if n == 0 {
			continue
		}
		if words += n; words > maxQueryTerms {
			return "", fmt.Errorf("%w: the search has more than %d words", models.ErrInvalid, maxQueryTerms)
		}
		terms = append(terms, term)
	}
	return strings.Join(terms, " AND "), nil
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

// quoteTerm makes an FTS5 string of a term and counts its words; 0 when it has no letter or digit.
func quoteTerm(t string) (string, int) {
	base := strings.TrimRight(t, "*")
	words := 0
	for _, f := range strings.Fields(base) {
		if strings.ContainsFunc(f, isTokenRune) {
			words++
		}
	}
	if words == 0 {
		return "", 0
	}
	quoted := `"` + strings.ReplaceAll(base, `"`, `""`) + `"`
	if len(base) < len(t) && prefixLetters(base) >= minPrefix {
		quoted += "*"
	}
	return quoted, words
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

// isTokenRune agrees with the tokenizer's categories (L* M* N* Co).
func isTokenRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsMark(r) || unicode.IsNumber(r) || unicode.Is(unicode.Co, r)
}

// matchExpression joins the terms with the facets of the other conditions; "" when none of them has a place in the index.
func matchExpression(q models.SearchQuery) (string, error) {
	terms, err := matchTerms(q.Text)
	if err != nil {
		return "", err
	}
	var parts, tokens []string
	if terms != "" {
		parts = append(parts, "text : ("+terms+")")
	}
	if q.Session != "" {
		tokens = append(tokens, sessionFacet(q.Session))
	}
	if q.Speaker != "" {
		tokens = append(tokens, speakerFacet(q.Speaker))
	}
	if q.Rule != "" {
		tokens = append(tokens, ruleFacet(q.Rule))
	} else if q.Flagged {
		tokens = append(tokens, flaggedFacet)
	}
	if len(tokens) > 0 {
		parts = append(parts, "facets : ("+strings.Join(tokens, " AND ")+")")
	}
	return strings.Join(parts, " AND "), nil
}
