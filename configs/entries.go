package configs

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Entry is one element of a list of mappings, such as one profile: the values that are written in it, in the order of
// the table, with where each comes from. Their keys are those inside the entry.
type Entry []Value

// Text is the value of a key as text; "" when it is not written.
func (e Entry) Text(key string) string {
	for _, v := range e {
		if s, ok := v.Value.(string); ok && v.Key == key {
			return s
		}
	}
	return ""
}

// MarshalJSON writes the entry as an object of what is written in it.
func (e Entry) MarshalJSON() ([]byte, error) {
	out := map[string]any{}
	for _, v := range e {
		out[v.Key] = v.Value
	}
	return json.Marshal(out)
}

// String is the entry's name for people: what its first key says.
func (e Entry) String() string {
	if len(e) == 0 {
		return ""
	}
	return fmt.Sprint(e[0].Value)
}

// entriesOf is a kind whose value is a list of mappings with these keys. The first must be there in each, and no two may
// share it. plain says that an element may be the first key's value alone.
func entriesOf(want string, plain bool, fields ...setting) kind {
	return kind{want: want, fields: fields, plain: plain}
}

// position is the key under which a layer of an entry holds the place of the entry itself. No setting has it.
const position = ""

// entries reads a list of mappings, each as strictly as the file itself.
func (w *walker) entries(s setting, v *yaml.Node) {
	if v.Kind == yaml.ScalarNode && v.Tag == "!!null" {
		return
	}
	if v.Kind != yaml.SequenceNode {
		w.bad.add(w.at(v), s.key, "%s belongs here", s.want)
		return
	}
	g := given{tag: v.Tag, list: []given{}, entries: []layer{}, from: w.at(v)}
	for _, n := range v.Content {
		x, plain := w.given(n)
		switch {
		case n.Kind == yaml.MappingNode:
			in := walker{file: w.file, name: w.name, base: s.key + ".", known: s.fields, out: layer{}, bad: w.bad}
			in.section("", n)
			in.out[position] = given{from: w.at(n)}
			g.entries = append(g.entries, in.out)
		case s.plain && plain && x.list == nil && x.tag != "!!null":
			g.entries = append(g.entries, layer{s.fields[0].key: x, position: given{from: w.at(n)}})
		default:
			w.bad.add(w.at(n), s.key, "%s belongs here", s.want)
		}
	}
	w.out[s.key] = g
}

// inline reads a list of mappings from one line of text, as the environment and flags give it: YAML in brackets, or,
// where plain elements are allowed, elements with commas.
func (s setting) inline(g given, bad *problems) ([]layer, bool) {
	text := strings.TrimSpace(g.text)
	if !strings.HasPrefix(text, "[") {
		var out []layer
		for _, e := range g.elements() {
			out = append(out, layer{s.fields[0].key: e, position: given{from: g.from}})
		}
		return out, s.plain
	}
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil || len(doc.Content) != 1 {
		return nil, false
	}
	w := walker{name: g.from.Name, known: []setting{s}, out: layer{}, bad: bad}
	w.entries(s, doc.Content[0])
	return w.out[s.key].entries, true
}

// readEntries understands what was written, telling every mistake in its place.
func (s setting) readEntries(g given, env environment, bad *problems) ([]Entry, bool) {
	list := g.entries
	if g.entries == nil {
		var ok bool
		if list, ok = s.inline(g, bad); !ok {
			bad.add(g.from, s.key, "%s", s.wrong(g))
			return nil, false
		}
	}
	out, seen := []Entry{}, map[string]Source{}
	for _, l := range list {
		e := s.readEntry(l, env, bad)
		first := s.fields[0].key
		name := e.Text(first)
		one := name
		if same := s.fields[0].same; same != nil && name != "" {
			one = same(name)
		}
		if _, written := l[first]; !written {
			bad.add(l[position].from, s.key, "this entry has no %q", first)
		}
		if at, twice := seen[one]; twice && name != "" {
			bad.add(l[position].from, s.key, "%s appears twice%s", strconv.Quote(short(name)), firstIn(at))
		}
		seen[one] = l[position].from
		out = append(out, e)
	}
	return out, true
}

func firstIn(at Source) string {
	if at.Line == 0 {
		return ""
	}
	return " (first in line " + strconv.Itoa(at.Line) + ")"
}

func (s setting) readEntry(l layer, env environment, bad *problems) Entry {
	e := Entry{}
	for _, f := range s.fields {
		g, ok := l[f.key]
		if !ok {
			continue
		}
		val, ok := f.read(g)
		if !ok {
			bad.add(g.from, s.key+"."+f.key, "%s", f.wrong(g))
			continue
		}
		if f.path {
			val = env.absolute(f.key, val, g.from, bad)
		}
		e = append(e, Value{Key: f.key, Value: val, From: g.from})
	}
	return e
}

// plainEntries are entries as viper merges them.
func plainEntries(entries []Entry) []any {
	out := []any{}
	for _, e := range entries {
		m := map[string]any{}
		for _, v := range e {
			section, leaf, deeper := strings.Cut(v.Key, ".")
			if !deeper {
				m[v.Key] = v.Value
				continue
			}
			in, _ := m[section].(map[string]any)
			if in == nil {
				in = map[string]any{}
			}
			in = maps.Clone(in)
			in[leaf] = v.Value
			m[section] = in
		}
		out = append(out, m)
	}
	return out
}

// only picks settings of the table by their keys.
func only(table []setting, keys ...string) []setting {
	var out []setting
	for _, s := range table {
		if slices.Contains(keys, s.key) {
			out = append(out, s)
		}
	}
	return out
}
