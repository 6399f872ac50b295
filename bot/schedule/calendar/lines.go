package calendar

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// maxOpen bounds the nesting of components.
const maxOpen = 8

// textLine is an unfolded line with its line number.
type textLine struct {
	text string
	n    int
}

// unfold joins folded lines (section 3.1).
func unfold(r io.Reader) ([]textLine, error) {
	s := bufio.NewScanner(r)
	s.Buffer(make([]byte, 0, 4096), maxBytes+1)
	var out []textLine
	var open strings.Builder // the current line, which may continue
	began, total := 0, 0
	finish := func() {
		if open.Len() > 0 {
			out = append(out, textLine{open.String(), began})
			open.Reset()
		}
	}
	for n := 1; s.Scan(); n++ {
		t := strings.TrimSuffix(s.Text(), "\r")
		if n == 1 {
			t = strings.TrimPrefix(t, "\ufeff")
		}
		if total += len(t) + 1; total > maxBytes {
			return nil, fmt.Errorf("this calendar has more than %d MB", maxBytes>>20)
		}
		switch {
		case t == "":
		case (t[0] == ' ' || t[0] == '\t') && open.Len() > 0:
			open.WriteString(t[1:])
		default:
			finish()
			open.WriteString(t)
			began = n
		}
	}
	finish()
	if err := s.Err(); err != nil {
		return nil, fmt.Errorf("the calendar cannot be read: %w", err)
	}
	return out, nil
}

// property is one line: NAME;PARAM=VALUE:VALUE.
type property struct {
	name, value string
	params      map[string]string
}

func split(text string) (property, bool) {
	p := property{params: map[string]string{}}
	quoted, from := false, 0
	var parts []string
	colon := -1
	for i := 0; i < len(text) && colon < 0; i++ {
		switch text[i] {
		case '"':
			quoted = !quoted
		case ';', ':':
			if quoted {
				continue
			}
			parts = append(parts, text[from:i])
			from = i + 1
			if text[i] == ':' {
				colon = i
			}
		}
	}
	if colon < 0 || parts[0] == "" {
		return p, false
	}
	p.name, p.value = strings.ToUpper(parts[0]), text[colon+1:]
	for _, x := range parts[1:] {
		k, v, _ := strings.Cut(x, "=")
		p.params[strings.ToUpper(k)] = strings.Trim(v, `"`)
	}
	return p, true
}

// eachLine calls take for every line with the enclosing components, outermost first, which for BEGIN and END include their own. It
// checks that components are nested properly.
func eachLine(lines []textLine, take func(n int, open []string, x property) error) error {
	var open []string
	for _, l := range lines {
		x, ok := split(l.text)
		if !ok {
			return fmt.Errorf("line %d is not a line of an iCalendar file", l.n)
		}
		if x.name == "BEGIN" {
			open = append(open, strings.ToUpper(x.value))
			if len(open) > maxOpen {
				return fmt.Errorf("line %d: components are nested too deeply", l.n)
			}
		}
		if x.name == "END" && (len(open) == 0 || open[len(open)-1] != strings.ToUpper(x.value)) {
			return fmt.Errorf("line %d: END:%.40s closes nothing", l.n, x.value)
		}
		if err := take(l.n, open, x); err != nil {
			return err
		}
		if x.name == "END" {
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		return fmt.Errorf("this is no whole iCalendar file: %s is not closed", open[len(open)-1])
	}
	return nil
}

// in reports whether path are exactly the enclosing components.
func in(open []string, path ...string) bool { return slices.Equal(open, path) }

func parseTime(value string, zone *time.Location) (t time.Time, date bool, err error) {
	switch {
	case len(value) == len("20060102"):
		t, err = time.ParseInLocation("20060102", value, zone)
		return t, true, err
	case strings.HasSuffix(value, "Z"):
		t, err = time.Parse("20060102T150405Z", value)
	default:
		t, err = time.ParseInLocation("20060102T150405", value, zone)
	}
	return t, false, err
}

const maxBytes = 4 << 20
