package engine

import (
	"io/fs"
	"os"
	"testing"
	"testing/fstest"
)

// packs is the folder of the shipped packs.
const packs = "../../configs/rules"

// packFiles are the shipped packs and their lists, in memory, where others can be put beside them.
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
