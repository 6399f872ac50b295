package rules

import (
	"errors"
	"fmt"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v3"

	"earshot/configs/yamltext"
	"earshot/models"
)

// head are the top-level keys behind which a new one is added, the last first.
var head = []string{"mode", "off", "use", "about", "profile", "schema"}

// WithExemption adds to a rule file that no rules apply to the people of a role, or to one person: key is "role" or "speaker", and who
// the role or the person's id. The rest of the text stays as it is.
func WithExemption(data []byte, key, who string) ([]byte, error) {
	d, err := parseDocument(data)
	if err != nil {
		return nil, err
	}
	entry := "{" + key + ": " + strconv.Quote(who) + "}"
	list := yamltext.Value(d.Root, "exempt")
	if list == nil {
		return yamltext.Top(data, "exempt: ["+entry+"]\n", head...)
	}
	for _, e := range list.Content {
		if named := yamltext.Value(e, key); has(named, who) && yamltext.Value(e, "packs") == nil {
			return nil, fmt.Errorf("%q is exempt already", who)
		}
	}
	return yamltext.Append(data, "exempt", entry)
}

// has reports whether a word is, or a list contains, a text.
func has(n *yaml.Node, text string) bool {
	return n != nil && (n.Value == text && n.Kind == yaml.ScalarNode ||
		slices.ContainsFunc(n.Content, func(e *yaml.Node) bool { return e.Value == text }))
}

// WithWord adds a word or phrase to a word list: to that of the file itself or, if the file has none of that name, to that of a used
// file. use is the name of a file to be used as well, which has the list; "": one that is used already has it. The rest of the text
// stays as it is.
func WithWord(data []byte, list, word, use string) ([]byte, error) {
	d, err := parseDocument(data)
	if err != nil {
		return nil, err
	}
	word = strconv.Quote(word)
	switch n := yamltext.Value(yamltext.Value(d.Root, "words"), list); {
	case n == nil:
		if data, err = yamltext.Put(data, "words", list, "{add: ["+word+"]}", head...); err != nil || use == "" {
			return data, err
		}
		if d, err = parseDocument(data); err != nil {
			return nil, err
		}
		return d.using(use)
	case n.Kind == yaml.SequenceNode:
		return d.withEntry(n, word)
	default:
		for _, key := range []string{"add", "list"} {
			if words := yamltext.Value(n, key); words != nil {
				return d.withEntry(words, word)
			}
		}
	}
	return nil, fmt.Errorf("the list %q is not in this file, but in a separate one", list)
}

// withEntry adds a quoted word to a list, or to the one word that is in its place.
func (d document) withEntry(list *yaml.Node, word string) ([]byte, error) {
	text, err := strconv.Unquote(word)
	switch {
	case err != nil:
		return nil, err
	case has(list, text):
		return nil, fmt.Errorf("the list has %s already", word)
	case list.Kind == yaml.SequenceNode:
		return d.Prepend(list, word), nil
	}
	at, size := d.Offset(list), d.Size(list)
	if size == 0 {
		return nil, errors.New("the list cannot be changed here: edit the file")
	}
	return d.Replace(at, size, "["+string(d.Text[at:at+size])+", "+word+"]"), nil
}

// WithMode sets how far the rules of a file, and of those that it uses, may go. The rest of the text stays as it is.
func WithMode(data []byte, mode models.Mode) ([]byte, error) {
	d, err := parseDocument(data)
	if err != nil {
		return nil, err
	}
	n := yamltext.Value(d.Root, "mode")
	if n == nil {
		return yamltext.Top(data, "mode: "+string(mode)+"\n", head[1:]...)
	}
	size := d.Size(n)
	if size == 0 {
		return nil, errors.New("its mode: cannot be changed here: edit the file")
	}
	return d.Replace(d.Offset(n), size, string(mode)), nil
}
