package labelled

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Bounds of what is read.
const (
	maxText  = 16 << 10
	maxName  = 64
	mostHere = 32 // labels of one line
)

// Line is a line of talk with its labels.
type Line struct {
	File    string
	Number  int // of the line in the file, from 1
	Text    string
	Yes, No []string // labels that it has, and those that are said not to hold; sorted
	// Whole says that every label which is not in Yes does not hold.
	Whole bool
	// Labelled is false where nothing is said about labels.
	Labelled bool
}

// Where is the file and line, as errors name it.
func (l Line) Where() string { return fmt.Sprintf("%s:%d", l.File, l.Number) }

// Has reports whether a label holds; known is false where nobody said.
func (l Line) Has(label string) (holds, known bool) {
	if slices.Contains(l.Yes, label) {
		return true, true
	}
	return false, l.Labelled && (l.Whole || slices.Contains(l.No, label))
}

// mostErrors bounds the lines that an error names.
const mostErrors = 20

// take enters labels.
func (l *Line) take(labels ...string) error {
	l.Labelled, l.Whole = true, true
	for _, name := range labels {
		if err := checkLabel(name); err != nil {
			return err
		}
		if name != "none" && name != "harmless" {
			l.Yes = append(l.Yes, name)
		}
	}
	slices.Sort(l.Yes)
	if l.Yes = slices.Compact(l.Yes); len(l.Yes) > mostHere {
		return fmt.Errorf("it has %d labels; at most %d", len(l.Yes), mostHere)
	}
	return nil
}

func checkLabel(name string) error {
	if name == "" || len(name) > maxName || strings.ContainsFunc(name, func(c rune) bool { return c <= ' ' }) {
		return fmt.Errorf("a label is a word of at most %d bytes", maxName)
	}
	return nil
}

// check refuses texts that are none.
func (l *Line) check() error {
	switch {
	case strings.TrimSpace(l.Text) == "":
		return errors.New(`it has no "text"`)
	case len(l.Text) > maxText:
		return fmt.Errorf("its text is longer than %d KiB", maxText>>10)
	}
	return nil
}
