//go:build !race

package rules

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"earshot/cmd/earshot/cli"
)

// TestRulesNew: a file is written only once and is checked, the output says what to do next, and unknown names are reported.
func TestRulesNew(t *testing.T) {
	file := filepath.Join(t.TempDir(), "my-room.yaml")
	code, out, errs := runRules(t, "", "new", "--from", "swearing", file)
	if code != cli.ExitOK || !strings.Contains(out, "checks pass") || !strings.Contains(out, "earshot rules test "+file) {
		t.Fatalf("exit %d\n%s\n%s", code, out, errs)
	}
	if code, out, errs = runRules(t, "", "test", file); code != cli.ExitOK {
		t.Errorf("exit %d\n%s\n%s", code, out, errs)
	}
	if err := os.WriteFile(file, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, errs = runRules(t, "", "new", "--from", "kids", file); code != cli.ExitUsage || !strings.Contains(errs, "exists already") {
		t.Errorf("exit %d\n%s", code, errs)
	}
	if text, _ := os.ReadFile(file); string(text) != "mine" {
		t.Errorf("overwritten by %q", text)
	}
	if code, _, errs = runRules(t, "", "new", "--from", "swering", file); code != cli.ExitUsage || !strings.Contains(errs, `"swearing"`) {
		t.Errorf("exit %d\n%s", code, errs)
	}
	if code, _, errs = runRules(t, "", "new"); code != cli.ExitUsage || !strings.Contains(errs, "--list") {
		t.Errorf("exit %d\n%s", code, errs)
	}
	code, out, _ = runRules(t, "", "new", "--list")
	for _, name := range []string{"swearing", "debate", "kids", "recovery", "calls", "trading", "classroom"} {
		if code != cli.ExitOK || !strings.Contains(out, "\n"+name+" ") {
			t.Errorf("exit %d, %s is not listed\n%s", code, name, out)
		}
	}
}
