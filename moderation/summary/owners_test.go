//go:build !race

package summary

import (
	"os"
	"strings"
	"testing"
)

// ownersOf reads talks with a task each: the lines, and after "> " who does it and by when, as it is to be shown.
func ownersOf(t *testing.T, name string) (talks [][]string, want [][2]string) {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for l := range strings.Lines(string(data)) {
		l = strings.TrimSpace(l)
		owner, answers := strings.CutPrefix(l, "> ")
		switch {
		case l == "" || strings.HasPrefix(l, "#"):
		case answers:
			who, due, _ := strings.Cut(owner, " | ")
			talks, want = append(talks, lines), append(want, [2]string{strings.Trim(who, "-"), strings.Trim(due, "-")})
			lines = nil
		default:
			lines = append(lines, l)
		}
	}
	return talks, want
}

// TestOwnersAndDueDates: who says yes does it, and by when is as it was said. What is not listed says nothing wrong, but most is.
func TestOwnersAndDueDates(t *testing.T) {
	for name, people := range map[string][]string{
		"owners.txt": {"Ana", "Ben", "Cem"}, "owners-other.txt": {"Dora", "Eli", "Finn"}, "owners-third.txt": {"Gus", "Hana", "Ivo"},
		"owners-id.txt": {"Ani", "Budi", "Sari"},
	} {
		talks, want := ownersOf(t, name)
		listed, wrong := 0, 0
		for i, lines := range talks {
			var all []string
			for _, who := range people {
				all = append(all, who+": The lamp over the door is green.")
			}
			in := said(append(append(all, lines...), people[0]+": The other lamp in the corridor is blue.")...)
			if strings.HasSuffix(name, "-id.txt") {
				for i := range in.Utterances {
					in.Utterances[i].Language = "id"
				}
			}
			got := Make(in).Actions
			if len(got) > 0 {
				listed++
			}
			for _, a := range got {
				if a.Owner != want[i][0] || a.Due != want[i][1] {
					wrong++
					t.Logf("%s: %q: %q %q, want %q", name, lines, a.Owner, a.Due, want[i])
				}
			}
		}
		if listed < len(talks)*9/10 || wrong > 2 {
			t.Errorf("%s: %d of %d talks have something listed, %d with a wrong owner or due date", name, listed, len(talks), wrong)
		}
	}
}
