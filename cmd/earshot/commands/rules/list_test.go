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

// TestRulesListAndShow: shipped files can be found, read, and used as files of one's own.
func TestRulesListAndShow(t *testing.T) {
	code, out, _ := runRules(t, "", "list", "--json")
	var packs []packJSON
	if err := json.Unmarshal([]byte(out), &packs); code != cli.ExitOK || err != nil {
		t.Fatalf("exit %d, %v\n%s", code, err, out)
	}
	found := map[string]packJSON{}
	for _, p := range packs {
		found[p.Name] = p
		if p.About == "" {
			t.Errorf("%s says nothing about itself", p.Name)
		}
	}
	if p := found["open-mic"]; !p.Profile || p.Rules < 20 || found["floor"].Profile {
		t.Errorf("open-mic %+v, floor %+v", p, found["floor"])
	}
	if code, out, _ = runRules(t, "", "list", "open-mic"); code != cli.ExitOK || !strings.Contains(out, "\ninsult  ") {
		t.Errorf("exit %d\n%s", code, out)
	}
	code, out, _ = runRules(t, "", "show", "open-mic")
	mine := filepath.Join(t.TempDir(), "my-room.yaml")
	if err := os.WriteFile(mine, []byte(out), 0o600); code != cli.ExitOK || err != nil {
		t.Fatalf("exit %d, %v", code, err)
	}
	if code, out, errs := runRules(t, "", "test", mine); code != cli.ExitOK {
		t.Errorf("a copy does not work: exit %d\n%s%s", code, out, errs)
	}
	if code, out, _ = runRules(t, "", "show", "harassment.en", "insult"); code != cli.ExitOK || !strings.HasPrefix(out, "id: insult\n") {
		t.Errorf("exit %d\n%s", code, out)
	}
	for _, c := range []struct{ args, want string }{
		{"show harasment.en", `did you mean "harassment.en"?`},
		{"show harassment.en insolt", `did you mean "insult"?`},
		{"show", "NAME is missing"},
		{"list nothere", "no file nothere"},
	} {
		if code, _, errs := runRules(t, "", strings.Fields(c.args)...); code != cli.ExitUsage || !strings.Contains(errs, c.want) {
			t.Errorf("%s: exit %d\n%s", c.args, code, errs)
		}
	}
}
