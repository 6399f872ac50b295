package rules

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one mistake in a rule file.
type Problem struct {
	// File is the file as it was named; shipped packs begin with "shipped:".
	File string `json:"file"`
	// Line counts from 1; it is 0 when the mistake belongs to no line (a file that cannot be read).
	Line int `json:"line,omitempty"`
	// Rule is the id of the rule, or empty outside of rules.
	Rule string `json:"rule,omitempty"`
	// Message says what is wrong and, where it can, what to write instead.
	Message string `json:"message"`
}

// String is the problem in one line: file:line: rule "id": message.
func (p Problem) String() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d", p.Line)
	}
	if p.Rule != "" {
		fmt.Fprintf(&b, ": rule %q", p.Rule)
	}
	return b.String() + ": " + p.Message
}

// LoadError is every mistake that was found in a set of rule files. It is never empty.
type LoadError struct{ Problems []Problem }

// Error is one problem per line.
func (e *LoadError) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// maxProblems bounds what is reported: a file that is no rule file at all has a mistake in every line.
const maxProblems = 200

// Problems collects the mistakes of one set of files. The zero value holds none.
type Problems struct {
	list  []Problem
	files []string // in the order of reading
}

// Add notes a mistake; rule is the id of the rule it is in, or "".
func (p *Problems) Add(file string, line int, rule, format string, args ...any) {
	if len(p.list) < maxProblems {
		p.list = append(p.list, Problem{File: file, Line: line, Rule: rule, Message: fmt.Sprintf(format, args...)})
	}
}

// reading notes that the problems of a file come behind those of the files before it.
func (p *Problems) reading(file string) { p.files = append(p.files, file) }

// Err is a *LoadError of all mistakes, by file (in the order of reading) and line; nil when there are none.
func (p *Problems) Err() error {
	if len(p.list) == 0 {
		return nil
	}
	slices.SortStableFunc(p.list, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(slices.Index(p.files, a.File), slices.Index(p.files, b.File)), cmp.Compare(a.Line, b.Line))
	})
	return &LoadError{Problems: p.list}
}
