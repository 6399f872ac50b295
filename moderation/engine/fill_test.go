//go:build !race

package engine

import (
	"fmt"
	"strings"
	"testing"

	"earshot/models"
)

// TestListsInPhrases: phrases and patterns can contain the words of lists, in every form, with gaps and exceptions.
func TestListsInPhrases(t *testing.T) {
	const head = `
words:
  rude: {list: [pillock, complete muppet, "dimwit*"], never: [pillock prize]}
  you: {list: [you, you are, ye], mask: no}
`
	for _, c := range []struct{ says, line, want string }{
		{`phrase: "{you} {rude}"`, "you pillock", "yes"},
		{`phrase: "{you} {rude}"`, "you are complete muppets", "no"},
		{`phrase: "{you} {rude}", how: inflected`, "you are complete muppets", "yes"},
		{`phrase: "{you} {rude}"`, "you are a pillock", "no"},
		{`phrase: "{you} {rude}", gap: 1`, "you are a pillock", "yes"},
		{`phrase: "{you} {rude}"`, "you dimwitted", "yes"},
		{`phrase: "{you} {rude}", gap: 2`, "you won the pillock prize", "no"},
		{`phrase: ["what a {rude}", "stop it"]`, "what a pillock", "yes"},
		{`phrase: ["what a {rude}", "stop it"]`, "stop it", "yes"},
		{`phrase: ["what a {rude}", "stop it"]`, "what a day", "no"},
		{`pattern: "(such|what) an? {rude}"`, "such a complete muppet", "yes"},
		{`pattern: "(such|what) an? {rude}s?"`, "what a dimwitted", "yes"},
		{`pattern: "{you} (\\w+ )?{rude}"`, "you are a pillock", "yes"},
		{`pattern: "{you} (\\w+ )?{rude}"`, "you are the best", "no"},
		{`pattern: "{you} win (\\w+ )?{rude}"`, "you win the pillock prize", "no"},
	} {
		text := "schema: 1" + head + "rules:\n  - {id: a, when: {says: {" + c.says + `}}, then: [flag: {title: "Said: {{match}}"}]}` + "\n"
		got := "no"
		for _, f := range NewSession(mustLoad(t, text), models.Session{}).Judge(line(c.line, 0.9)) {
			got = "yes"
			if strings.Contains(f.Title, "pillock") {
				t.Errorf("{%s}: the title %q shows a masked word", c.says, f.Title)
			}
		}
		if got != c.want {
			t.Errorf("{%s} on %q: %s, want %s", c.says, c.line, got, c.want)
		}
	}
	for says, want := range map[string]string{
		`phrase: "you {rued}"`:                    `unknown word list "rued" (did you mean "rude"?)`,
		`pattern: "you {rood}"`:                   `unknown word list "rood"`,
		`phrase: {rude}`:                          `put it in quotes: "{rude}"`,
		`phrase: "{many} {many}", gap: 1`:         `stands for more than 2000 phrases`,
		`phrase: "you {rude}", how: inside`:       ``,
		`pattern: "you {2,3}{rude}"`:              ``,
		`phrase: "you {rude}", except: you tree`:  ``,
		`phrase: ["{many} {many}"]`:               ``,
		`phrase: ["{many} {many} {many} {many}"]`: `stands for more than 20000 phrases`,
	} {
		many := make([]string, 60)
		for i := range many {
			many[i] = fmt.Sprintf("w%dx", i)
		}
		text := "schema: 1" + head + "  many: [" + strings.Join(many, ", ") + "]\nrules:\n" +
			"  - {id: a, when: {says: {" + says + "}}, then: [flag: {}]}\n"
		_, err := inMemory(t, map[string]string{"main.yaml": text})
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("{%s}: %v, want %s", says, err, want)
		}
	}
}
