package engine

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	edlib "github.com/hbollon/go-edlib"
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

// problems collects the mistakes of one load.
type problems struct{ list []Problem }

func (p *problems) add(file string, line int, rule, format string, args ...any) {
	if len(p.list) < maxProblems {
		p.list = append(p.list, Problem{File: file, Line: line, Rule: rule, Message: fmt.Sprintf(format, args...)})
	}
}

// err sorts the problems by file (in the order of reading) and line, and wraps them; nil when there are none.
func (p *problems) err(files []string) error {
	if len(p.list) == 0 {
		return nil
	}
	slices.SortStableFunc(p.list, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(slices.Index(files, a.File), slices.Index(files, b.File)), cmp.Compare(a.Line, b.Line))
	})
	return &LoadError{Problems: p.list}
}

// didYouMean is " (did you mean "x"?)" for the nearest of the known names, or "" when none is near.
func didYouMean(name string, known []string) string {
	if len(name) < 3 || len(name) > 64 {
		return ""
	}
	best, limit := "", min(max(len(name)/3, 1), 3)
	for _, k := range known {
		if d := edlib.OSADamerauLevenshteinDistance(strings.ToLower(name), k); d <= limit {
			best, limit = k, d-1
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(" (did you mean %q?)", best)
}
