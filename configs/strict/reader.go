package strict

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Limits on one document. They keep a hostile or broken file from costing more than a moment.
const (
	// MaxValues bounds the values visited, so that an alias counts each time it is used.
	MaxValues = 100_000
	// MaxText bounds one text, in bytes.
	MaxText = 1000

	maxDepth = 16 // of a OneKey within others
)

// Shape is how a value is written, and where it goes when it is read. It serves one reading.
type Shape interface {
	read(*reader, *yaml.Node)
	describe(*schemas) *Schema
}

// reader reads one document. It never stops at a mistake: it reports it and goes on.
type reader struct {
	report func(line int, message string)
	budget int // values left to visit
	depth  int // of the OneKey that is being read
}

func (r *reader) bad(n *yaml.Node, format string, args ...any) {
	r.report(n.Line, fmt.Sprintf(format, args...))
}

// follow resolves an alias and counts the visit. It returns nil once the document has been found too large.
func (r *reader) follow(n *yaml.Node) *yaml.Node {
	if r.budget--; r.budget == 0 {
		r.bad(n, "too much: the file expands to more than %d values", MaxValues)
	}
	if r.budget <= 0 {
		return nil
	}
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

// Value is a place in a document: what a shape is about to read, or has read. The zero Value stands for a place in no
// document, where shapes are only described; nothing is reported of it.
type Value struct {
	r *reader
	n *yaml.Node
}

// Bad reports a mistake at the value.
func (v Value) Bad(format string, args ...any) {
	if v.n != nil {
		v.r.bad(v.n, format, args...)
	}
}

// Line is where the value stands, or 0.
func (v Value) Line() int {
	if v.n == nil {
		return 0
	}
	return v.n.Line
}

// Source is the value as YAML, with its comments, in the usual layout; "" for the zero Value.
func (v Value) Source() string {
	if v.n == nil {
		return ""
	}
	var out strings.Builder
	enc := yaml.NewEncoder(&out)
	enc.SetIndent(2)
	if errors.Join(enc.Encode(v.n), enc.Close()) != nil {
		return ""
	}
	return out.String()
}

// target is what stands at the place, behind an alias too; nil when there is nothing.
func (v Value) target() *yaml.Node {
	if v.n != nil && v.n.Kind == yaml.AliasNode {
		return v.n.Alias
	}
	return v.n
}

// IsMapping reports whether the value is a mapping.
func (v Value) IsMapping() bool { return v.is(yaml.MappingNode) }

// IsList reports whether the value is a list.
func (v Value) IsList() bool { return v.is(yaml.SequenceNode) }

// IsPlain reports whether the value is neither a mapping nor a list.
func (v Value) IsPlain() bool { return v.is(yaml.ScalarNode) }

// Keys returns the keys of a mapping.
func (v Value) Keys() (out []string) {
	if n := v.target(); v.IsMapping() {
		for i := 0; i < len(n.Content); i += 2 {
			out = append(out, n.Content[i].Value)
		}
	}
	return out
}

// IsTruth reports whether the value is true or false, or yes or no.
func (v Value) IsTruth() bool {
	var b bool
	t := v.target()
	return t != nil && t.Kind == yaml.ScalarNode && t.Decode(&b) == nil
}

func (v Value) is(k yaml.Kind) bool {
	n := v.target()
	return n != nil && n.Kind == k
}

// Has reports whether the value is a mapping with one of the keys.
func (v Value) Has(keys ...string) bool {
	for _, key := range keys {
		if v.child(key) != nil {
			return true
		}
	}
	return false
}

// Text is a plain value as it is written; "" for anything else.
func (v Value) Text() string {
	if n := v.target(); n != nil && n.Kind == yaml.ScalarNode {
		return n.Value
	}
	return ""
}

// At is the value of a key, as long as the value itself is a mapping that has it; the zero Value otherwise.
func (v Value) At(key string) Value { return Value{v.r, v.child(key)} }

func (v Value) child(key string) *yaml.Node {
	n := v.target()
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

// kindName names what stands there in people's words.
func kindName(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	case yaml.AliasNode:
		return "an alias"
	}
	switch n.Tag {
	case "!!null":
		return "nothing"
	case "!!bool":
		return "true/false"
	case "!!int", "!!float":
		return "a number"
	}
	return "text"
}

// Shorten keeps a quoted value from filling the screen.
func Shorten(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

// otherWords are what people write for a choice.
var otherWords = map[string]string{
	"ask": "suggest", "log": "watch", "record": "watch", "off": "none", "no": "none", "warning": "warn", "enforce": "act",
}

// OtherWord returns the one of some words for which people write another one, such as "ask" for "suggest"; "" if there is none.
func OtherWord(name string, known []string) string {
	if word := otherWords[strings.ToLower(name)]; slices.Contains(known, word) {
		return word
	}
	return ""
}

// DidYouMean returns ` (did you mean "x"?)` for the closest of the known names, or "".
func DidYouMean(name string, known []string) string {
	if near := Closest(strings.ToLower(Shorten(name)), known); near != "" {
		return fmt.Sprintf(" (did you mean %q?)", near)
	}
	return ""
}
