//go:build !race

package rules

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"earshot/cmd/earshot/cli"
)

func TestRulesCheckTellsWhatMeaningAloneMayNot(t *testing.T) {
	file := filepath.Join(t.TempDir(), "mine.yaml")
	text := "schema: 1\nmode: act\nrules:\n  - {id: hush, when: {means: {threat: \">=0.9\"}}, then: [mute: {}]}\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, _ := runRules(t, "", "check", file)
	if code != cli.ExitOK || !strings.Contains(out, "mine.yaml:4: rule hush: the text model alone never acts") {
		t.Errorf("exit %d\n%s", code, out)
	}
	_, out, _ = runRules(t, "", "check", "--json", file)
	var got rulesCheckOut
	if err := json.Unmarshal([]byte(out), &got); err != nil || len(got.Sets[0].Notes) != 1 || got.Sets[0].Notes[0].Rule != "hush" {
		t.Errorf("%v\n%s", err, out)
	}
}
