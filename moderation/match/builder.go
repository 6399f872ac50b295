package match

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Limits of one matcher.
const (
	maxPhrases = 200_000
	maxTokens  = 16 // words in one phrase
	minInside  = 4  // minimum length of a text matched inside words: shorter ones are in half of the dictionary
)

// Builder collects what a matcher must find. Its methods return an error for invalid input and skip it.
type Builder struct {
	m       *Matcher
	phrases int
	program int // instructions of all patterns
	phrased phrased
}

// NewBuilder returns a builder for an empty matcher.
func NewBuilder() *Builder {
	return &Builder{
		m:       &Matcher{indexes: map[Form]*index{}, reveals: map[string]int{}},
		phrased: phrased{map[string][]string{}, map[string]bool{}},
	}
}

// Source adds a source and returns its number.
func (b *Builder) Source() int {
	b.m.sources = append(b.m.sources, source{except: -1})
	return len(b.m.sources) - 1
}

// Except makes the matches of another source cancel those of a source that lie inside them.
func (b *Builder) Except(source, other int) { b.m.sources[source].except = other }

// OverLines makes a source match across the remembered lines too.
func (b *Builder) OverLines(source int) {
	b.m.sources[source].spans, b.m.spans = true, true
}

// Personal returns the source of a kind of personal data.
func (b *Builder) Personal(kind string) int {
	id, ok := b.m.reveals[kind]
	if !ok {
		id = b.Source()
		b.m.reveals[kind] = id
	}
	return id
}

// Phrase adds a phrase matched in one form, with at most gap other words between adjacent words. lang is the language of its
// inflections. A word may end in *: every word that begins so. Numbers match as words and as digits. If there are too many phrases,
// only the first excess one is an error.
func (b *Builder) Phrase(source int, text string, as Form, lang string, gap int) error {
	plain, starred, err := wildcards(text)
	if err != nil {
		return err
	}
	tokens := Phrase(plain)
	if as == Inside {
		return b.insideWords(source, text, tokens)
	}
	switch {
	case len(tokens) == 0:
		return fmt.Errorf("%s holds no letters or digits, so it is never said", quote(text))
	case len(tokens) > maxTokens:
		return fmt.Errorf("a phrase has at most %d words, this one has %d", maxTokens, len(tokens))
	}
	if b.phrases++; b.phrases > maxPhrases {
		if b.phrases == maxPhrases+1 {
			return fmt.Errorf("too many words and phrases: at most %d in one set", maxPhrases)
		}
		return nil
	}
	if b.m.indexes[as] == nil {
		b.m.indexes[as] = newIndex(as)
	}
	b.phrased.note(tokens)
	for i := range starred {
		tokens[i] += "*"
	}
	for _, way := range numbered(tokens) {
		b.m.indexes[as].add(way, gap, source, lang)
	}
	return nil
}

// insideWords adds a text that is matched inside words.
func (b *Builder) insideWords(source int, text string, tokens []string) error {
	joined := strings.Join(tokens, "")
	if utf8.RuneCountInString(joined) < minInside {
		return fmt.Errorf("%s is too short to look for inside of other words: at least %d letters", quote(text), minInside)
	}
	if b.m.sources[source].within == nil {
		b.m.sources[source].within = &insideSet{}
	}
	b.m.sources[source].within.add(joined)
	return nil
}

// errPatternsTooLarge is reported once; no further pattern is accepted after it.
var errPatternsTooLarge = fmt.Errorf("the patterns are too large together: more than %d steps in one set; use word lists", maxTotal)

// Pattern adds a pattern in RE2 syntax. Further patterns are ignored once the total is too large.
func (b *Builder) Pattern(source int, text string) error {
	if b.program > maxTotal {
		return nil
	}
	p, err := compilePattern(text)
	if err != nil {
		return err
	}
	b.m.sources[source].patterns = append(b.m.sources[source].patterns, p)
	if b.program += p.size; b.program > maxTotal {
		return errPatternsTooLarge
	}
	return nil
}

// Build returns the matcher.
func (b *Builder) Build() *Matcher {
	m := b.m
	m.prefilter, m.patterns = newPrefilter(m.sources)
	m.split = newJoiner(m.indexes, m.sources, b.phrased)
	for id, src := range m.sources {
		if len(src.patterns) > 0 || src.within != nil || src.except >= 0 {
			m.later = append(m.later, id)
		}
	}
	return m
}
