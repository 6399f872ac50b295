//go:build !race

package engine

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const addedRules = `schema: 1
use: [harassment.en.yaml]
words: {insults: {add: [numpty, wet blanket], never: [numpty club]}}
rules:
  - {id: own, when: {all: [{says: {words: insults}}, {says: {phrase: tonight}}]}, then: [flag: {level: low}]}
checks:
  - {say: "you are such a numpty", expect: {insult: suggest}}
  - {say: "you are such an idiot", expect: {insult: suggest}}
  - {say: "you are a wet blanket", expect: {insult: suggest}}
  - {say: "tonight you join the numpty club", expect: {insult: none, own: none}}
  - {say: "a numpty tonight", expect: {own: low}}
`

// TestListsOfUsedPacksAreAddedTo: a file adds words to a list of a pack that it uses, for the rules of the pack and its own.
func TestListsOfUsedPacksAreAddedTo(t *testing.T) {
	path := onDisk(t, addedRules)
	results, err := RunChecks(LoadOptions{FS: os.DirFS(packs)}, false, path)
	if err != nil || len(results) != 5 {
		t.Fatalf("%d checks, %v", len(results), err)
	}
	for _, r := range results {
		if len(r.Failures) > 0 || r.Skipped != "" {
			t.Errorf("line %d: %q: %q %s", r.Line, r.Say, r.Failures, r.Skipped)
		}
	}
	set := mustLoadPacks(t, path)
	if notes := notesOf(set); len(notes) > 0 {
		t.Errorf("notes %q", notes)
	}
	without := mustLoadPacks(t, onDisk(t, strings.Replace(addedRules, "numpty, wet blanket", "numpty", 1)))
	if set.Hash() == without.Hash() {
		t.Error("a word more leaves the hash as it is")
	}
}

// TestWhatHasNoEffectIsNoted: a list that no rule uses, and a mode that the profile doesn't allow, are reported.
func TestWhatHasNoEffectIsNoted(t *testing.T) {
	set := mustLoadPacks(t, onDisk(t, `schema: 1
use: [harassment.en.yaml]
mode: suggest
words: {insults: [numpty], spare: [gosh], used: [darn]}
rules:
  - {id: loud, mode: act, when: {says: {words: used}}, then: [flag: {}]}
  - {id: quiet, mode: watch, when: {says: {phrase: blast}}, then: [flag: {}]}
`))
	notes := notesOf(set)
	for _, want := range []string{
		`no rule uses the word list "insults"; to add to the list of the same name in a used file, write insults: {add: [...]}`,
		`no rule uses the word list "spare"`, "rule loud: mode: act has no effect: the profile allows suggest at most",
	} {
		if !slices.ContainsFunc(notes, func(n string) bool { return strings.HasSuffix(n, want) }) {
			t.Errorf("not noted: %s", want)
		}
	}
	if len(notes) != 3 {
		t.Errorf("%d notes: %q", len(notes), notes)
	}
}

// onDisk writes a rule file.
func onDisk(t *testing.T, text string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "mine.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func notesOf(s *Set) (out []string) {
	for _, n := range s.Notes() {
		out = append(out, n.String())
	}
	return out
}
