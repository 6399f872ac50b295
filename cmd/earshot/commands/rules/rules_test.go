//go:build !race

package rules

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/cli/clitest"
	"earshot/moderation/engine"
)

// runRules runs "earshot rules …".
func runRules(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	return clitest.Runner{Commands: Commands, Stdin: stdin}.Run(t.Context(), append([]string{"rules"}, args...)...)
}

// runOnRecord runs "earshot rules …" on the record in the given folder.
func runOnRecord(t *testing.T, dir string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	return clitest.Runner{Commands: Commands, Environ: []string{"HOME=" + dir}}.Run(
		t.Context(), append([]string{"rules", "--data-dir", dir}, args...)...)
}

func TestRulesCheck(t *testing.T) {
	code, out, _ := runRules(t, "", "check", "open-mic", "scams.en")
	if code != cli.ExitOK || !strings.Contains(out, "open-mic is valid: open-mic@") || !strings.Contains(out, "scams.en is valid") {
		t.Errorf("exit %d\n%s", code, out)
	}
	bad := filepath.Join("..", "..", "..", "..", "moderation", "engine", "testdata", "bad-unknown-key.yaml")
	code, out, errs := runRules(
		t, "", "check", bad, "open-mic", filepath.Join("..", "..", "..", "..", "moderation", "engine", "testdata", "bad-mode.yaml"),
	)
	if code != cli.ExitUsage || !strings.Contains(errs, `rule "slur": unknown key "whenn" (did you mean "when"?)`) ||
		!strings.Contains(errs, `unknown mode "sugest"`) || !strings.Contains(out, "open-mic is valid") {
		t.Errorf("exit %d\n%s\n%s", code, out, errs)
	}
	code, out, _ = runRules(t, "", "check", "--json", bad)
	var got rulesCheckOut
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != cli.ExitUsage || len(got.Problems) != 1 ||
		got.Problems[0].Rule != "slur" {
		t.Errorf("exit %d, %v\n%s", code, err, out)
	}
}

func TestRulesTest(t *testing.T) {
	code, out, _ := runRules(t, "", "test", "open-mic")
	if code != cli.ExitOK || !strings.HasPrefix(out, "✓ all ") {
		t.Errorf("exit %d\n%s", code, out)
	}
	file := filepath.Join(t.TempDir(), "room.yaml")
	text := "schema: 1\nuse: harassment.en.yaml\nchecks:\n  - {say: you idiot, expect: none}\n  - {say: hello, expect: {insult: suggest}}\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	code, out, errs := runRules(t, "", "test", file)
	if code != cli.ExitChecks || !strings.Contains(errs, "2 of 2 checks failed") || strings.Contains(out, "idiot") ||
		!strings.Contains(
			out, `expected no flag, but insult fired: matched "you i••••"`,
		) || !strings.Contains(out, "expected insult: suggest, but it did not fire") {
		t.Errorf("exit %d\n%s\n%s", code, out, errs)
	}
	if _, out, _ = runRules(t, "", "test", "--show", file); !strings.Contains(out, `"you idiot"`) {
		t.Errorf("--show:\n%s", out)
	}
}

func TestRulesTry(t *testing.T) {
	code, out, _ := runRules(t, "", "try", "open-mic", "--text", "Buy this crypto coin now, guaranteed profit.")
	if code != cli.ExitOK || !strings.Contains(out, "▲ scam.guaranteed  level high, mode suggest") || !strings.Contains(out, "· insult: ") {
		t.Errorf("exit %d\n%s", code, out)
	}
	code, out, _ = runRules(t, "", "try", "open-mic", "--text", "what an idiot", "--word-p", "0.5", "--json")
	var got engine.Tried
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != cli.ExitOK || len(got.Verdicts) != 1 {
		t.Fatalf("exit %d, %v\n%s", code, err, out)
	}
	if v := got.Verdicts[0]; v.Rule != "insult" || v.Pack != "harassment.en" || v.Mode != "watch" || v.WouldEnforce ||
		v.Matched[0] != "i••••" {
		t.Errorf("%+v", v)
	}
	code, out, _ = runRules(t, "hello there\n\nyou idiot | shut up\n", "try", "open-mic", "--batch")
	if want := "none\nnone\ninsult medium suggest, silencing low watch\n"; code != cli.ExitOK || out != want {
		t.Errorf("exit %d\n%s\nwant\n%s", code, out, want)
	}
	code, out, _ = runRules(t, "you idiot\nhello\n", "try", "open-mic", "--batch", "--json", "--show")
	if lines := strings.Split(strings.TrimSpace(out), "\n"); code != cli.ExitOK || len(lines) != 2 ||
		!strings.Contains(lines[0], `"matched":["you idiot"]`) ||
		!strings.Contains(lines[1], `"verdicts":[]`) {
		t.Errorf("exit %d\n%s", code, out)
	}
	for _, args := range [][]string{
		{"try", "open-mic"},
		{"try", "--text", "x"},
		{"try", "open-mic", "--text", "x", "--by", "hots"},
		{"try", "open-mic", "--text", "x", "--word-p", "2"},
		{"try", "nowhere.yaml", "--text", "x"},
		{"try", "open-mic", "--text", "x", "--batch"},
		{"check"},
	} {
		if code, _, _ := runRules(t, "", args...); code != cli.ExitUsage {
			t.Errorf("%v: exit %d", args, code)
		}
	}
}
