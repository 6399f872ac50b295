package strict

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Text is a text and where it stands.
type Text struct {
	Text string
	// File is the file it stands in, when that is not the document that is read.
	File string `json:"-"`
	Line int    `json:"-"`
}

// scalar is a plain value: it is read as text, and taken.
type scalar struct {
	what   string
	schema *Schema
	// take reports what is wrong with the text, or keeps it.
	take func(v Value, t Text)
}

func (s scalar) describe(*schemas) *Schema { return s.schema }

func (s scalar) read(r *reader, n *yaml.Node) {
	if t, ok := r.text(n, s.what); ok {
		s.take(Value{r, n}, t)
	}
}

// inBraces is what stands in braces without quotes, {list} or {{match}}, which YAML reads as a mapping; or "".
func inBraces(n *yaml.Node) string {
	if n.Kind != yaml.MappingNode || n.Style&yaml.FlowStyle == 0 || len(n.Content) != 2 {
		return ""
	}
	if key, value := n.Content[0], n.Content[1]; key.Kind == yaml.ScalarNode && value.Tag == "!!null" && value.Value == "" {
		return "{" + key.Value + "}"
	}
	if in := n.Content[0]; in.Kind == yaml.MappingNode && len(in.Content) == 2 && in.Content[0].Kind == yaml.ScalarNode {
		return "{{" + in.Content[0].Value + "}}"
	}
	return ""
}

// text reads words: numbers are taken as they are written, yes/no/null must be quoted.
func (r *reader) text(n *yaml.Node, what string) (Text, bool) {
	if n = r.follow(n); n == nil {
		return Text{}, false
	}
	if braced := inBraces(n); braced != "" {
		r.bad(n, "%s must be text: put it in quotes: %q", what, braced)
		return Text{}, false
	}
	if n.Kind != yaml.ScalarNode {
		r.bad(n, "%s must be text, not %s", what, kindName(n))
		return Text{}, false
	}
	switch n.Tag {
	case "!!null":
		r.bad(n, "%s is empty", what)
		return Text{}, false
	case "!!str", "!!int", "!!float":
	default:
		r.bad(n, "%s must be text: write %q in quotes", what, Shorten(n.Value))
		return Text{}, false
	}
	if len(n.Value) > MaxText {
		r.bad(n, "%s is too long: %d bytes, at most %d, so it ends at character %d", what, len(n.Value), MaxText, MaxText+1)
		return Text{}, false
	}
	if strings.TrimSpace(n.Value) == "" {
		r.bad(n, "%s is empty", what)
		return Text{}, false
	}
	return Text{Text: n.Value, Line: n.Line}, true
}

// textSchema is text that may be written as a number.
func textSchema() *Schema { return &Schema{Type: []string{"string", "number"}, MaxLength: MaxText} }

// String is any text of at most MaxText bytes. what names it in mistakes, here and in all shapes.
func String(what string, into *string) Shape {
	return scalar{what, textSchema(), func(_ Value, t Text) { *into = t.Text }}
}

// Checked is a text that take looks at: it reports at v what is wrong, or keeps it. pattern is what the schema tells of it, or "".
func Checked(what, pattern string, take func(v Value, t Text)) Shape {
	s := &Schema{Type: "string", Pattern: pattern}
	if pattern == "" {
		s = textSchema()
	}
	return scalar{what, s, take}
}

// namePattern is the shape of the names that people give.
const namePattern = `^[a-z0-9][a-z0-9._-]{0,63}$`

var nameShape = regexp.MustCompile(namePattern)

// Name is a name that somebody gives or refers to: lower-case letters, digits, dots, dashes and underscores.
func Name[T ~string](what string, into *T) Shape {
	s := textSchema()
	s.Pattern = namePattern
	return scalar{what, s, func(v Value, t Text) {
		if !nameShape.MatchString(t.Text) {
			v.Bad("%s %q must be lower-case letters, digits, dots, dashes and underscores (at most 64)", what, Shorten(t.Text))
			return
		}
		*into = T(t.Text)
	}}
}

// Name reads the value as a name that somebody gave: lower-case letters, digits, dots, dashes and underscores. It reports
// what is none, and returns "" then.
func (v Value) Name(what string) string {
	if v.n == nil {
		return ""
	}
	var name string
	Name(what, &name).read(v.r, v.n)
	return name
}

// OneOf is a name of a closed list.
func OneOf[T ~string](what string, into *T, allowed ...T) Shape {
	names := plain(allowed)
	return scalar{what, &Schema{Type: "string", Enum: names}, func(v Value, t Text) {
		if one, ok := find(v, t, what, names); ok {
			*into = T(one)
		}
	}}
}

// ManyOf is one or several names of a closed list.
func ManyOf[T ~string](what string, into *[]T, allowed ...T) Shape {
	names := plain(allowed)
	return texts{what, &Schema{Type: "string", Enum: names}, func(v Value, all []Text) {
		*into = nil
		for _, t := range all {
			at := Value{v.r, &yaml.Node{Line: t.Line}}
			if several := asList(t.Text); several != "" {
				at.Bad("unknown %s %q%s", what, Shorten(t.Text), several)
				continue
			}
			if one, ok := find(at, t, what, names); ok {
				*into = append(*into, T(one))
			}
		}
	}}
}

func plain[T ~string](names []T) []string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = string(n)
	}
	return out
}

func find(v Value, t Text, what string, allowed []string) (string, bool) {
	for _, a := range allowed {
		if t.Text == a {
			return a, true
		}
	}
	hint := DidYouMean(t.Text, allowed)
	if word := OtherWord(t.Text, allowed); word != "" {
		hint = fmt.Sprintf(" (did you mean %q?)", word)
	}
	for _, a := range allowed { // "monday" for mon
		if hint == "" && len(a) > 2 && strings.HasPrefix(strings.ToLower(t.Text), a) {
			hint = fmt.Sprintf(" (did you mean %q?)", a)
		}
	}
	v.Bad("unknown %s %q%s: one of %s", what, Shorten(t.Text), hint, strings.Join(allowed, ", "))
	return "", false
}

// texts is one text or a list of texts.
type texts struct {
	what string
	item *Schema
	take func(v Value, all []Text)
}

func (s texts) describe(*schemas) *Schema { return oneOrMany(s.item) }

func (s texts) read(r *reader, n *yaml.Node) {
	at := Value{r, n}
	if n = r.follow(n); n == nil {
		return
	}
	items := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		items = n.Content
		if len(items) == 0 {
			r.bad(n, "%s is an empty list", s.what)
		}
	}
	var out []Text
	for _, item := range items {
		if t, ok := r.text(item, s.what); ok {
			out = append(out, t)
		}
	}
	s.take(at, out)
}

// Texts is one text or a list of texts; those before are kept.
func Texts(what string, into *[]Text) Shape {
	return texts{what, textSchema(), func(_ Value, all []Text) { *into = append(*into, all...) }}
}

// Names is Texts for names, in which nobody writes a comma: one text with commas is meant to be several.
func Names(what string, into *[]Text) Shape {
	return texts{what, textSchema(), func(v Value, all []Text) {
		for _, t := range all {
			if strings.Contains(t.Text, ",") {
				Value{v.r, &yaml.Node{Line: t.Line}}.Bad("%s: %q is one name%s", what, Shorten(t.Text), asList(t.Text))
			}
		}
		*into = append(*into, all...)
	}}
}

// asList says how a text with commas is written as a list; "" if it has none.
func asList(text string) string {
	if !strings.Contains(text, ",") {
		return ""
	}
	return ": write [" + Shorten(text) + "] for several"
}

// CheckedTexts is one text or several, each of which take looks at; v is the place of all.
func CheckedTexts(what, pattern string, take func(v Value, t Text)) Shape {
	item := &Schema{Type: "string", Pattern: pattern}
	if pattern == "" {
		item = textSchema()
	}
	return texts{what, item, func(v Value, all []Text) {
		for _, t := range all {
			take(v, t)
		}
	}}
}

// exactly is one value and no other.
type exactly struct {
	want any
	text string
	bad  func(v Value, got string)
}

func (s exactly) describe(*schemas) *Schema { return &Schema{Const: s.want} }

func (s exactly) read(r *reader, n *yaml.Node) {
	if n = r.follow(n); n != nil && n.Value != s.text {
		s.bad(Value{r, n}, n.Value)
	}
}

// Exactly is one whole number and no other; bad reports anything else.
func Exactly(want int, bad func(v Value, got string)) Shape {
	return exactly{want, strconv.Itoa(want), bad}
}
