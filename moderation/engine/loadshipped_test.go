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

// The bare name of a shipped pack is the pack, whatever lies in the folder, and also where the folder may not be read.
func TestShippedNamesComeBeforeTheFolder(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	if err := os.WriteFile("house", []byte("no rules"), 0o600); err != nil {
		t.Fatal(err)
	}
	opts := engine.LoadOptions{FS: fstest.MapFS{"house.yaml": {Data: []byte(strings.ReplaceAll(tinyPack, "P\n", "shipped\n"))}}}
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
