package rules

import (
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"

	"earshot/configs/yamltext"
)

// Override adds to a host's file a rule of another file with a change, so that it overrides the original. The file then uses the
// other one, by the name use; data may be nil for a new file.
func Override(data, other []byte, use string, c Change) ([]byte, error) {
	from, err := parseDocument(other)
	if err != nil {
		return nil, err
	}
	r, err := from.rule(c.Rule)
	if err == nil {
		err = c.apply(r)
	}
	if err != nil {
		return nil, err
	}
	without(r, "override")
	for i := 0; i+1 < len(r.Content); i += 2 {
		if r.Content[i].Value == "id" {
			yes := []*yaml.Node{{Kind: yaml.ScalarNode, Value: "override"}, {Kind: yaml.ScalarNode, Value: "yes"}}
			r.Content = slices.Insert(r.Content, i+2, yes...)
			break
		}
	}
	r.HeadComment = ""
	item, err := yamltext.Encode(r)
	if err != nil {
		return nil, err
	}
	if data == nil {
		data = fmt.Appendf(nil, "schema: 1\nuse: [%s]\n", use)
	}
	return withRule(data, string(item), use)
}

// withRule adds a rule after those of a file, and a file to those that it uses.
func withRule(data []byte, item, use string) ([]byte, error) {
	data, err := yamltext.Append(data, "rules", item)
	if err != nil {
		return nil, err
	}
	d, err := parseDocument(data)
	if err != nil {
		return nil, err
	}
	return d.using(use)
}

// using adds a file to those that the file uses.
func (d document) using(name string) ([]byte, error) {
	use := yamltext.Value(d.Root, "use")
	if use == nil {
		return yamltext.Top(d.Text, "use: ["+name+"]\n", "schema")
	}
	names := []*yaml.Node{use}
	if use.Kind == yaml.SequenceNode {
		names = use.Content
	}
	for _, n := range names {
		if n.Value == name || n.Value+".yaml" == name {
			return d.Text, nil
		}
	}
	if use.Kind == yaml.SequenceNode {
		return d.Prepend(use, name), nil
	}
	return nil, fmt.Errorf("its use: is no list; make it one that has %s", name)
}
