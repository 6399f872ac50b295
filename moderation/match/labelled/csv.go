package labelled

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// readCSV reads a table with a header.
func readCSV(name string, data []byte) ([]Line, error) {
	r := csv.NewReader(bytes.NewReader(data))
	head, err := r.Read()
	if err != nil {
		return nil, fmt.Errorf("%s:1: a CSV file begins with a header such as text,labels", name)
	}
	text := slices.IndexFunc(head, func(s string) bool { return strings.EqualFold(strings.TrimSpace(s), "text") })
	labels := slices.IndexFunc(head, func(s string) bool {
		return strings.EqualFold(strings.TrimSpace(s), "labels") || strings.EqualFold(strings.TrimSpace(s), "label")
	})
	if text < 0 {
		return nil, fmt.Errorf(`%s:1: the header has no column "text"`, name)
	}
	var out []Line
	var errs []error
	for len(errs) < mostErrors {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		var broken *csv.ParseError
		if errors.As(err, &broken) {
			return nil, errors.Join(append(errs, fmt.Errorf("%s:%d: %w", name, broken.Line, broken.Err))...)
		}
		at, _ := r.FieldPos(text)
		l := Line{File: name, Number: at, Text: row[text]}
		if err := l.check(); err != nil {
			errs = append(errs, fmt.Errorf("%s:%d: %w", name, at, err))
			continue
		}
		if labels >= 0 {
			if err := l.take(strings.FieldsFunc(row[labels], parting)...); err != nil {
				errs = append(errs, fmt.Errorf("%s:%d: %w", name, at, err))
				continue
			}
		}
		out = append(out, l)
	}
	return out, errors.Join(errs...)
}

// parting reports whether a character parts labels.
func parting(c rune) bool { return c <= ' ' || c == ',' || c == ';' || c == '|' }
