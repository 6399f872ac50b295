package rules

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Problem is one error in a rule file.
type Problem struct {
	// File is the file as it was named; shipped packs begin with "shipped:".
	File string `json:"file"`
	// Line counts from 1; it is 0 if the problem has no line (such as a file that cannot be read).
	Line int `json:"line,omitempty"`
	// Rule is the id of the rule, or empty outside rules.
	Rule string `json:"rule,omitempty"`
	// Message says what is wrong and, where it can, what to write instead.
	Message string `json:"message"`
}

// String formats the problem as one line: file:line: rule "id": message.
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

// LoadError is all the problems found in a set of rule files. It is never empty.
type LoadError struct{ Problems []Problem }

// Error returns one line per problem.
func (e *LoadError) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// maxProblems limits what is reported: a file that is not a rule file at all has an error in every line.
const maxProblems = 200

// Problems collects the problems of one set of files. The zero value is empty.
type Problems struct {
	list  []Problem
	files []string // in the order of reading
}

// Add records a problem; rule is the id of its rule, or "".
func (p *Problems) Add(file string, line int, rule, format string, args ...any) {
	if len(p.list) < maxProblems {
		p.list = append(p.list, Problem{File: file, Line: line, Rule: rule, Message: fmt.Sprintf(format, args...)})
	}
}

// reading makes the problems of a file come after those of earlier files.
func (p *Problems) reading(file string) { p.files = append(p.files, file) }

// Err returns a *LoadError with all problems, by file (in the order of reading) and line; nil if there are none.
func (p *Problems) Err() error {
	if len(p.list) == 0 {
		return nil
	}
	slices.SortStableFunc(p.list, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(slices.Index(p.files, a.File), slices.Index(p.files, b.File)), cmp.Compare(a.Line, b.Line))
	})
	return &LoadError{Problems: p.list}
}
