package terminal

import (
	"io"
	"strings"
	"text/tabwriter"
)

// Table prints rows in aligned columns, with the first row as the heading. On a terminal that is too narrow for a row on one line,
// columns continue on lines below, indented, and cells wrap between words below their beginning.
func Table(w io.Writer, paint Palette, rows [][]string) error {
	rows = plainCells(rows)
	if at, fits := places(rows, paint.width); paint.width > 0 && !fits {
		return narrowTable(w, paint, rows, at)
	}
	var b strings.Builder
	tw := tabwriter.NewWriter(&b, 0, 0, gap, ' ', 0)
	for _, row := range rows {
		_, _ = io.WriteString(tw, strings.Join(row, "\t")+"\n") // writes to memory
	}
	_ = tw.Flush()
	head, rest, _ := strings.Cut(b.String(), "\n")
	_, err := io.WriteString(w, paint.Bold(strings.TrimRight(head, " "))+"\n"+trimLines(rest))
	return err
}

func plainCells(rows [][]string) [][]string {
	out := make([][]string, len(rows))
	for i, row := range rows {
		out[i] = make([]string, len(row))
		for j, cell := range row {
			out[i][j] = Plain(cell)
		}
	}
	return out
}

// narrowTable prints a table whose columns have their places on several lines.
func narrowTable(w io.Writer, paint Palette, rows [][]string, at []place) error {
	var b strings.Builder
	for i, row := range rows {
		text := narrowRow(row, at)
		if i == 0 {
			text = paint.Bold(text)
		}
		b.WriteString(text + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// trimLines removes trailing blanks from lines.
func trimLines(s string) string {
	lines := strings.Split(s, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " ")
	}
	return strings.Join(lines, "\n")
}
