//go:build !race

package engine

import (
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"
)

// packs is the folder of the shipped packs.
const packs = "../../configs/rules"

// packFiles are the shipped packs and their lists, in memory, where others can be added.
func packFiles(t testing.TB) fstest.MapFS {
	t.Helper()
	out, disk := fstest.MapFS{}, os.DirFS(packs)
	err := fs.WalkDir(disk, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(disk, name)
		out[name] = &fstest.MapFile{Data: data}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestShippedPacksPassTheirOwnChecks(t *testing.T) {
	opts := LoadOptions{FS: os.DirFS(packs)}
	for _, name := range []string{
		"base", "harassment.en", "scams.en", "personal-data", "floor", "sound", "harassment.id", "open-mic", "strict", "lenient",
	} {
		results, err := RunChecks(opts, true, name)
		if err != nil {
			t.Fatalf("%s:\n%v", name, err)
		}
		for _, r := range results {
			for _, f := range r.Failures {
				t.Errorf("%s:%d: %q: %s", r.File, r.Line, r.Say, f)
			}
		}
	}
}

// TestALanguageIsAFolder adds a pack in an unknown language: a file and the folder of its lists.
func TestALanguageIsAFolder(t *testing.T) {
	files := packFiles(t)
	files["harassment.sw.yaml"] = &fstest.MapFile{Data: []byte(`schema: 1
words: {matusi: {file: lists/sw/matusi.txt, never: {file: lists/sw/matusi-halali.txt}}}
rules:
  - {id: matusi, when: {says: {words: matusi}}, unless: {reported_speech: true}, then: [flag: {level: medium}, ask: {}]}
checks:
  - {say: "wewe ni mpumbavu", expect: {matusi: suggest}}
  - {say: "swali la mpumbavu", expect: none}
`)}
	files["lists/sw/matusi.txt"] = &fstest.MapFile{Data: []byte("# Matusi\nmpumbavu\nmjinga wewe\n")}
	files["lists/sw/matusi-halali.txt"] = &fstest.MapFile{Data: []byte("swali la mpumbavu\n")}
	results, err := RunChecks(LoadOptions{FS: files}, true, "open-mic", "harassment.sw")
	if err != nil {
		t.Fatal(err)
	}
	ran := 0
	for _, r := range results {
		if strings.Contains(r.File, "harassment.sw") {
			ran++
		}
		for _, f := range r.Failures {
			t.Errorf("%s:%d: %q: %s", r.File, r.Line, r.Say, f)
		}
	}
	if ran != 2 {
		t.Errorf("%d checks of the language ran", ran)
	}
}

// TestEveryShippedRuleSaysWhatItCosts: its about: ends with how often a host is asked, or what that depends on.
func TestEveryShippedRuleSaysWhatItCosts(t *testing.T) {
	for _, name := range []string{
		"harassment.en", "scams.en", "personal-data", "floor", "sound", "harassment.id", "strict", "lenient",
	} {
		set, err := Load(LoadOptions{FS: os.DirFS(packs)}, name)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range set.Rules() {
			if !strings.Contains(r.About, " of 1,000") && !strings.Contains(r.About, "depends on the room") && !strings.Contains(r.About, "raid)") {
				t.Errorf("%s: %s does not say what it costs: %s", name, r.ID, r.About)
			}
		}
	}
}
