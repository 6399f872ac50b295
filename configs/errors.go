package configs

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Source says where a value comes from.
type Source struct {
	// File and Line are set for a value of a file. File alone is a whole file.
	File string
	Line int
	// Name is the environment variable or the flag ("--listen"). All three empty: the default.
	Name string
}

// String is the source as errors and "config show" print it.
func (s Source) String() string {
	switch {
	case s.Name != "":
		return s.Name
	case s.Line > 0:
		return fmt.Sprintf("%s:%d", s.File, s.Line)
	case s.File != "":
		return s.File
	default:
		return "default"
	}
}

// Problem is one mistake in the settings.
type Problem struct {
	From Source
	// Key is the dotted setting; empty when the mistake is not in a value.
	Key     string
	Message string
}

// String is the problem in one line: where, which setting, what is wrong and what is allowed.
func (p Problem) String() string {
	if p.Key == "" {
		return p.From.String() + ": " + p.Message
	}
	return p.From.String() + ": " + p.Key + ": " + p.Message
}

// Error is every problem that Load found: those of the file in its order, then those of the environment and the flags.
type Error struct{ Problems []Problem }

// Error is one line for each problem.
func (e *Error) Error() string {
	var lines []string
	for _, p := range e.Problems {
		lines = append(lines, p.String())
	}
	if len(lines) == maxProblems {
		lines = append(lines, "and more, which are not shown")
	}
	return strings.Join(lines, "\n")
}

// maxProblems are told at once. With more, the file is not what it was taken for.
const maxProblems = 100

// problems gathers mistakes, so that all are told at once.
type problems []Problem

func (p *problems) add(from Source, key, format string, args ...any) {
	if len(*p) >= maxProblems {
		return
	}
	*p = append(*p, Problem{From: from, Key: key, Message: fmt.Sprintf(format, args...)})
}

func (p problems) err() error {
	if len(p) == 0 {
		return nil
	}
	slices.SortStableFunc(p, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.From.Name, b.From.Name), cmp.Compare(a.From.Line, b.From.Line))
	})
	return &Error{Problems: p}
}
