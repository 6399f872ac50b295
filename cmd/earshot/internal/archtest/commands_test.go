//go:build !race

package archtest

import (
	"go/ast"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// testCommand is a go test that a page tells readers to run, with its packages, up to its end; testFlag is what of them it
// runs.
var (
	testCommand = regexp.MustCompile("go test (?:-\\S+ )*((?:\\./[^\\s`]+ ?)+)([^`\n#]*)")
	testFlag    = regexp.MustCompile(`-(run|fuzz|bench)[ =]('[^']+'|[^\s'` + "`" + `]+)`)
)

// TestPagesNameTestsThatExist: a command on a page that runs nothing would show nothing, and succeed.
func TestPagesNameTestsThatExist(t *testing.T) {
	found := 0
	err := walk(func(name string, data []byte) error {
		if path.Ext(name) != ".md" || name == "CHANGELOG.md" {
			return nil
		}
		for i, line := range strings.Split(string(data), "\n") {
			for _, m := range testCommand.FindAllStringSubmatch(line, -1) {
				for _, f := range testFlag.FindAllStringSubmatch(m[2], -1) {
					what := strings.Trim(strings.ReplaceAll(f[2], `\|`, "|"), "'")
					if what == "none" || what == "^$" { // another flag says what it runs
						continue
					}
					found++
					kind := map[string]string{"run": "Test", "fuzz": "Fuzz", "bench": "Benchmark"}[f[1]]
					for _, missing := range withoutTests(t, strings.Fields(m[1]), kind, what) {
						t.Errorf("%s:%d: %shas no %s that fits %q", name, i+1, m[1], kind, missing)
					}
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if found < 10 {
		t.Errorf("only %d commands found: this test looks for the wrong thing", found)
	}
}

// withoutTests are the alternatives of a pattern that fit no test of the packages.
func withoutTests(t *testing.T, pkgs []string, kind, pattern string) (missing []string) {
	t.Helper()
	var names []string
	for _, s := range sources(t) {
		fits := func(p string) bool { return within(s.pkg, strings.TrimPrefix(p, "./")) }
		if !s.test || !slices.ContainsFunc(pkgs, fits) {
			continue
		}
		for _, d := range s.file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && strings.HasPrefix(f.Name.Name, kind) {
				names = append(names, f.Name.Name)
			}
		}
	}
	for one := range strings.SplitSeq(pattern, "|") {
		one, _, _ = strings.Cut(one, "/")
		re, err := regexp.Compile(strings.Trim(one, "()"))
		if err != nil || !slices.ContainsFunc(names, re.MatchString) {
			missing = append(missing, one)
		}
	}
	return missing
}
