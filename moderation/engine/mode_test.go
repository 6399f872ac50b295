//go:build !race

package engine

import (
	"testing"
	"testing/fstest"

	"earshot/models"
)

// TestEachFileKeepsItsMode: adding a file to those in use does not change the mode of their rules, and the other way round.
func TestEachFileKeepsItsMode(t *testing.T) {
	rule := func(id, mode string) *fstest.MapFile {
		text := "rules:\n  - id: " + id + "\n    when: {says: {phrase: " + id + "}}\n    then: [flag: {level: low}]\n"
		return &fstest.MapFile{Data: []byte("schema: 1\n" + mode + text)}
	}
	from := fstest.MapFS{
		"pack.yaml": rule("pack", ""), "asks.yaml": rule("asks", "use: [pack.yaml]\nmode: suggest\n"),
		"acts.yaml": rule("acts", "mode: act\n"), "both.yaml": rule("both", "use: [pack.yaml]\nmode: act\n"), "plain.yaml": rule("plain", ""),
	}
	for _, c := range []struct {
		files []string
		mode  models.Mode // of the setting
		want  map[string]models.Mode
	}{
		{[]string{"asks", "acts"}, "", map[string]models.Mode{"pack": "suggest", "asks": "suggest", "acts": "act"}},
		{[]string{"acts", "asks"}, "", map[string]models.Mode{"pack": "suggest", "asks": "suggest", "acts": "act"}},
		{[]string{"asks", "both"}, "", map[string]models.Mode{"pack": "suggest", "asks": "suggest", "both": "act"}},
		{[]string{"acts", "plain"}, "", map[string]models.Mode{"acts": "act", "plain": "act"}},
		{[]string{"asks", "acts"}, models.ModeWatch, map[string]models.Mode{"pack": "watch", "asks": "watch", "acts": "watch"}},
	} {
		set, err := Load(LoadOptions{FS: from, Mode: c.mode}, c.files...)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range set.Rules() {
			if r.Mode != c.want[r.ID] {
				t.Errorf("%v: rule %s may %s, want %s", c.files, r.ID, r.Mode, c.want[r.ID])
			}
		}
	}
}
