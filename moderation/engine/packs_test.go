package engine

import (
	"os"
	"testing"
)

// packs is the folder of the shipped packs.
const packs = "../../configs/rules"

func TestShippedPacksPassTheirOwnChecks(t *testing.T) {
	opts := LoadOptions{FS: os.DirFS(packs)}
	for _, name := range []string{"base", "harassment.en", "scams.en", "personal-data", "floor", "sound", "harassment.id", "open-mic"} {
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
