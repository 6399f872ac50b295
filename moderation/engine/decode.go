package engine

import (
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Limits on what one rule file may hold. They keep a hostile or broken file from costing more than a moment.
const (
	maxFileBytes = 256 << 10 // a larger file needs more memory to parse than a reload may take
	maxListBytes = 4 << 20
	maxNodes     = 100_000 // visited, so that an alias counts each time it is used
	maxDepth     = 16      // of any/all/none in each other
	maxText      = 1000    // bytes of one phrase, pattern or title
	maxBatch     = 200     // lines of one check, steps of one rule, values of one list of names
	maxUse       = 64      // files in one set
	maxRules     = 2000    // in one set
	maxGap       = 10
)

// decoder reads one parsed file into raw types. It never stops at a mistake: it notes it and goes on.
type decoder struct {
	file   string
	rule   string // the id of the rule being read
	probs  *problems
	budget int // nodes left to visit

	shape *shape            // set while the reader describes itself, see Schema
	defs  map[string]*shape // the parts that refer to themselves
}

// blank stands for the node that is not there while the reader describes itself.
func blank() *yaml.Node { return &yaml.Node{} }

// field is one key of a mapping and how its value is read.
type field struct {
	name string
	read func(*yaml.Node)
}

func (d *decoder) bad(n *yaml.Node, format string, args ...any) {
	if d.shape != nil {
		return
	}
	d.probs.add(d.file, n.Line, d.rule, format, args...)
}

// follow resolves an alias and counts the visit. It returns nil once the file has been found too large.
func (d *decoder) follow(n *yaml.Node) *yaml.Node {
	if d.shape != nil {
		return n
	}
	if d.budget--; d.budget == 0 {
		d.bad(n, "too much: the file expands to more than %d values", maxNodes)
	}
	if d.budget <= 0 {
		return nil
	}
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

// fields reads a mapping. Unknown and repeated keys are mistakes.
func (d *decoder) fields(n *yaml.Node, what string, known ...field) {
	if d.shape != nil {
		into := d.shape.object()
		for _, f := range known {
			into.Properties[f.name] = &shape{}
			d.describe(into.Properties[f.name], func() { f.read(blank()) })
		}
		return
	}
	if n = d.follow(n); n == nil {
		return
	}
	if n.Kind != yaml.MappingNode {
		d.bad(n, "%s must be a mapping (key: value), not %s", what, kindName(n))
		return
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if !d.once(seen, key) {
			continue
		}
		if read := lookup(known, key.Value); read != nil {
			read(value)
			continue
		}
		d.bad(key, "unknown key %q%s", shorten(key.Value), didYouMean(key.Value, names(known)))
	}
}

// once checks that a key is plain text and has not been seen in this mapping.
func (d *decoder) once(seen map[string]int, key *yaml.Node) bool {
	switch {
	case key.Kind != yaml.ScalarNode:
		d.bad(key, "a key must be plain text, not %s", kindName(key))
		return false
	case key.Tag == "!!merge":
		d.bad(key, "merge keys (<<) are not understood; repeat the lines")
		return false
	}
	if first, ok := seen[key.Value]; ok {
		d.bad(key, "key %q is given twice (first in line %d)", shorten(key.Value), first)
		return false
	}
	seen[key.Value] = key.Line
	return true
}

func lookup(known []field, name string) func(*yaml.Node) {
	for _, f := range known {
		if f.name == name {
			return f.read
		}
	}
	return nil
}

func names(known []field) []string {
	out := make([]string, len(known))
	for i, f := range known {
		out[i] = f.name
	}
	return out
}

// text reads a scalar that is words: numbers are taken as they are written, yes/no/null must be quoted.
func (d *decoder) text(n *yaml.Node, what string) (rawText, bool) {
	if d.shape != nil {
		d.shape.text()
		return rawText{}, false
	}
	if n = d.follow(n); n == nil {
		return rawText{}, false
	}
	if n.Kind != yaml.ScalarNode {
		d.bad(n, "%s must be text, not %s", what, kindName(n))
		return rawText{}, false
	}
	switch n.Tag {
	case "!!null":
		d.bad(n, "%s is empty", what)
		return rawText{}, false
	case "!!str", "!!int", "!!float":
	default:
		d.bad(n, "%s must be text: write %q in quotes", what, shorten(n.Value))
		return rawText{}, false
	}
	if len(n.Value) > maxText {
		d.bad(n, "%s is too long: %d bytes, at most %d, so it ends at character %d", what, len(n.Value), maxText, maxText+1)
		return rawText{}, false
	}
	if strings.TrimSpace(n.Value) == "" {
		d.bad(n, "%s is empty", what)
		return rawText{}, false
	}
	return rawText{Text: n.Value, line: n.Line}, true
}

// texts reads one text or a list of texts.
func (d *decoder) texts(n *yaml.Node, what string) []rawText {
	if d.shape != nil {
		d.shape.oneOrMany((*shape).text)
		return nil
	}
	if n = d.follow(n); n == nil {
		return nil
	}
	items := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		items = n.Content
		if len(items) == 0 {
			d.bad(n, "%s is an empty list", what)
		}
	}
	var out []rawText
	for _, item := range items {
		if t, ok := d.text(item, what); ok {
			out = append(out, t)
		}
	}
	return out
}

// each calls read for every item of a list.
func (d *decoder) each(n *yaml.Node, what string, read func(*yaml.Node)) {
	if d.shape != nil {
		d.shape.kind("array").MinItems = 1
		d.shape.Items = &shape{}
		d.describe(d.shape.Items, func() { read(blank()) })
		return
	}
	if n = d.follow(n); n == nil {
		return
	}
	if n.Kind != yaml.SequenceNode {
		d.bad(n, "%s must be a list (- item), not %s", what, kindName(n))
		return
	}
	if len(n.Content) == 0 {
		d.bad(n, "%s is an empty list", what)
	}
	for _, item := range n.Content {
		read(item)
	}
}

// oneOf reads a name from a closed list.
func (d *decoder) oneOf(n *yaml.Node, what string, allowed ...string) string {
	if d.shape != nil {
		d.shape.kind("string").Enum = allowed
		return ""
	}
	t, ok := d.text(n, what)
	if !ok {
		return ""
	}
	for _, a := range allowed {
		if t.Text == a {
			return a
		}
	}
	d.bad(n, "unknown %s %q%s: one of %s", what, shorten(t.Text), didYouMean(t.Text, allowed), strings.Join(allowed, ", "))
	return ""
}

// number reads a number between lo and hi; a percentage such as 10% is read as 0.10.
func (d *decoder) number(n *yaml.Node, what string, lo, hi float64) *float64 {
	if d.shape != nil {
		number := &shape{Type: "number", Minimum: &lo, Maximum: &hi}
		d.shape.AnyOf = append(d.shape.AnyOf, number, &shape{Type: "string", Pattern: `^-?[0-9]+(\.[0-9]+)?%$`})
		return nil
	}
	if n = d.follow(n); n == nil {
		return nil
	}
	digits, percent := strings.CutSuffix(n.Value, "%")
	v, err := strconv.ParseFloat(digits, 64)
	if n.Kind != yaml.ScalarNode || err != nil || n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0 {
		d.bad(n, "%s must be a number, not %s", what, kindName(n))
		return nil
	}
	if percent {
		v /= 100
	}
	if !(v >= lo && v <= hi) { // also refuses NaN
		d.bad(n, "%s must be between %v and %v", what, lo, hi)
		return nil
	}
	return &v
}

// boolean reads true or false (or yes/no).
func (d *decoder) boolean(n *yaml.Node, what string) bool {
	if d.shape != nil {
		d.shape.AnyOf = append(d.shape.AnyOf, &shape{Type: "boolean"}, &shape{Type: "string", Enum: []string{"yes", "no"}})
		return false
	}
	if n = d.follow(n); n == nil {
		return false
	}
	var v bool
	if n.Kind != yaml.ScalarNode || n.Decode(&v) != nil {
		d.bad(n, "%s must be true or false, not %s", what, kindName(n))
	}
	return v
}

// kindName names what stands there in the host's words.
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

// shorten keeps a quoted value from filling the screen.
func shorten(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
