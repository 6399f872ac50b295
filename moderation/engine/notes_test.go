//go:build !race

package engine

import (
	"strings"
	"testing"
)

// TestNotes loads files that work but in which something has no effect. The host is told.
func TestNotes(t *testing.T) {
	const says = "{says: {phrase: buy now}}"
	ledger := "ledger: {c: {}}"
	for name, c := range map[string]struct{ text, want string }{
		"no rules":              {"schema: 1\n", "there are no rules: nothing is flagged"},
		"unused condition":      {ruleOf(says, "conditions: {x: {role: host}}"), `no rule uses the condition "x"`},
		"ledger without points": {ruleOf(`{ledger: {c: ">=3"}}`, ledger), `no rule adds points to the ledger "c"`},
		"excused altogether": {
			ruleOf(`{says: {words: w}}`, "words: {w: {list: [foo, bar], never: [foo]}}"),
			`never: has "foo" too, so it is never found`,
		},
		"looser than the profile": {
			ruleOf(says, `    trust: {logprob: -3}`),
			`trust: logprob: -3 has no effect: the profile requires -0.8`,
		},
		"known otherwise than the profile asks": {
			ruleOf(says, `    trust: {attribution: [unknown]}`),
			`trust: attribution: shares nothing with the profile's, so the rule only records`,
		},
		"automatic without act": {
			ruleOf(says, "automatic: [remove]", "    automatic: yes", `    then: [remove: {}]`),
			`automatic: has no effect unless the mode is act`,
		},
		"an unknown language": {
			ruleOf(`{means: {hate: ">=0.9"}}`, "languages: {allowed: [id]}"),
			`means: never holds: no text model knows a language of languages: allowed`,
		},
		"a look by another model": {
			ruleOf(says, `    second_look: {model: small.en}`),
			`second_look: model: has no effect, because the service's own model looks again: remove it`,
		},
		"endings of no form": {
			ruleOf(`{says: {words: w}}`, "words: {w: {list: [bodoh], language: id}}"),
			`language: id has no effect on the list "w": it is for forms: [inflected]`,
		},
		"near nothing": {
			ruleOf(`{says: {words: w, how: near}}`, "words: {w: [cat, dog]}"),
			`near finds words from 6 letters on, and the list "w" has none`,
		},
		"excepts nothing": {
			ruleOf(`{says: {words: w}}`, "words: {w: {list: [cat], never: [hot cat, xylophone]}}"),
			`never: "xylophone" has nothing of the list "w"`,
		},
		"a role that nobody asks for": {
			ruleOf(says, "people: {hosts: [ana]}"),
			`no rule asks for the role "hosts" (did you mean "host"?)`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			var notes []string
			for _, n := range mustLoadPacks(t, onDisk(t, c.text)).Notes() {
				notes = append(notes, n.Text)
				if strings.Contains(n.Text, c.want) {
					return
				}
			}
			t.Errorf("notes %q; want %s", notes, c.want)
		})
	}
}
