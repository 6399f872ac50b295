package terminal

import (
	"io"
	"strings"
	"text/tabwriter"
)

// Table writes rows in aligned columns, the first row as the heading.
func Table(w io.Writer, paint Palette, rows [][]string) error {
	var b strings.Builder
	tw := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, row := range rows {
		cells := make([]string, len(row))
		for i, c := range row {
			cells[i] = Plain(c)
		}
		_, _ = io.WriteString(tw, strings.Join(cells, "\t")+"\n") // into memory
	}
	_ = tw.Flush()
	head, rest, _ := strings.Cut(b.String(), "\n")
	_, err := io.WriteString(w, paint.Bold(strings.TrimRight(head, " "))+"\n"+trimLines(rest))
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
