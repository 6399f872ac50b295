// Package yamltext changes YAML files that people wrote without touching the rest of their text: comments and layout stay.
package yamltext

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// Document is a YAML text with the nodes in it. Changes return a new text; the document stays as it was parsed.
type Document struct {
	Text []byte
	Root *yaml.Node // a mapping
}

// Parse parses a text whose top level is a mapping.
func Parse(text []byte) (*Document, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil, fmt.Errorf("not YAML: %w", err)
	}
	if doc.Kind != yaml.DocumentNode || doc.Content[0].Kind != yaml.MappingNode {
		return nil, errors.New("not a mapping")
	}
	return &Document{text, doc.Content[0]}, nil
}

// Value returns the value of a key of a mapping, or nil.
func Value(n *yaml.Node, key string) *yaml.Node {
	for i := 0; n != nil && n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

// Key returns the node of a key of a mapping, or nil.
func Key(n *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i]
		}
	}
	return nil
}

// Encode writes nodes with an indentation of two spaces.
func Encode(n *yaml.Node) ([]byte, error) {
	var out bytes.Buffer
	enc := yaml.NewEncoder(&out)
	enc.SetIndent(2)
	err := errors.Join(enc.Encode(n), enc.Close())
	return out.Bytes(), err
}

// Same reports whether two texts have the same meaning.
func Same(a, b []byte) bool {
	var x, y any
	if yaml.Unmarshal(a, &x) != nil || yaml.Unmarshal(b, &y) != nil {
		return false
	}
	return fmt.Sprintf("%#v", x) == fmt.Sprintf("%#v", y)
}

// Flow reports whether a mapping or list is written in braces or brackets.
func Flow(n *yaml.Node) bool { return n.Style&yaml.FlowStyle != 0 }

// Insert returns the text with more at a byte offset.
func (d *Document) Insert(at int, more string) []byte { return d.Replace(at, 0, more) }

// Replace returns the text with a number of bytes at an offset replaced.
func (d *Document) Replace(at, size int, by string) []byte {
	return slices.Concat(d.Text[:at], []byte(by), d.Text[at+size:])
}

// Offset returns the byte offset of a node in the text.
func (d *Document) Offset(n *yaml.Node) int {
	at := 0
	for range n.Line - 1 {
		at += bytes.IndexByte(d.Text[at:], '\n') + 1
	}
	for range n.Column - 1 { // columns count characters
		_, size := utf8.DecodeRune(d.Text[at:])
		at += size
	}
	return at
}

// Size returns the length of a node that is written in braces, brackets or as one plain or quoted word, in bytes; 0 if its end is
// not found.
func (d *Document) Size(n *yaml.Node) int {
	text := d.Text[d.Offset(n):]
	if n.Kind != yaml.ScalarNode {
		return flowLength(text)
	}
	written := n.Value
	if n.Style == yaml.DoubleQuotedStyle || n.Style == yaml.SingleQuotedStyle {
		written = string(text[:1]) + written + string(text[:1])
	}
	if !bytes.HasPrefix(text, []byte(written)) {
		return 0
	}
	return len(written)
}

// flowLength returns the length of a mapping in braces or a list in brackets, in bytes; 0 if its end is not found.
func flowLength(text []byte) int {
	depth, quote := 0, byte(0)
	for i, c := range text {
		switch {
		case quote != 0:
			if c == quote && (quote != '"' || text[i-1] != '\\') {
				quote = 0
			}
		case c == '"' || c == '\'':
			if before := text[max(0, i-1)]; strings.IndexByte(" [{,:(", before) >= 0 {
				quote = c
			}
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			if depth--; depth == 0 {
				return i + 1
			}
		case depth == 0:
			return 0
		}
	}
	return 0
}

// LineEnd returns the offset of the end of the line that a node begins in: of its line break, or of the text.
func (d *Document) LineEnd(n *yaml.Node) int {
	at := d.Offset(n)
	if i := bytes.IndexByte(d.Text[at:], '\n'); i >= 0 {
		return at + i
	}
	return len(d.Text)
}

// Indent returns the indentation of a line below a node, at the same column.
func Indent(n *yaml.Node) string { return strings.Repeat(" ", max(0, n.Column-1)) }

// Indented indents each line of a text.
func Indented(text, indent string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(indent + line)
	}
	return b.String()
}
