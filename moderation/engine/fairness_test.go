//go:build !race

package engine

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

// familyRules are the rules that may flag a line of a family; the line counts as found if any of them does.
var familyRules = map[string][]string{
	"insult": {"insult", "hate."}, "hate": {"hate.", "insult"}, "threat": {"targeted-threat"}, "selfharm": {"self-harm"}, "sexual": {"sexual"},
	"silence": {"silencing"}, "scam": {"scam."}, "pii": {"pii."}, "id": {"hinaan", "ancaman", "menyakiti-diri", "membungkam", "penipuan"},
}

// tally counts the outcomes of one kind of lines.
type tally struct{ lines, found, wrong, enforced, enforcedWrong int }

// TestFairness judges the labelled lines with all shipped packs at once and prints the table. What may enforce must have a precision
// of 98 %, and of what should be flagged nine tenths must be.
func TestFairness(t *testing.T) {
	set, err := Load(LoadOptions{FS: os.DirFS(packs)}, "base", "harassment.en", "scams.en", "personal-data", "harassment.id")
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile("testdata/fairness.tsv")
	if err != nil {
		t.Fatal(err)
	}
	table, all := map[string]*tally{}, &tally{}
	for i, l := range strings.Split(strings.TrimSpace(string(data)), "\n") {
		if strings.HasPrefix(l, "#") {
			continue
		}
		parts := strings.Split(l, "\t")
		if len(parts) != 3 || parts[1] != "none" && familyRules[parts[1]] == nil {
			t.Fatalf("line %d: %q", i+1, l)
		}
		row := table[parts[0]+" "+parts[1]]
		if row == nil {
			row = &tally{}
			table[parts[0]+" "+parts[1]] = row
		}
		judgeFairness(t, set, i+1, parts, row, all)
	}
	if n := all.lines; n < 400 {
		t.Errorf("only %d lines", n)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%-20s %6s %6s %6s %9s %6s\n", "", "lines", "found", "wrong", "enforcing", "wrong")
	for _, name := range append(slices.Sorted(maps.Keys(table)), "all") {
		r := table[name]
		if name == "all" {
			r = all
		}
		fmt.Fprintf(&b, "%-20s %6d %6d %6d %9d %6d\n", name, r.lines, r.found, r.wrong, r.enforced, r.enforcedWrong)
	}
	violations := 0
	for name, r := range table {
		if !strings.HasSuffix(name, " none") {
			violations += r.lines
		}
	}
	precision := 1 - float64(all.enforcedWrong)/float64(max(all.enforced, 1))
	recall := float64(all.found) / float64(violations)
	t.Logf("\n%sprecision of what may enforce %.3f, recall %.3f", b.String(), precision, recall)
	if precision < 0.98 || recall < 0.9 {
		t.Errorf("precision %.3f (at least 0.98), recall %.3f (at least 0.90)", precision, recall)
	}
}

func judgeFairness(t *testing.T, set *Set, line int, parts []string, row, all *tally) {
	t.Helper()
	vs, err := set.Try(Example{Say: strings.Split(parts[2], " | "), WordP: 0.95, Show: true})
	if err != nil {
		t.Fatal(err)
	}
	found, fired, enforced := false, "", false
	for _, v := range vs {
		if !v.Fired {
			continue
		}
		fired += " " + v.Rule
		enforced = enforced || v.WouldEnforce
		found = found || slices.ContainsFunc(familyRules[parts[1]], func(p string) bool { return strings.HasPrefix(v.Rule, p) })
	}
	for _, r := range []*tally{row, all} {
		r.lines++
		if found {
			r.found++
		}
		if enforced {
			r.enforced++
		}
		if parts[1] == "none" && fired != "" {
			r.wrong++
			if enforced {
				r.enforcedWrong++
			}
		}
	}
	if parts[1] == "none" && fired != "" || parts[1] != "none" && !found {
		t.Logf("line %d: %s: %q:%s", line, parts[1], parts[2], fired)
	}
}
