package match

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Limits of one pattern and of its matches in one line.
const (
	maxProgram = 4000 // instructions of the compiled pattern (RE2 syntax, linear time)
	maxFinds   = 32
	maxTotal   = 250_000 // instructions of all patterns of a matcher: they bound its memory
)

// pattern is one compiled pattern. It is matched at word boundaries of the normalised text.
type pattern struct {
	re       *regexp.Regexp // group 1 is the pattern itself
	anchored bool           // it has ^ or \A, so it can match once only
	needs    []string       // a line between spaces without any of these cannot match; empty: nothing is known
	id       int            // among the patterns of the matcher
	size     int            // instructions
}

// compilePattern compiles RE2 syntax for normalised text. Its errors name the position of the error.
func compilePattern(src string) (*pattern, error) {
	if _, err := syntax.Parse(src, syntax.Perl|syntax.FoldCase); err != nil {
		return nil, patternError(src, err)
	}
	src = expanded(src)
	tree, err := syntax.Parse(src, syntax.Perl|syntax.FoldCase)
	if err != nil {
		return nil, patternError(src, err)
	}
	if err := checkLiterals(tree, true); err != nil {
		return nil, err
	}
	prog, err := syntax.Compile(tree.Simplify())
	if err != nil {
		return nil, fmt.Errorf("pattern cannot be compiled: %w", err)
	}
	if len(prog.Inst) > maxProgram {
		return nil, fmt.Errorf(
			"pattern is too large: it compiles to %d steps, at most %d; use smaller repeat counts or a word list", len(prog.Inst),
			maxProgram,
		)
	}
	re, err := regexp.Compile("(?i)(?:^| )((?:" + src + "))(?: |$)")
	if err != nil {
		return nil, patternError(src, err)
	}
	if re.MatchString("") {
		return nil, errors.New("pattern matches the empty text, so it would match every line")
	}
	anchored := has(tree, syntax.OpBeginText) || has(tree, syntax.OpBeginLine)
	words, err := syntax.Parse(" (?:"+src+") ", syntax.Perl|syntax.FoldCase)
	if err != nil {
		return nil, patternError(src, err)
	}
	return &pattern{re: re, anchored: anchored, needs: needs(words.Simplify()), size: len(prog.Inst)}, nil
}

// wholeWord matches the words of a pattern between spaces, brackets and bars, to which nothing is added.
var wholeWord = regexp.MustCompile(`(^|[( |:])([A-Za-z]+)\b`)

// expanded returns a pattern with its contractions expanded: "lets" is "let us".
func expanded(src string) string {
	var b strings.Builder
	at := 0
	for _, m := range wholeWord.FindAllStringSubmatchIndex(src, -1) {
		from, to := m[4], m[5]
		parts, ok := contractions[strings.ToLower(src[from:to])]
		if !ok || to < len(src) && !strings.ContainsRune(") |", rune(src[to])) {
			continue
		}
		b.WriteString(src[at:from] + strings.Join(parts, " "))
		at = to
	}
	return b.String() + src[at:]
}

// patternError says where a pattern is wrong.
func patternError(src string, err error) error {
	var se *syntax.Error
	if !errors.As(err, &se) {
		return fmt.Errorf("bad pattern: %w", err)
	}
	at := strings.LastIndex(src, se.Expr)
	if se.Code == syntax.ErrMissingParen && strings.HasPrefix(se.Expr, src) {
		at = strings.LastIndex(src, "(")
	}
	if at < 0 || se.Expr == "" {
		at = len(src) - 1
	}
	return fmt.Errorf("bad pattern at character %d: %s: %s", utf8.RuneCountInString(src[:at])+1, se.Code, quote(se.Expr))
}

func has(re *syntax.Regexp, op syntax.Op) bool {
	if re.Op == op {
		return true
	}
	for _, sub := range re.Sub {
		if has(sub, op) {
			return true
		}
	}
	return false
}

// checkLiterals rejects letters and words that normalised text never contains: such a pattern would silently never match.
func checkLiterals(re *syntax.Regexp, root bool) error {
	if re.Op == syntax.OpLiteral {
		for _, r := range re.Rune {
			if err := checkRune(r); err != nil {
				return err
			}
		}
		if strings.Contains(string(re.Rune), "  ") {
			return errors.New("pattern never matches: it looks for two spaces, but words are read with one between them")
		}
		for _, w := range wholeWords(string(re.Rune), root) {
			if parts, ok := contractions[w]; ok {
				return fmt.Errorf("pattern never matches: %q is read as %q; write that", w, strings.Join(parts, " "))
			}
		}
	}
	for _, sub := range re.Sub {
		if err := checkLiterals(sub, false); err != nil {
			return err
		}
	}
	return nil
}

// Readable returns an error that says what to write if a regular expression, matched anywhere in normalised text and with capitals
// told from small letters, looks for what such text never contains.
func Readable(src string) error {
	tree, err := syntax.Parse(src, syntax.Perl)
	if err != nil {
		return patternError(src, err)
	}
	if text := capitals(tree); text != "" {
		return fmt.Errorf(
			"pattern never matches: it looks for %q, but what was said is read in lower case: write %q", text, strings.ToLower(text),
		)
	}
	return checkLiterals(tree, false)
}

// capitals is a part of a pattern that looks for capital letters, or "".
func capitals(re *syntax.Regexp) string {
	if text := string(re.Rune); re.Op == syntax.OpLiteral && re.Flags&syntax.FoldCase == 0 && text != strings.ToLower(text) {
		return text
	}
	for _, sub := range re.Sub {
		if text := capitals(sub); text != "" {
			return text
		}
	}
	return ""
}

// wholeWords returns the words of a literal that are certainly complete: at the ends of a literal inside a larger pattern the word
// may continue.
func wholeWords(literal string, root bool) []string {
	literal = strings.ToLower(literal)
	ws := strings.Fields(literal)
	if root {
		return ws
	}
	if len(ws) > 0 && !strings.HasPrefix(literal, " ") {
		ws = ws[1:]
	}
	if len(ws) > 0 && !strings.HasSuffix(literal, " ") {
		ws = ws[:len(ws)-1]
	}
	return ws
}

func checkRune(r rune) error {
	if r == ' ' {
		return nil
	}
	letters := decompose(string(r), nil)
	if len(letters) == 1 && letters[0].r == unicode.ToLower(r) && !isJoint(letters[0].r) {
		return nil
	}
	if len(letters) > 0 && !isJoint(letters[0].r) {
		var plain strings.Builder
		for _, l := range letters {
			plain.WriteRune(l.r)
		}
		return fmt.Errorf("pattern never matches: %q is read as %q; write that", string(r), plain.String())
	}
	if isApostrophe(r) {
		return errors.New(`pattern never matches: it looks for an apostrophe, but "you're" is read as "you are"; write that`)
	}
	return fmt.Errorf("pattern never matches: it looks for %q, but speech is read as words without signs", string(r))
}

// find calls yield with the tokens of every match.
func (p *pattern) find(t joinedText, yield func(tokens []int)) {
	for from, n := 0, 0; n < maxFinds && from <= len(t.text); n++ {
		m := p.re.FindStringSubmatchIndex(t.text[from:])
		if m == nil {
			return
		}
		if tokens := touched(t, from+m[2], from+m[3]); len(tokens) > 0 {
			yield(tokens)
		}
		if p.anchored {
			return
		}
		if m[2] < m[3] {
			from += m[3]
			continue
		}
		next := strings.IndexByte(t.text[min(from+m[3]+1, len(t.text)):], ' ')
		if next < 0 {
			return
		}
		from += m[3] + 1 + next
	}
}

// touched returns the tokens under bytes [from, to) of the text, without spaces at both ends.
func touched(t joinedText, from, to int) []int {
	for from < to && t.text[from] == ' ' {
		from++
	}
	for from < to && t.text[to-1] == ' ' {
		to--
	}
	if from == to {
		return nil
	}
	first, end := t.tokensIn(from, to)
	tokens := make([]int, 0, end-first)
	for i := first; i < end; i++ {
		tokens = append(tokens, t.from+i)
	}
	return tokens
}

// quote quotes the beginning of a text for a message.
func quote(s string) string {
	if r := []rune(s); len(r) > 40 {
		s = string(r[:40]) + "…"
	}
	return strconv.Quote(s)
}
