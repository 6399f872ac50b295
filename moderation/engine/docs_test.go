//go:build !race

package engine

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"earshot/moderation/match/pii"
)

// TestReference loads every example of the reference and runs its checks.
func TestReference(t *testing.T) {
	data, err := os.ReadFile("../../docs/rules.md")
	if err != nil {
		t.Fatal(err)
	}
	disk := packFiles(t)
	blocks := strings.Split(string(data), "```yaml\n")[1:]
	if len(blocks) < 10 {
		t.Fatalf("found %d examples", len(blocks))
	}
	for i, b := range blocks {
		text, _, _ := strings.Cut(b, "```")
		disk["example.yaml"] = &fstest.MapFile{Data: []byte(text)}
		results, err := RunChecks(LoadOptions{FS: disk}, true, "example")
		if err != nil {
			t.Errorf("example %d: %v\n%s", i+1, err, text)
			continue
		}
		for _, r := range results {
			if len(r.Failures) > 0 {
				t.Errorf("example %d, %s:%d: %q: %v", i+1, r.File, r.Line, r.Say, r.Failures)
			}
		}
	}
	for _, part := range []struct {
		what  string
		names []string
	}{{"forms", language.Forms}, {"kinds of personal data", pii.Kinds}, {"offers", offerVerbs[:4]}} {
		for _, name := range part.names {
			if !strings.Contains(string(data), name) {
				t.Errorf("the reference does not name %q of the %s", name, part.what)
			}
		}
	}
}
