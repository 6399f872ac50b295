//go:build !race

package archtest

import (
	"go/ast"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// logKeys are the keys that the program logs by, each with one place. A log call is a method of slog's with a message and
// then keys and values.
func logKeys(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, s := range sources(t) {
		if s.test {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			sel, ok := call.Fun.(*ast.SelectorExpr)
			if !ok || !isLogger(sel.X) {
				return true
			}
			first := map[string]int{"Debug": 1, "Info": 1, "Warn": 1, "Error": 1, "With": 0}
			from, ok := first[sel.Sel.Name]
			if !ok {
				return true
			}
			for i := from; i+1 < len(call.Args); i += 2 {
				if lit, ok := call.Args[i].(*ast.BasicLit); ok {
					key, _ := strconv.Unquote(lit.Value)
					found[key] = s.at(call)
				}
			}
			return true
		})
	}
	return found
}

// isLogger reports whether an expression ends in a name that loggers have here.
func isLogger(x ast.Expr) bool {
	switch x := x.(type) {
	case *ast.Ident:
		return x.Name == "log"
	case *ast.SelectorExpr:
		return slices.Contains([]string{"log", "Log", "Logger"}, x.Sel.Name)
	case *ast.CallExpr: // log.With(…).Info
		sel, ok := x.Fun.(*ast.SelectorExpr)
		return ok && isLogger(sel.X)
	}
	return false
}

// otherwise are names for what has a fixed key already.
var otherwise = map[string]string{
	"error": "err", "cause": "err", "session_id": "session", "sid": "session", "room_id": "room", "track_id": "track", "why": "reason",
	"speaker_id": "speaker", "person": "speaker", "participant": "speaker", "identity": "speaker", "duration": "ms", "elapsed": "ms",
	"took":        "ms",
	"duration_ms": "ms", "clip": "key", "utterance": "key", "line": "key", "attempt": "tries",
}

// TestLogKeysAreFixed: whoever searches logs finds one thing under one key: those that docs/operating.md names are in use,
// and nothing has a second name.
func TestLogKeysAreFixed(t *testing.T) {
	used := logKeys(t)
	if len(used) < 30 {
		t.Fatalf("only %d keys found", len(used))
	}
	for key, at := range used {
		if fixed := otherwise[key]; fixed != "" {
			t.Errorf("%s: log by %q, not %q", at, fixed, key)
		}
		if !regexp.MustCompile(`^[a-z][a-z0-9_]*$`).MatchString(key) {
			t.Errorf("%s: the key %q is not in small letters", at, key)
		}
	}
	page, err := os.ReadFile("../../../../docs/operating.md")
	if err != nil {
		t.Fatal(err)
	}
	_, list, _ := strings.Cut(string(page), "Logs have fixed keys: ")
	list, _, _ = strings.Cut(list, ". ")
	named := regexp.MustCompile("`([a-z_]+)`").FindAllStringSubmatch(list, -1)
	if len(named) < 5 {
		t.Fatalf("docs/operating.md names %d keys", len(named))
	}
	for _, m := range named {
		if used[m[1]] == "" {
			t.Errorf("docs/operating.md has the key %q, which nothing logs", m[1])
		}
	}
}
