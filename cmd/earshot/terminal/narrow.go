package terminal

import (
	"strings"

	"github.com/rivo/uniseg"
)

const (
	// gap is the space between two columns, hang the indent of what continues a row.
	gap, hang = 2, 4
	// roomy is the least width in which a cell that is wider wraps, rather than beginning on a line of its own.
	roomy = 20
)

// place is where a column of a narrow table begins: on which line of its row, at which position, and how wide it may be.
type place struct{ line, at, room int }

// places lays the columns out in a width. ok says whether they fit on one line.
func places(rows [][]string, width int) (out []place, ok bool) {
	ok = true
	line, at := 0, 0
	widths := columnWidths(rows)
	for i, need := range widths {
		wraps := i == len(widths)-1 && width-at >= roomy
		if at > hang && at+need > width && !wraps {
			line, at = line+1, hang
		}
		out = append(out, place{line, at, max(1, width-at)})
		ok = line == 0 && at+need <= width
		at += need + gap
	}
	return out, ok
}

func columnWidths(rows [][]string) (out []int) {
	for _, row := range rows {
		for i, cell := range row {
			if i == len(out) {
				out = append(out, 0)
			}
			out[i] = max(out[i], uniseg.StringWidth(cell))
		}
	}
	return out
}

// narrowRow is a row of a narrow table, with its line breaks.
func narrowRow(row []string, places []place) string {
	var done []string
	var line strings.Builder
	end := func() {
		if text := strings.TrimRight(line.String(), " "); text != "" {
			done = append(done, text)
		}
		line.Reset()
	}
	for i, cell := range row {
		p := places[i]
		if i > 0 && p.line != places[i-1].line {
			end()
		}
		for n, part := range wrap(cell, p.room) {
			if n > 0 {
				end()
			}
			line.WriteString(strings.Repeat(" ", max(0, p.at-uniseg.StringWidth(line.String()))) + part)
		}
	}
	end()
	return strings.Join(done, "\n")
}

// wrap breaks a text between words. A word that is wider than a line stays whole.
func wrap(text string, width int) []string {
	var out []string
	line := ""
	for _, word := range strings.Fields(text) {
		switch {
		case line == "":
			line = word
		case uniseg.StringWidth(line)+1+uniseg.StringWidth(word) <= width:
			line += " " + word
		default:
			out, line = append(out, line), word
		}
	}
	return append(out, line)
}
