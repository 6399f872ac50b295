package rules

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"earshot/configs/yamltext"
	"earshot/models"
)

// Change is one small change to a rule: how far it may go, a score that it requires, or an exception.
type Change struct {
	Rule string
	// Mode, unless empty, is the rule's new mode.
	Mode models.Mode
	// Score is the index of the score under when: to change (see Scores); To is the new minimum score.
	Score int
	To    float64
	// Unless is a condition to add to unless:, as one line of YAML; "": a score is changed.
	Unless string
}

// Score is a minimum score that a rule requires for a label of the text model.
type Score struct {
	Label string
	Least string // as written, such as ">=0.9"
}

// document is a rule file that Load accepts.
type document struct{ *yamltext.Document }

func parseDocument(data []byte) (document, error) {
	d, err := yamltext.Parse(data)
	if err != nil {
		return document{}, fmt.Errorf("not a rule file: %w", err)
	}
	return document{d}, nil
}

// rule finds a rule by id.
func (d document) rule(id string) (*yaml.Node, error) {
	if list := yamltext.Value(d.Root, "rules"); list != nil {
		for _, r := range list.Content {
			if n := yamltext.Value(r, "id"); n != nil && n.Value == id {
				return r, nil
			}
		}
	}
	return nil, fmt.Errorf("it has no rule %q", id)
}

// Scores returns the minimum scores that a rule of a file requires under when:, in order.
func Scores(data []byte, rule string) ([]Score, error) {
	d, err := parseDocument(data)
	if err != nil {
		return nil, err
	}
	r, err := d.rule(rule)
	if err != nil {
		return nil, err
	}
	var out []Score
	for _, s := range scoresIn(yamltext.Value(r, "when")) {
		out = append(out, Score{s[0].Value, s[1].Value})
	}
	return out, nil
}

// scoresIn returns the labels and scores under a condition.
func scoresIn(n *yaml.Node) (out [][2]*yaml.Node) {
	if n == nil {
		return nil
	}
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value != "means" {
			out = append(out, scoresIn(n.Content[i+1])...)
			continue
		}
		m := n.Content[i+1]
		for j := 0; j+1 < len(m.Content); j += 2 {
			if m.Content[j].Value != "words" {
				out = append(out, [2]*yaml.Node{m.Content[j], m.Content[j+1]})
			}
		}
	}
	if n.Kind == yaml.SequenceNode {
		for _, kid := range n.Content {
			out = append(out, scoresIn(kid)...)
		}
	}
	return out
}

// least parses a minimum score.
func least(score float64) string { return fmt.Sprintf(">=%.2g", score) }

// apply applies a change to the nodes of a rule.
func (c Change) apply(r *yaml.Node) error {
	switch {
	case c.Mode != "":
		c.applyMode(r)
		return nil
	case c.Unless == "":
		scores := scoresIn(yamltext.Value(r, "when"))
		if c.Score >= len(scores) {
			return errors.New("the rule asks for fewer scores")
		}
		scores[c.Score][1].Value, scores[c.Score][1].Style = least(c.To), yaml.DoubleQuotedStyle
		return nil
	}
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(c.Unless), &doc); err != nil || len(doc.Content) != 1 {
		return errors.New("the condition is not YAML")
	}
	further := doc.Content[0]
	key := func(text string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Value: text} }
	unless := yamltext.Value(r, "unless")
	switch alternatives := yamltext.Value(unless, "any"); {
	case unless == nil:
		beforeSteps(r, key("unless"), further)
	case alternatives != nil && alternatives.Kind == yaml.SequenceNode:
		alternatives.Content = slices.Insert(alternatives.Content, 0, further)
	default:
		old := *unless
		list := &yaml.Node{Kind: yaml.SequenceNode, Style: old.Style, Content: []*yaml.Node{further, &old}}
		*unless = yaml.Node{Kind: yaml.MappingNode, Style: old.Style, Content: []*yaml.Node{key("any"), list}}
	}
	return nil
}

// applyMode sets the mode of a rule.
func (c Change) applyMode(r *yaml.Node) {
	word := &yaml.Node{Kind: yaml.ScalarNode, Value: string(c.Mode)}
	if mode := yamltext.Value(r, "mode"); mode != nil {
		word.LineComment = mode.LineComment
		*mode = *word
		return
	}
	beforeSteps(r, &yaml.Node{Kind: yaml.ScalarNode, Value: "mode"}, word)
}

// beforeSteps adds a key to a rule, before its then:.
func beforeSteps(r *yaml.Node, key, value *yaml.Node) {
	at := len(r.Content)
	for i := 0; i < len(r.Content); i += 2 {
		if r.Content[i].Value == "then" {
			at = i
		}
	}
	r.Content = slices.Insert(r.Content, at, key, value)
}

// Variant returns a file whose only rule is the given one with a change applied, under another id, and with no step except its flag.
// It serves to see what the change would do.
func Variant(data []byte, c Change, id string) ([]byte, error) {
	d, err := parseDocument(data)
	if err != nil {
		return nil, err
	}
	r, err := d.rule(c.Rule)
	if err == nil {
		err = c.apply(r)
	}
	if err != nil {
		return nil, err
	}
	yamltext.Value(r, "id").Value = id
	without(r, "override", "automatic", "second_look")
	if then := yamltext.Value(r, "then"); then != nil {
		*then = yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle, Content: []*yaml.Node{
			{Kind: yaml.MappingNode, Content: []*yaml.Node{{Kind: yaml.ScalarNode, Value: "flag"}, {Kind: yaml.MappingNode}}},
		}}
	}
	return yamltext.Encode(&yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{r}})
}

// without removes keys from a mapping.
func without(n *yaml.Node, keys ...string) {
	for i := 0; i+1 < len(n.Content); {
		if slices.Contains(keys, n.Content[i].Value) {
			n.Content = slices.Delete(n.Content, i, i+2)
			continue
		}
		i += 2
	}
}

// Edit applies a change to a rule file without touching the rest of its text. If that is not possible, the file is rewritten in the
// standard format, with its comments.
func Edit(data []byte, c Change) ([]byte, error) {
	d, err := parseDocument(data)
	if err != nil {
		return nil, err
	}
	r, err := d.rule(c.Rule)
	if err != nil {
		return nil, err
	}
	small, fits := d.small(r, c)
	if err := c.apply(r); err != nil {
		return nil, err
	}
	whole, err := yamltext.Encode(d.Root)
	if err != nil {
		return nil, err
	}
	if fits && yamltext.Same(small, whole) {
		return small, nil
	}
	return whole, nil
}

// small returns the text with the change made in place; false if that is not possible.
func (d document) small(r *yaml.Node, c Change) ([]byte, bool) {
	mode := yamltext.Value(r, "mode")
	switch {
	case c.Mode != "" && mode != nil:
		size := d.Size(mode)
		return d.Replace(d.Offset(mode), size, string(c.Mode)), size > 0
	case c.Mode != "":
		return d.smallBefore(r, "mode: "+string(c.Mode))
	case c.Unless == "":
		scores := scoresIn(yamltext.Value(r, "when"))
		if c.Score >= len(scores) {
			return nil, false
		}
		n := scores[c.Score][1]
		size := d.Size(n)
		return d.Replace(d.Offset(n), size, `"`+least(c.To)+`"`), size > 0
	}
	return d.smallUnless(r, c.Unless)
}

// smallUnless adds a condition to unless: in place.
func (d document) smallUnless(r *yaml.Node, further string) ([]byte, bool) {
	unless := yamltext.Value(r, "unless")
	list := yamltext.Value(unless, "any")
	switch {
	case unless == nil:
		return d.smallBefore(r, "unless: "+further)
	case list != nil && list.Kind == yaml.SequenceNode && len(list.Content) > 0:
		first := list.Content[0]
		end := ", "
		if list.Style&yaml.FlowStyle == 0 {
			end = "\n" + strings.Repeat(" ", list.Column-1) + "- "
		}
		return d.Insert(d.Offset(first), further+end), true
	case unless.Style&yaml.FlowStyle != 0:
		at := d.Offset(unless)
		size := d.Size(unless)
		return d.Replace(at, size, fmt.Sprintf("{any: [%s, %s]}", further, d.Text[at:at+size])), size > 0
	}
	return nil, false
}

// smallBefore adds a key with its value to a rule in place, before its then:.
func (d document) smallBefore(r *yaml.Node, text string) ([]byte, bool) {
	then := yamltext.Key(r, "then")
	if then == nil {
		return nil, false
	}
	end := "\n" + yamltext.Indent(then)
	if yamltext.Flow(r) {
		end = ", "
	}
	return d.Insert(d.Offset(then), text+end), true
}
