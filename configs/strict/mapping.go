package strict

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Field is one key of a mapping and the shape of its value.
type Field struct {
	Name  string
	Shape Shape
}

// Mapping is a mapping with known keys. Unknown and repeated keys are mistakes.
type Mapping struct {
	// What names the mapping in mistakes, such as "a rule".
	What   string
	Fields []Field
	// Required are the keys that must be there; Marked are those that the schema tells of too, and that Check asks for.
	Required, Marked []string
	// NeedsOne are keys of which at least one must be there.
	NeedsOne []string
	// Others is the shape of the values of all other keys, by the key; nil: there are none.
	Others Item
	// Instead is what to write instead of plain text for the whole mapping, and Elsewhere instead of an unknown key; "": nothing better is
	// known. nil: never.
	Instead, Elsewhere func(word string) string
	// Check looks at the whole mapping once its fields have been read, and reports what is wrong; nil: nothing can be.
	Check func(v Value)
}

// As is an Instead for a mapping whose plain value is most likely meant for one of its keys.
func As(key string) func(text string) string {
	return func(text string) string { return "write {" + key + ": " + text + "}" }
}

// Item makes the shape of one item of a list or of one value of a mapping: v is the item's place, or that of its key. done,
// unless nil, is called when it has been read. A nil Shape reads nothing.
type Item func(v Value) (s Shape, done func())

func (s Mapping) describe(all *schemas) *Schema {
	properties := map[string]*Schema{}
	for _, f := range s.Fields {
		properties[f.Name] = f.Shape.describe(all)
	}
	out := object(properties)
	out.Required = slices.Concat(s.Required, s.Marked)
	if s.Others != nil {
		item, _ := s.Others(Value{})
		out.Additional = item.describe(all)
	}
	return out
}

func (s Mapping) read(r *reader, n *yaml.Node) {
	at := Value{r, n}
	if n = r.follow(n); n == nil {
		return
	}
	if n.Kind != yaml.MappingNode {
		pairs := "key: value"
		if s.Others != nil {
			pairs = "name: …"
		}
		r.bad(n, "%s must be a mapping (%s), not %s%s", s.What, pairs, kindName(n), better(s.Instead, n))
		return
	}
	r.pairs(n, func(key, value *yaml.Node) { s.entry(r, key, value) })
	for _, key := range s.Required {
		if !at.Has(key) {
			r.bad(n, "%q is missing", key)
		}
	}
	if len(s.NeedsOne) > 0 && !at.Has(s.NeedsOne...) {
		at.Bad("%s needs at least one of %s", s.What, strings.Join(s.NeedsOne, ", "))
	}
	if s.Check != nil {
		s.Check(at)
	}
}

// entry reads one key.
func (s Mapping) entry(r *reader, key, value *yaml.Node) {
	known := make([]string, len(s.Fields))
	for i, f := range s.Fields {
		if f.Name == key.Value {
			f.Shape.read(r, value)
			return
		}
		known[i] = f.Name
	}
	if s.Others != nil {
		readItem(r, s.Others, key, value)
		return
	}
	hint := better(s.Elsewhere, key)
	if hint == "" {
		hint = DidYouMean(key.Value, known)
	}
	if hint == "" {
		hint = ": known are " + strings.Join(known, ", ")
	}
	r.bad(key, "unknown key %q%s", Shorten(key.Value), hint)
}

// better says what to write instead of a plain value.
func better(instead func(word string) string, n *yaml.Node) string {
	if instead == nil || n.Kind != yaml.ScalarNode {
		return ""
	}
	if other := instead(Shorten(n.Value)); other != "" {
		return ": " + other
	}
	return ""
}

// readItem reads a value by the shape that an Item makes at a place.
func readItem(r *reader, item Item, at, value *yaml.Node) {
	shape, done := item(Value{r, at})
	if shape != nil {
		shape.read(r, value)
	}
	if done != nil {
		done()
	}
}

// pairs visits the keys of a mapping, each once.
func (r *reader) pairs(n *yaml.Node, visit func(key, value *yaml.Node)) {
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if r.once(seen, n.Content[i]) {
			visit(n.Content[i], n.Content[i+1])
		}
	}
}

// once checks that a key is plain text and has not been seen in this mapping.
func (r *reader) once(seen map[string]int, key *yaml.Node) bool {
	switch {
	case key.Kind != yaml.ScalarNode:
		r.bad(key, "a key must be plain text, not %s", kindName(key))
		return false
	case key.Tag == "!!merge":
		r.bad(key, "merge keys (<<) are not understood; repeat the lines")
		return false
	}
	if first, ok := seen[key.Value]; ok {
		r.bad(key, "key %q is given twice (first in line %d)", Shorten(key.Value), first)
		return false
	}
	seen[key.Value] = key.Line
	return true
}

// entries is a mapping whose keys are people's own names.
type entries struct {
	what string
	item Item
}

// Entries is a mapping whose keys are people's own names.
func Entries(what string, item Item) Shape { return entries{what, item} }

func (s entries) describe(all *schemas) *Schema {
	item, _ := s.item(Value{})
	return &Schema{Type: "object", Names: &Schema{Type: "string", Pattern: namePattern}, Additional: item.describe(all)}
}

func (s entries) read(r *reader, n *yaml.Node) {
	if n = r.follow(n); n == nil {
		return
	}
	if n.Kind != yaml.MappingNode {
		r.bad(n, "%s must be a mapping (name: …), not %s", s.what, kindName(n))
		return
	}
	r.pairs(n, func(key, value *yaml.Node) { readItem(r, s.item, key, value) })
}

// list is a list of items of one shape.
type list struct {
	what string
	item Item
}

// List is a list, with at least one item.
func List(what string, item Item) Shape { return list{what, item} }

func (s list) describe(all *schemas) *Schema {
	item, _ := s.item(Value{})
	return &Schema{Type: "array", MinItems: 1, Items: item.describe(all)}
}

func (s list) read(r *reader, n *yaml.Node) {
	if n = r.follow(n); n == nil {
		return
	}
	if n.Kind != yaml.SequenceNode {
		r.bad(n, "%s must be a list (- item), not %s", s.what, kindName(n))
		return
	}
	if len(n.Content) == 0 {
		r.bad(n, "%s is an empty list", s.what)
	}
	for _, item := range n.Content {
		readItem(r, s.item, item, item)
	}
}
