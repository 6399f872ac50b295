package yamltext

import "testing"

// TestAppend: an entry goes where a person would write it, and nothing else changes.
func TestAppend(t *testing.T) {
	for name, c := range map[string]struct{ text, entry, want string }{
		"no list":       {"a: 1 # one", "x", "a: 1 # one\n\nlist:\n  - x\n"},
		"an empty one":  {"list: # ours\na: 1\n", "x", "list: # ours\n  - x\na: 1\n"},
		"with dashes":   {"list:\n- w # first\n\n# next\na: 1\n", "x: 1\ny: 2", "list:\n- w # first\n- x: 1\n  y: 2\n\n# next\na: 1\n"},
		"in brackets":   {"list: [w] # ours\n", "x", "list: [x, w] # ours\n"},
		"empty, too":    {"list: []\n", "x", "list: [x]\n"},
		"of many lines": {"list: [w]\n", "x: 1\ny: 2", ""},
		"a word":        {"list: w\n", "x", ""},
		"no mapping":    {"- list\n", "x", ""},
	} {
		got, err := Append([]byte(c.text), "list", c.entry)
		if string(got) != c.want || (err != nil) != (c.want == "") {
			t.Errorf("%s: %v\n%s", name, err, got)
		}
	}
}

// TestPut: a key goes into its mapping, which is made behind the first of some keys if it is missing.
func TestPut(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"none":      {"schema: 1\n\n# rules\nrules: []\n", "schema: 1\nwords:\n  x: 1\n\n# rules\nrules: []\n"},
		"empty":     {"words:\nschema: 1\n", "words:\n  x: 1\nschema: 1\n"},
		"lines":     {"words:\n    w: 2 # two\nschema: 1\n", "words:\n    w: 2 # two\n    x: 1\nschema: 1\n"},
		"in braces": {"words: {w: 2}\n", "words: {x: 1, w: 2}\n"},
		"{}":        {"words: {}\n", "words: {x: 1}\n"},
		"a word":    {"words: w\n", ""},
		"no head":   {"rules: []\n", ""},
	} {
		got, err := Put([]byte(c.text), "words", "x", "1", "schema")
		if string(got) != c.want || (err != nil) != (c.want == "") {
			t.Errorf("%s: %v\n%s", name, err, got)
		}
	}
}
