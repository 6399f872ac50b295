//go:build !race

package engine

import (
	"os"
	"path/filepath"
	"testing"
)

func TestTextOfARule(t *testing.T) {
	path := filepath.Join(t.TempDir(), "own.yaml")
	file := "schema: 1\nrules:\n    # why it is here\n    - id: daft\n" +
		"      when: {says: {phrase: [daft]}}   # in braces\n      then: [{flag: {}}]\n"
	if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	set, err := Load(LoadOptions{}, path)
	if err != nil {
		t.Fatal(err)
	}
	want := "# why it is here\nid: daft\nwhen: {says: {phrase: [daft]}} # in braces\nthen: [{flag: {}}]\n"
	if got := set.Text("daft"); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := set.Text("none"); got != "" {
		t.Errorf("a rule that is not there: %q", got)
	}
}

func TestTitlesOfRules(t *testing.T) {
	for title, want := range map[string]string{
		"Insult: {{match}}": "Insult", "Silence": "Silence", "": "", "{{speaker}}: again": "", "Said {{match}} often": "",
	} {
		if got := bareTitle(title); got != want {
			t.Errorf("%q: %q, want %q", title, got, want)
		}
	}
}
