//go:build !race

package engine_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"earshot/moderation/engine"
)

const tinyPack = "schema: 1\nprofile: P\nrules:\n  - id: one\n    when: {says: {phrase: \"silly thing\"}}\n" +
	"    then: [flag: {level: low, title: \"Silly\"}]\n"

// The bare name of a shipped pack means the pack, whatever is in the folder, even if the folder is unreadable.
func TestShippedNamesComeBeforeTheFolder(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	shipped := fstest.MapFS{}
	for _, name := range []string{"house", "house.en"} {
		if err := os.WriteFile(name, []byte("no rules"), 0o600); err != nil {
			t.Fatal(err)
		}
		shipped[name+".yaml"] = &fstest.MapFile{Data: []byte(strings.ReplaceAll(tinyPack, "P\n", "shipped\n"))}
	}
	opts := engine.LoadOptions{FS: shipped}
	if _, err := engine.Load(opts, "house.en"); err != nil {
		t.Errorf("a language in the name of a pack makes it a file: %v", err)
	}
	set, err := engine.Load(opts, "house")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("house.yaml", []byte(strings.ReplaceAll(tinyPack, "P\n", "mine\n")), 0o600); err != nil {
		t.Fatal(err)
	}
	mine, err := engine.Load(opts, "house.yaml")
	if err != nil || mine.String() == set.String() {
		t.Errorf("a file that is named as one is not read: %v, %v", mine, err)
	}
	if err := os.Mkdir("folder.yaml", 0o700); err != nil { // a path that cannot be read
		t.Fatal(err)
	}
	_, err = engine.Load(opts, "folder.yaml")
	if err == nil || !strings.Contains(err.Error(), filepath.Join(dir, "folder.yaml")) {
		t.Errorf("the whole path is not told: %v", err)
	}
}
