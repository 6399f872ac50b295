//go:build !race

package engine

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestGallery runs the checks of the rule file templates for hosts, and requires that the page beside them names each, and that each can be
// used beside the shipped rules, as "earshot rules new" suggests.
func TestGallery(t *testing.T) {
	const gallery = "../../docs/rules-gallery"
	page, err := os.ReadFile(filepath.Join(gallery, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob(filepath.Join(gallery, "*.yaml"))
	if len(files) == 0 {
		t.Fatal("no files")
	}
	for _, f := range files {
		if !strings.Contains(string(page), "("+filepath.Base(f)+")") {
			t.Errorf("the page does not name %s", filepath.Base(f))
		}
		results, err := RunChecks(LoadOptions{FS: os.DirFS(packs)}, true, f)
		if err != nil {
			t.Error(err)
		}
		if _, err := Load(LoadOptions{FS: os.DirFS(packs)}, "open-mic", f); err != nil {
			t.Error(err)
		}
		for _, r := range results {
			if len(r.Failures) > 0 {
				t.Errorf("%s:%d: %q: %s", r.File, r.Line, r.Say, strings.Join(r.Failures, "; "))
			}
		}
		if len(results) < 3 {
			t.Errorf("%s has %d checks", f, len(results))
		}
	}
}
