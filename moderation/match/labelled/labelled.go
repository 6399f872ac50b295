// Package labelled parses labelled lines of talk: JSON Lines and CSV.
//
// A line of JSON is {"text": "…", "labels": ["insult"]}; an empty list marks the line as harmless. The labels may also be one
// string, be under "label", or say for each label whether it applies ({"insult": true, "threat": false}): labels not named in such a
// line are unknown. A CSV file has a header with the columns text and label or labels, whose labels are separated by spaces, commas
// or semicolons. "none" and "harmless" mean no label. Other keys and columns are ignored.
package labelled

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// maxLine bounds one line, in bytes.
const maxLine = 1 << 20

// Read parses a file of the given name: CSV if it ends in .csv, JSON Lines otherwise. The error names the file and every invalid
// line, up to a limit.
func Read(name string, in io.Reader) ([]Line, error) {
	data, err := io.ReadAll(in)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if !utf8.Valid(data) {
		return nil, fmt.Errorf("%s: it is not UTF-8 text", name)
	}
	if strings.HasSuffix(strings.ToLower(name), ".csv") {
		return readCSV(name, data)
	}
	return readJSON(name, data)
}

func readJSON(name string, data []byte) ([]Line, error) {
	var out []Line
	var errs []error
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, maxLine)
	for n := 1; lines.Scan(); n++ {
		raw := bytes.TrimSpace(lines.Bytes())
		if len(raw) == 0 {
			continue
		}
		l, err := jsonLine(raw)
		if err != nil {
			if errs = append(errs, fmt.Errorf("%s:%d: %w", name, n, err)); len(errs) == mostErrors {
				return nil, errors.Join(append(errs, errors.New("… and perhaps more"))...)
			}
			continue
		}
		l.File, l.Number = name, n
		out = append(out, l)
	}
	if err := lines.Err(); err != nil {
		errs = append(errs, fmt.Errorf("%s: a line is longer than %d bytes: %w", name, maxLine, err))
	}
	return out, errors.Join(errs...)
}
