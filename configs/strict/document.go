package strict

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"
)

// ErrEmpty says that a document holds nothing but comments.
var ErrEmpty = errors.New("the document is empty")

// SyntaxError is broken YAML.
type SyntaxError struct {
	// Line counts from 1.
	Line int
	// Message says what is wrong there, with help for the usual slips.
	Message string
}

// Error is the message; the line is the caller's to show.
func (e *SyntaxError) Error() string { return e.Message }

// Document is one parsed YAML document.
type Document struct {
	// More is the line of a second document behind the first, or 0: whoever reads one loses it.
	More int

	root *yaml.Node
}

// Parse parses a document. The error is ErrEmpty or a *SyntaxError. The caller bounds the size of data.
func Parse(data []byte) (*Document, error) {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc, second yaml.Node
	switch err := dec.Decode(&doc); {
	case errors.Is(err, io.EOF):
		return nil, ErrEmpty
	case err != nil:
		return nil, Syntax(err, data)
	}
	out := &Document{root: doc.Content[0]}
	if out.root.Tag == "!!null" && out.root.Value == "" { // "---" alone; its line would be the one after the last
		return nil, ErrEmpty
	}
	if err := dec.Decode(&second); !errors.Is(err, io.EOF) {
		out.More = max(second.Line, 1)
	}
	return out, nil
}

// Read reads the document into a shape. report is told every mistake, in the order of the document, and the values that
// are right are filled in all the same.
func (d *Document) Read(s Shape, report func(line int, message string)) {
	s.read(&reader{report: report, budget: MaxValues}, d.root)
}

// SchemaOf is the JSON Schema of documents of a shape, for editors. It knows every key and value that Read takes; what
// Read checks beyond the shape of single values is left to it.
func SchemaOf(s Shape, title string) []byte {
	all := &schemas{defs: map[string]*Schema{}}
	root := s.describe(all)
	root.Schema, root.Title = "https://json-schema.org/draft/2020-12/schema", title
	root.Defs = all.defs
	data, err := json.MarshalIndent(root, "", "  ")
	if err != nil {
		panic("strict: " + err.Error()) // only our own plain types come here
	}
	return append(data, '\n')
}

// yamlLine finds the line in the YAML reader's errors.
var yamlLine = regexp.MustCompile(`^(?:unmarshal errors:\s+)?line (\d+): (.*)$`)

// Syntax turns an error of the YAML package about some data into a line and a message.
func Syntax(err error, data []byte) *SyntaxError {
	msg := strings.TrimPrefix(err.Error(), "yaml: ")
	line := 1
	if m := yamlLine.FindStringSubmatch(msg); m != nil {
		line, _ = strconv.Atoi(m[1])
		msg = m[2]
	}
	if _, rest, ok := strings.Cut(msg, "unknown anchor '"); ok {
		anchor, _, _ := strings.Cut(rest, "'")
		if at := bytes.Index(data, []byte("*"+anchor)); at >= 0 {
			line = 1 + bytes.Count(data[:at], []byte("\n"))
		}
		return &SyntaxError{line, "the anchor &" + Shorten(anchor) + " is not defined above its use"}
	}
	if slip := unquoted(data, line); slip != nil {
		return slip
	}
	if at, ok := tabLine(data); ok && strings.Contains(msg, "cannot start any token") {
		return &SyntaxError{at, "a tab where YAML wants spaces; indent with spaces"}
	}
	if at := bytes.IndexFunc(data, isForbidden); at >= 0 && strings.Contains(msg, "control characters") {
		line = 1 + bytes.Count(data[:at], []byte("\n"))
	}
	return &SyntaxError{line, msg}
}

// isForbidden reports whether a YAML document may not contain a character (YAML 1.2, section 5.1).
func isForbidden(r rune) bool {
	return unicode.IsControl(r) && !strings.ContainsRune("\t\n\r\u0085", r)
}

// tabLine finds the first line that is indented with a tab.
func tabLine(data []byte) (int, bool) {
	for i, line := range strings.Split(string(data), "\n") {
		if indent := line[:len(line)-len(strings.TrimLeft(line, " \t"))]; strings.Contains(indent, "\t") {
			return i + 1, true
		}
	}
	return 0, false
}
