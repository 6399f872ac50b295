package yamltext

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// ended returns a text that ends with a line break.
func ended(text []byte) []byte {
	if len(text) > 0 && text[len(text)-1] != '\n' {
		return append(slices.Clip(text), '\n')
	}
	return text
}

// end returns where the value of a top-level key ends: before the comments of the next key, or at the end of the text.
func (d *Document) end(value *yaml.Node) int {
	next := 0
	for i := 0; i < len(d.Root.Content); i += 2 {
		if line := d.Root.Content[i].Line; line > value.Line && (next == 0 || line < next) {
			next = line
		}
	}
	lines := strings.SplitAfter(string(d.Text), "\n")
	if next > 0 {
		lines = lines[:next-1]
	}
	for len(lines) > 0 {
		last := lines[len(lines)-1]
		if strings.TrimSpace(last) != "" && !strings.HasPrefix(last, "#") {
			break
		}
		lines = lines[:len(lines)-1]
	}
	return len(strings.Join(lines, ""))
}

// Append adds an entry to the end of a list under a top-level key; a list that the text does not have yet is added at its end. The
// entry is block YAML of one or more lines without the dash. An entry of several lines does not fit into a list in brackets.
func Append(text []byte, key, entry string) ([]byte, error) {
	d, err := Parse(ended(text))
	if err != nil {
		return nil, err
	}
	list := Value(d.Root, key)
	item := dashed(entry)
	switch {
	case list == nil:
		return d.Insert(len(d.Text), "\n"+key+":\n"+Indented(item, "  ")), nil
	case list.Kind == yaml.ScalarNode && list.Tag == "!!null":
		return d.Insert(d.LineEnd(Key(d.Root, key))+1, Indented(item, "  ")), nil
	case list.Kind != yaml.SequenceNode:
		return nil, fmt.Errorf("its %s: is no list", key)
	case !Flow(list):
		return d.Insert(d.end(list), Indented(item, Indent(list))), nil
	case strings.Contains(entry, "\n"):
		return nil, fmt.Errorf("its %s: are in brackets; write them as a list with a dash for each, so that one can be added", key)
	}
	return d.Prepend(list, entry), nil
}

// dashed puts a dash before an entry, and aligns its other lines.
func dashed(entry string) string {
	entry = strings.TrimSuffix(entry, "\n")
	return "- " + strings.ReplaceAll(entry, "\n", "\n  ") + "\n"
}

// Prepend adds an entry of one line before the others of a list, wherever it is.
func (d *Document) Prepend(list *yaml.Node, entry string) []byte {
	switch {
	case len(list.Content) == 0:
		return d.Insert(d.Offset(list)+1, entry)
	case Flow(list):
		return d.Insert(d.Offset(list.Content[0]), entry+", ")
	}
	return d.Insert(d.Offset(list.Content[0]), entry+"\n"+Indent(list)+"- ")
}

// Put adds a key with a value of one line to the mapping under a top-level key. If the text does not have that yet, it is added
// behind the first of the keys named after that the text has.
func Put(text []byte, key, name, value string, after ...string) ([]byte, error) {
	d, err := Parse(ended(text))
	if err != nil {
		return nil, err
	}
	at := Value(d.Root, key)
	switch {
	case at == nil:
		return Top(text, key+":\n  "+name+": "+value+"\n", after...)
	case at.Kind == yaml.ScalarNode && at.Tag == "!!null":
		return d.Insert(d.LineEnd(Key(d.Root, key))+1, "  "+name+": "+value+"\n"), nil
	case at.Kind != yaml.MappingNode:
		return nil, fmt.Errorf("its %s: is no mapping", key)
	case Flow(at) && len(at.Content) > 0:
		return d.Insert(d.Offset(at.Content[0]), name+": "+value+", "), nil
	case Flow(at):
		return d.Insert(d.Offset(at)+1, name+": "+value), nil
	}
	return d.Insert(d.end(at), Indent(at)+name+": "+value+"\n"), nil
}

// Top adds whole lines behind the value of the first of some top-level keys that the text has.
func Top(text []byte, lines string, after ...string) ([]byte, error) {
	d, err := Parse(ended(text))
	if err != nil {
		return nil, err
	}
	for _, key := range after {
		if v := Value(d.Root, key); v != nil {
			return d.Insert(d.end(v), lines), nil
		}
	}
	return nil, fmt.Errorf("it has no %q", after[len(after)-1])
}
