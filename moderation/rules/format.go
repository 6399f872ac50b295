package rules

import (
	"bytes"
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"

	"earshot/configs/strict"
)

// topOrder is the order of the sections of a rule file, ruleOrder that of a rule's keys.
var (
	topOrder = []string{
		"schema", "profile", "about", "use", "off", "exempt", "mode", "automatic", "people", "zone", "languages", "words", "trust", "ledger",
		"conditions", "rules", "checks",
	}
	ruleOrder = []string{
		"id", "about", "override", "mode", "automatic", "when", "unless", "for", "span", "on", "second_look", "trust", "then", "at_most",
	}
)

// Format returns a rule file in the standard format: sections and keys of rules in the standard order, two spaces of indentation,
// comments kept in place. It does not change the file's meaning. The error says that it is not YAML.
func Format(data []byte) ([]byte, error) {
	if len(data) > maxFileBytes {
		return nil, fmt.Errorf("the file is larger than %d KiB", maxFileBytes>>10)
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		broken := strict.Syntax(err, data)
		return nil, fmt.Errorf("line %d: not YAML: %w", broken.Line, broken)
	}
	if doc.Kind != yaml.DocumentNode || doc.Content[0].Kind != yaml.MappingNode {
		return nil, fmt.Errorf("line 1: a rule file is a mapping that begins with schema: 1")
	}
	root := doc.Content[0]
	head := ""
	if len(root.Content) > 0 { // the comment at the top belongs to the file, not to the section that happens to be first
		head, root.Content[0].HeadComment = root.Content[0].HeadComment, ""
	}
	arrange(root, topOrder)
	for i := 0; i+1 < len(root.Content); i += 2 {
		if root.Content[i].Value == "rules" && root.Content[i+1].Kind == yaml.SequenceNode {
			for _, r := range root.Content[i+1].Content {
				arrange(r, ruleOrder)
			}
		}
	}
	if len(root.Content) > 0 && head != "" {
		root.Content[0].HeadComment = head
	}
	var out bytes.Buffer
	enc := yaml.NewEncoder(&out)
	enc.SetIndent(2)
	if err := enc.Encode(&doc); err != nil {
		return nil, err
	}
	return out.Bytes(), enc.Close()
}

// arrange sorts the keys of a mapping; unknown ones stay at the end.
func arrange(n *yaml.Node, order []string) {
	if n.Kind != yaml.MappingNode || len(n.Content)%2 != 0 {
		return
	}
	type pair struct{ key, value *yaml.Node }
	pairs := make([]pair, 0, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		pairs = append(pairs, pair{n.Content[i], n.Content[i+1]})
	}
	rank := func(p pair) int {
		if i := slices.Index(order, p.key.Value); i >= 0 {
			return i
		}
		return len(order)
	}
	slices.SortStableFunc(pairs, func(a, b pair) int { return rank(a) - rank(b) })
	n.Content = n.Content[:0]
	for _, p := range pairs {
		n.Content = append(n.Content, p.key, p.value)
	}
}
