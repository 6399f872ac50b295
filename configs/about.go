package configs

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"earshot/configs/strict"
	"earshot/models"

	"go.yaml.in/yaml/v3"
)

// About is what there is to know of a setting.
type About struct {
	Key      string `json:"key"`
	Text     string `json:"text"`     // what earshot.yaml says above it, in one paragraph or several
	Accepts  string `json:"accepts"`  // what a value must be
	Default  string `json:"default"`  // as YAML
	Variable string `json:"variable"` // of the environment
}

// Keys are the keys of all settings, in the order of earshot.yaml.
func Keys() []string {
	var out []string
	for _, s := range settings() {
		out = append(out, s.key)
	}
	return out
}

// Describe says what there is to know of a setting, or of all settings of a section ("log"). An unknown key is an error.
func Describe(key string) ([]About, error) {
	var out []About
	var root yaml.Node
	if err := yaml.Unmarshal(defaults, &root); err != nil {
		return nil, err
	}
	for _, s := range settings() {
		if s.key != key && !strings.HasPrefix(s.key, key+".") {
			continue
		}
		text, value := find(root.Content[0], s.key)
		out = append(out, About{Key: s.key, Text: text, Accepts: s.want, Default: value, Variable: variable(s.key)})
	}
	if len(out) == 0 {
		err := fmt.Errorf("there is no setting %q%s", strict.Shorten(key), strict.DidYouMean(key, Keys()))
		return nil, models.WithHint(err, `"earshot config show" lists the settings`)
	}
	return out, nil
}

// find returns the comment above a key of a mapping, or else above the section that it stands in, and its value.
func find(n *yaml.Node, key string) (comment, value string) {
	first, rest, deeper := strings.Cut(key, ".")
	i := slices.IndexFunc(n.Content, func(k *yaml.Node) bool { return k.Value == first && k.Kind == yaml.ScalarNode })
	if i < 0 || i%2 == 1 {
		return "", ""
	}
	k, v := n.Content[i], n.Content[i+1]
	if deeper {
		comment, value = find(v, rest)
		return cmp.Or(comment, plainComment(k.HeadComment)), value
	}
	data, _ := yaml.Marshal(v) // it was read from YAML
	return plainComment(k.HeadComment), strings.TrimSpace(string(data))
}

// plainComment is a comment without its signs; lines of a paragraph are joined.
func plainComment(text string) string {
	var out []string
	for paragraph := range strings.SplitSeq(text, "\n\n") { // what stands above an empty line belongs to more than the setting
		out = out[:0]
		for line := range strings.Lines(paragraph) {
			out = append(out, strings.TrimPrefix(strings.TrimPrefix(strings.TrimSpace(line), "#"), " "))
		}
	}
	return strings.Join(out, "\n")
}
