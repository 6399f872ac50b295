//go:build !race

package engine

import (
	"os"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
)

// TestNeeds: the page of needs names a file or shows lines for each need; the files exist, and the lines work.
func TestNeeds(t *testing.T) {
	page, err := os.ReadFile("../../docs/rules-needs.md")
	if err != nil {
		t.Fatal(err)
	}
	disk := packFiles(t)
	needs := strings.Split(string(page), "\n## ")[1:]
	if len(needs) < 30 {
		t.Errorf("%d needs", len(needs))
	}
	file := regexp.MustCompile(`\((rules-gallery/[a-z-]+\.yaml)\)`)
	for _, need := range needs {
		title, rest, _ := strings.Cut(need, "\n")
		_, snippet, isSnippet := strings.Cut(rest, "```yaml\n")
		switch m := file.FindStringSubmatch(rest); {
		case m != nil:
			if _, err := os.Stat("../../docs/" + m[1]); err != nil {
				t.Errorf("%s: %v", title, err)
			}
		case isSnippet:
			snippet, _, _ = strings.Cut(snippet, "```")
			disk["need.yaml"] = &fstest.MapFile{Data: []byte(snippet)}
			results, err := RunChecks(LoadOptions{FS: disk}, true, "need")
			if err != nil || len(results) < 2 {
				t.Errorf("%s: %d checks, %v", title, len(results), err)
			}
			for _, r := range results {
				if len(r.Failures) > 0 {
					t.Errorf("%s, %s:%d: %q: %v", title, r.File, r.Line, r.Say, r.Failures)
				}
			}
		default:
			t.Errorf("%s: neither a file nor lines", title)
		}
	}
}
