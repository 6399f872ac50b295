//go:build !race

package engine

import (
	"os"
	"path/filepath"
	"testing"

	"earshot/models"
)

// TestSameRulesAreCompiledOnce: what is compiled from the same files in the same way is one set as long as somebody uses it.
func TestSameRulesAreCompiledOnce(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		t.Helper()
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	words := write("words.txt", "plonker\n")
	mine := write("mine.yaml", "schema: 1\nwords: {w: {file: words.txt}}\nrules: [{id: a, when: {says: {words: w}}, then: [flag: {}]}]\n")
	other := write("other.yaml", "schema: 1\nuse: [mine.yaml]\nmode: watch\n")
	load := func(opts LoadOptions, paths ...string) *Set {
		t.Helper()
		set, err := Load(opts, paths...)
		if err != nil {
			t.Fatal(err)
		}
		return set
	}
	first := load(LoadOptions{}, mine)
	if load(LoadOptions{}, mine) != first {
		t.Error("the same rules were compiled twice")
	}
	if load(LoadOptions{Mode: models.ModeWatch}, mine) == first {
		t.Error("another mode made no difference")
	}
	if used := load(LoadOptions{}, other); load(LoadOptions{}, other, mine) == used {
		t.Error("which files are named made no difference")
	}
	if err := os.WriteFile(words, []byte("plonker\nmuppet\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if changed := load(LoadOptions{}, mine); changed == first || changed.Hash() == first.Hash() {
		t.Error("another word made no difference")
	}
}
