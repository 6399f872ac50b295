package terminal

import (
	"regexp"
	"strings"

	"github.com/rivo/uniseg"
)

// Fold breaks the lines of a text that are wider than the terminal between words, and indents what continues a line: to its last
// column if that begins in the left half, else as the line itself. A word that is wider than the terminal stays whole.
func (p Palette) Fold(text string) string {
	if p.width == 0 {
		return text
	}
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		lines[i] = foldLine(l, p.width, hangOf(l, p.width))
	}
	return strings.Join(lines, "\n")
}

// FoldParagraphs is Fold for a text that was broken into lines for a wider terminal: unindented lines that are too wide are joined
// with what follows them in their paragraph first.
func (p Palette) FoldParagraphs(text string) string {
	if p.width == 0 {
		return text
	}
	var out []string
	joins := false
	for _, l := range strings.Split(text, "\n") {
		prose := l != "" && l[0] != ' '
		if joins && prose {
			out[len(out)-1] += " " + l
			continue
		}
		out = append(out, l)
		joins = prose && columns(l) > p.width
	}
	return p.Fold(strings.Join(out, "\n"))
}

// Labelled puts a label before the first line of a text, and indents the others to where the text begins.
func (p Palette) Labelled(label, text string) string {
	indent := "\n" + strings.Repeat(" ", columns(label))
	if p.width > 0 {
		lines := strings.Split(text, "\n")
		for i, l := range lines {
			lines[i] = foldLine(l, max(roomy, p.width-columns(label)), 0)
		}
		text = strings.Join(lines, "\n")
	}
	return label + strings.ReplaceAll(text, "\n", indent) + "\n"
}

// colours are the escape sequences of a Palette.
var colours = regexp.MustCompile(`\x1b\[[0-9;]*m`)

// columns is how wide a text is on a terminal.
func columns(text string) int { return uniseg.StringWidth(colours.ReplaceAllString(text, "")) }

// words are a text's words, each with the blanks before it; the mark of a flag stays with its rule.
var words = regexp.MustCompile(` *(?:\x1b\[[0-9;]*m)?(?:▲ )?[^ ]+`)

// foldLine breaks one line. hang is how far what continues it is indented.
func foldLine(line string, width, hang int) string {
	if columns(line) <= width {
		return line
	}
	var b strings.Builder
	at := 0
	for _, word := range words.FindAllString(line, -1) {
		need := columns(word)
		if at > hang && at+need > width {
			word = strings.TrimLeft(word, " ")
			b.WriteString("\n" + strings.Repeat(" ", hang))
			at, need = hang, columns(word)
		}
		b.WriteString(word)
		at += need
	}
	return b.String()
}

var (
	columnEnds = regexp.MustCompile(`[^ ]  +`)
	bullet     = regexp.MustCompile(`^ *(?:[^\w\s"'(<]|\d+\.) +`)
)

// hangOf is where the last column of a line begins that begins in the left half of the terminal; without columns, its indent.
func hangOf(line string, width int) int {
	plain := colours.ReplaceAllString(line, "")
	hang := columns(plain) - columns(strings.TrimLeft(plain, " "))
	if mark := bullet.FindString(plain); mark != "" {
		hang = columns(mark)
	}
	for _, end := range columnEnds.FindAllStringIndex(plain, -1) {
		if at := columns(plain[:end[1]]); at <= width/2 {
			hang = at
		}
	}
	return min(hang, width/2)
}
