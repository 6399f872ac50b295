package app

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"earshot/cmd/earshot/internal/programtest"
	"earshot/models"
)

// TestUntold: a rule that notifies a target that is not configured is named on the health page.
func TestUntold(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real parts")
	}
	t.Parallel()
	dir := t.TempDir()
	programtest.Write(t, filepath.Join(dir, "tell.yaml"), `schema: 1
rules:
  - {id: a, when: {says: {phrase: hello}}, then: [tell: {webhook: mods}]}
  - {id: b, when: {says: {phrase: bye}}, then: [tell: {who: host}]}
`)
	s, l := openTestAppWith(t, dir, "EARSHOT_RULES="+filepath.Join(dir, "tell.yaml"))
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if got := s.targets.untold(); !slices.Equal(got, []string{"mods"}) {
		t.Errorf("%q", got)
	}
	told := func(c models.Condition) bool { return !c.OK && strings.Contains(c.Text, "mods") }
	if all := s.health.conditions(t.Context(), models.RoomSet{}); !slices.ContainsFunc(all, told) {
		t.Errorf("%+v", all)
	}
}
