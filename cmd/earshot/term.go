package main

import (
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"unicode"

	"golang.org/x/term"
)

// palette colours text for a terminal; the zero palette leaves it as it is. Colour never carries a meaning alone.
type palette struct{ on bool }

// palette is the colours for a writer: only a terminal gets any, and not when NO_COLOR (no-color.org) is set or the
// terminal is known to be dumb.
func (a *cli) palette(w io.Writer) palette {
	f, ok := w.(*os.File)
	if !ok || a.environ.Get("NO_COLOR") != "" || a.environ.Get("TERM") == "dumb" {
		return palette{}
	}
	return palette{on: term.IsTerminal(int(f.Fd()))}
}

func (p palette) code(code, s string) string {
	if !p.on {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

// dim is for what is less sure or less important.
func (p palette) dim(s string) string { return p.code("2", s) }

// bold is for headings.
func (p palette) bold(s string) string { return p.code("1", s) }

// warn is for mild findings.
func (p palette) warn(s string) string { return p.code("33", s) }

// alert is for grave findings and errors.
func (p palette) alert(s string) string { return p.code("1;31", s) }

// plain makes text of others (names, words, paths) safe to print as one line: control characters could drive the
// terminal, and bidirectional formatting could make one name look like another.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r):
			return -1
		}
		return r
	}, s)
}

// plainLines is plain that keeps line breaks.
func plainLines(s string) string {
	lines := strings.Split(strings.TrimRight(s, "\n"), "\n")
	for i, l := range lines {
		lines[i] = plain(l)
	}
	return strings.Join(lines, "\n")
}

// table writes rows in aligned columns, the first row as the heading.
func table(w io.Writer, paint palette, rows [][]string) error {
	var b strings.Builder
	tw := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		cells := make([]string, len(row))
		for i, c := range row {
			cells[i] = plain(c)
		}
		_, _ = io.WriteString(tw, strings.Join(cells, "\t")+"\n") // into memory
	}
	_ = tw.Flush()
	head, rest, _ := strings.Cut(b.String(), "\n")
	_, err := io.WriteString(w, paint.bold(strings.TrimRight(head, " "))+"\n"+trimLines(rest))
	return err
}

// trimLines removes the blanks at the ends of lines.
func trimLines(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " ")
	}
	return strings.Join(lines, "\n")
}
