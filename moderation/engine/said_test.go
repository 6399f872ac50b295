//go:build !race

package engine

import (
	"strings"
	"testing"
	"testing/fstest"
)

const saidRules = `schema: 1
words:
  cats: {list: [coon], forms: [exact, inflected], never: [maine coon]}
rules:
  - {id: cat, when: {says: {words: cats}}, then: [flag: {}]}
  - {id: dup, when: {repeats: {times: 3, within: 60s, similar: 80%}}, then: [flag: {}]}
  - {id: chorus, when: {repeats: {times: 3, within: 60s, similar: 80%, by: room}}, then: [flag: {}]}
  - {id: wild, when: {says: {phrase: "hate*"}}, then: [flag: {}]}
  - {id: fool, when: {says: {phrase: you are a fool}}, unless: {reported_speech: true}, then: [flag: {}]}
checks:
  - {say: "a coon cat", expect: {cat: suggest}}
  - {say: "maine coons are big", expect: none}
  - {say: ["join my server now", "join my server", "please join my server now"], expect: {dup: suggest}}
  - {say: "join my server join my server join my server join", expect: {dup: suggest}}
  - {say: "raid raid raid raid raid raid", expect: {dup: suggest}}
  - {say: "buy now buy now buy now buy now", expect: {dup: suggest}}
  - {say: "raid raid raid", expect: none}
  - {say: "no no no no no no no no no no no no", expect: none}
  - {say: "what do you think", expect: none}
  - say: [{text: subscribe to it, speaker: a}, {text: subscribe to it, speaker: b}, {text: subscribe to it, speaker: c}]
    expect: {chorus: suggest, dup: none}
  - {say: "you haters", expect: {wild: suggest}}
  - {say: "they say you are a fool", expect: {fool: none}}
  - {say: "as they say you are a fool", expect: {fool: suggest}}
`

// TestSaid checks lists, repeats and reported speech with the ways in which people talk.
func TestSaid(t *testing.T) { holds(t, saidRules) }

// holds runs the checks of a rule file.
func holds(t *testing.T, text string) {
	t.Helper()
	results, err := RunChecks(LoadOptions{FS: fstest.MapFS{"main.yaml": {Data: []byte(text)}}}, true, "main")
	if err != nil {
		t.Fatal(err)
	}
	if len(results) == 0 {
		t.Fatal("no checks")
	}
	for _, r := range results {
		if len(r.Failures) > 0 || r.Skipped != "" {
			t.Errorf("%s:%d: %q: %s%s", r.File, r.Line, r.Say, strings.Join(r.Failures, "; "), r.Skipped)
		}
	}
}
