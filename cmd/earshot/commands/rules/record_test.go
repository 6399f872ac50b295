//go:build !race

package rules

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/internal/programtest"
	"earshot/moderation/engine"
)

// TestRulesOnTheRecord runs the commands that read stored sessions.
func TestRulesOnTheRecord(t *testing.T) {
	dir := t.TempDir()
	if err := programtest.WriteSample(dir); err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) (int, string, string) { return runOnRecord(t, dir, args...) }

	code, out, errs := run("replay", "--since", "all", "scams.en", "--json")
	var got engine.Replayed
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != cli.ExitOK || got.Lines != 4 || got.Sessions != 2 {
		t.Fatalf("exit %d, %v\n%s%s", code, err, out, errs)
	}
	if row := got.Rules[0]; row.Rule != "scam.guaranteed" || row.Fired != 1 || row.WouldEnforce != 0 {
		t.Errorf("%+v", row)
	}
	code, out, _ = run("replay", "--since", "all", "scams.en")
	if code != cli.ExitOK || !strings.Contains(out, "over 2 sessions, 4 lines") || !strings.Contains(out, "WOULD ENFORCE") {
		t.Errorf("exit %d\n%s", code, out)
	}
	code, out, _ = run("why-not", "open-mic-1", "0:16", "scam.guaranteed", "--rules", "scams.en")
	if code != cli.ExitOK || !strings.Contains(out, "00:00:15 Benjamin") || !strings.Contains(out, "▲ scam.guaranteed fires, mode watch") {
		t.Errorf("exit %d\n%s", code, out)
	}
	code, out, _ = run("why-not", "open-mic-1", "12s", "insult", "--rules", "open-mic")
	if code != cli.ExitOK || !strings.Contains(out, "· insult does not fire: ") {
		t.Errorf("exit %d\n%s", code, out)
	}
	code, out, _ = run("explain", "scam.guaranteedopen-mic-1/1/t-b/1")
	if code != cli.ExitOK || !strings.Contains(out, "said by Benjamin at 00:00:15") || !strings.Contains(out, "nobody has answered yet") {
		t.Errorf("exit %d\n%s", code, out)
	}
	if code, _, errs := run("explain", "nothing"); code != cli.ExitUsage || !strings.Contains(errs, `no flag has the id "nothing"`) {
		t.Errorf("exit %d, %s", code, errs)
	}
	for _, args := range [][]string{
		{"why-not", "open-mic-1", "soon", "insult"},
		{"why-not", "open-mic-1", "1s", "nothing", "--rules", "open-mic"},
		{"why-not", "nowhere", "1s", "insult", "--rules", "open-mic"},
		{"replay", "--since", "yesterday", "open-mic"},
		{"replay", "nowhere"},
	} {
		if code, _, _ := run(args...); code != cli.ExitUsage {
			t.Errorf("%v: exit %d", args, code)
		}
	}
}

func TestRulesFmtAndSchema(t *testing.T) {
	file := filepath.Join(t.TempDir(), "room.yaml")
	if err := os.WriteFile(file, []byte("mode: watch\nschema: 1 # first\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out, _ := runRules(t, "", "fmt", "--check", file); code != cli.ExitChecks || !strings.Contains(out, file) {
		t.Errorf("exit %d\n%s", code, out)
	}
	if code, _, _ := runRules(t, "", "fmt", file); code != cli.ExitOK {
		t.Errorf("exit %d", code)
	}
	if data, _ := os.ReadFile(file); string(data) != "schema: 1 # first\nmode: watch\n" {
		t.Errorf("%s", data)
	}
	if code, out, _ := runRules(t, "", "fmt", "--check", file); code != cli.ExitOK || out != "" {
		t.Errorf("exit %d\n%s", code, out)
	}
	code, out, _ := runRules(t, "", "schema")
	if code != cli.ExitOK || !json.Valid([]byte(out)) || !strings.Contains(out, `"spoken_language"`) {
		t.Errorf("exit %d", code)
	}
}
