//go:build !race

package archtest

import (
	"go/ast"
	"slices"
	"strings"
	"testing"
)

// unraced are the packages whose tests run without the race detector alone: it has nothing to find in them.
var unraced = []string{
	"bot/audio/wav", "bot/schedule/calendar", "cmd/earshot/internal/archtest", "cmd/earshot/noise", "configs", "moderation/engine",
	"moderation/engine/condition", "moderation/match", "moderation/match/pii", "moderation/summary",
}

// TestUnracedPackagesStartNoGoroutine: what runs without the race detector starts no goroutine and shares nothing but what is made
// once, and every file of its tests says that it is not built for the detector: else it takes minutes.
func TestUnracedPackagesStartNoGoroutine(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range sources(t) {
		if !slices.Contains(unraced, s.pkg) {
			continue
		}
		seen[s.pkg] = true
		if s.test {
			if !slices.ContainsFunc(s.file.Comments, func(c *ast.CommentGroup) bool { return c.List[0].Text == "//go:build !race" }) {
				t.Errorf("%s should begin with //go:build !race, as all tests of its package do", s.name)
			}
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt:
				t.Errorf("%s starts a goroutine, and the tests of its package run without the race detector", s.at(n))
			case *ast.ImportSpec:
				if p := n.Path.Value; strings.Contains(p, "sync/") {
					t.Errorf("%s imports %s, and the tests of its package run without the race detector", s.at(n), p)
				}
			case *ast.SelectorExpr:
				if pkg, ok := n.X.(*ast.Ident); ok && pkg.Name == "sync" && !strings.HasPrefix(n.Sel.Name, "Once") {
					t.Errorf("%s shares what sync.%s guards, and the tests of its package run without the race detector", s.at(n), n.Sel.Name)
				}
			}
			return true
		})
	}
	for _, p := range unraced {
		if !seen[p] {
			t.Errorf("%s is no package", p)
		}
	}
}
