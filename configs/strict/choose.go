package strict

import "go.yaml.in/yaml/v3"

// lazy makes its shape when it is needed.
type lazy func(v Value) Shape

// Lazy is a shape that is made when the value is read, at its place: for what exists only where it is written. A nil shape reads
// nothing.
func Lazy(shape func(v Value) Shape) Shape { return lazy(shape) }

func (s lazy) describe(all *schemas) *Schema { return s(Value{}).describe(all) }

func (s lazy) read(r *reader, n *yaml.Node) {
	if shape := s(Value{r, n}); shape != nil {
		shape.read(r, n)
	}
}

// after looks at a value that has been read.
type after struct {
	Shape
	check func(v Value)
}

// After is a shape whose value is looked at once it has been read.
func After(s Shape, check func(v Value)) Shape { return after{s, check} }

func (s after) read(r *reader, n *yaml.Node) {
	s.Shape.read(r, n)
	s.check(Value{r, n})
}

// Keys are the keys of a mapping; none if the shape is another.
func Keys(s Shape) (keys []string) {
	switch s := s.(type) {
	case after:
		return Keys(s.Shape)
	case Mapping:
		for _, f := range s.Fields {
			keys = append(keys, f.Name)
		}
	}
	return keys
}

// optional is a shape whose value may be left empty.
type optional struct{ Shape }

// Optional is a shape whose value may be left empty: a key with nothing behind it, "" or an empty list reads nothing.
func Optional(s Shape) Shape { return optional{s} }

func (s optional) read(r *reader, n *yaml.Node) {
	v := Value{r, n}
	t := v.target()
	if t == nil || t.Tag == "!!null" || v.IsPlain() && t.Value == "" || v.IsList() && len(t.Content) == 0 {
		return
	}
	s.Shape.read(r, n)
}

// either is one of two shapes.
type either struct {
	first, second Shape
	isSecond      func(v Value) bool
}

// Either is one of two shapes; isSecond tells by the value which.
func Either(first, second Shape, isSecond func(v Value) bool) Shape {
	return either{first, second, isSecond}
}

func (s either) describe(all *schemas) *Schema {
	return anyOf(s.first.describe(all), s.second.describe(all))
}

func (s either) read(r *reader, n *yaml.Node) {
	if s.isSecond(Value{r, n}) {
		s.second.read(r, n)
		return
	}
	s.first.read(r, n)
}

// OneKey is a mapping with a single key, which says of which kind the value is. Such a value may hold others of its like.
type OneKey struct {
	// What names this one in mistakes; Name is what all are called in the schema.
	What, Name string
	// Kinds are all kinds, made anew for each value; at is the value's place.
	Kinds func(at Value) []Field
	// NotOne is what a mapping of several keys, or of none, is told: how to join several. NotAList is what a list is told.
	NotOne, NotAList string
	// Instead and Elsewhere are as in a Mapping.
	Instead, Elsewhere func(word string) string
}

func (s OneKey) describe(all *schemas) *Schema {
	ref := &Schema{Ref: "#/$defs/" + s.Name}
	if all.defs[s.Name] != nil {
		return ref
	}
	all.defs[s.Name] = &Schema{} // before its parts, which may refer to it
	out := Mapping{Fields: s.Kinds(Value{})}.describe(all)
	out.MinProps, out.MaxProps = 1, 1
	*all.defs[s.Name] = *out
	return ref
}

func (s OneKey) read(r *reader, n *yaml.Node) {
	if n = r.follow(n); n == nil {
		return
	}
	if r.depth > maxDepth {
		r.bad(n, "%ss are nested more than %d deep", s.Name, maxDepth)
		return
	}
	if n.Kind == yaml.SequenceNode {
		r.bad(n, "%s %s", s.What, s.NotAList)
		return
	}
	if n.Kind == yaml.MappingNode && len(n.Content) != 2 {
		r.bad(n, "%s %s", s.What, s.NotOne)
	}
	r.depth++
	Mapping{What: s.What, Fields: s.Kinds(Value{r, n}), Instead: s.Instead, Elsewhere: s.Elsewhere}.read(r, n)
	r.depth--
}
