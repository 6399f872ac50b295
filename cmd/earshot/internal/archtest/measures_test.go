//go:build !race

package archtest

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"path"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// The measures of the house. A package is an idea that fits in the head, and its files point one way; a type that needs
// more than forty methods is several types.
const (
	maxFiles    = 30   // files of a package, without tests
	medianFiles = 10   // of all packages
	maxUp       = 0.10 // of the arrows between a package's files may run against their best order
	maxMethods  = 40   // of one type, but the stores'
	maxFields   = 20   // of one type, but plain data
	maxCommands = 3500 // lines of package main, without tests
	maxColumns  = 140
)

// arrow is a use: something in one file names what another file of the same package declares.
type arrow struct{ from, to string }

// production groups the sources that are no tests by package.
func production(t *testing.T) map[string][]source {
	out := make(map[string][]source)
	for _, s := range sources(t) {
		if !s.test {
			out[s.pkg] = append(out[s.pkg], s)
		}
	}
	return out
}

// nothing imports every package as an empty one: what a package declares itself resolves without the rest of the world.
type nothing struct{}

func (nothing) Import(name string) (*types.Package, error) {
	p := types.NewPackage(name, path.Base(name))
	p.MarkComplete()
	return p, nil
}

// arrows are the uses between the files of one package, each with a name that it uses.
func arrows(files []source) map[arrow]string {
	var parsed []*ast.File
	in := make(map[*token.File]string)
	for _, f := range files {
		parsed = append(parsed, f.file)
		in[f.fset.File(f.file.Pos())] = path.Base(f.name)
	}
	info := &types.Info{Uses: make(map[*ast.Ident]types.Object)}
	conf := types.Config{Importer: nothing{}, FakeImportC: true, Error: func(error) {}}
	pkg, _ := conf.Check(files[0].pkg, files[0].fset, parsed, info) // what other packages declare stays unknown
	out := make(map[arrow]string)
	for id, obj := range info.Uses {
		if obj.Pkg() != pkg || !obj.Pos().IsValid() {
			continue
		}
		a := arrow{in[files[0].fset.File(id.Pos())], in[files[0].fset.File(obj.Pos())]}
		if a.from != a.to && (out[a] == "" || id.Name < out[a]) {
			out[a] = id.Name
		}
	}
	return out
}

// up returns the arrows that run against the best order of the files that a local search finds: one file at a time moves to
// where the fewest arrows run back.
func up(all map[arrow]string) (back []arrow) {
	var order []string
	for a := range all {
		order = append(order, a.from, a.to)
	}
	slices.Sort(order)
	order = slices.Compact(order)
	has := func(from, to string) int {
		if all[arrow{from, to}] != "" {
			return 1
		}
		return 0
	}
	surplus := make(map[string]int)
	for a := range all {
		surplus[a.from]++
		surplus[a.to]--
	}
	slices.SortStableFunc(order, func(a, b string) int { return cmp.Compare(surplus[b], surplus[a]) })
	for moved := true; moved; {
		moved = false
		for _, v := range slices.Clone(order) {
			i := slices.Index(order, v)
			best, at, gain := 0, i, 0
			for j := i - 1; j >= 0; j-- {
				if gain += has(v, order[j]) - has(order[j], v); gain > best {
					best, at = gain, j
				}
			}
			gain = 0
			for j := i + 1; j < len(order); j++ {
				if gain += has(order[j], v) - has(v, order[j]); gain > best {
					best, at = gain, j
				}
			}
			if best > 0 {
				order = slices.Insert(slices.Delete(order, i, i+1), at, v)
				moved = true
			}
		}
	}
	for a := range all {
		if slices.Index(order, a.from) > slices.Index(order, a.to) {
			back = append(back, a)
		}
	}
	slices.SortFunc(back, func(a, b arrow) int { return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.to, b.to)) })
	return back
}

// overdue are the packages that do not hold a measure yet, with what they have today: it may only go down.
var overdue = map[string]int{}

// atMost fails when a measure is broken, or when a package is overdue no more.
func atMost(t *testing.T, what string, got, limit int, detail string) {
	t.Helper()
	if due, late := overdue[what]; late {
		if got <= limit {
			t.Errorf("%s: %d is within %d: take it off the list", what, got, limit)
		}
		limit = due
	}
	if got > limit {
		t.Errorf("%s: %d, at most %d%s", what, got, limit, detail)
	}
}

func TestPackagesFitInTheHead(t *testing.T) {
	packages := production(t)
	var sizes []int
	lines := 0
	for pkg, files := range packages {
		atMost(t, pkg+" files", len(files), maxFiles, "")
		sizes = append(sizes, len(files))
		if pkg == "cmd/earshot" {
			for _, f := range files {
				lines += f.lines
			}
		}
	}
	slices.Sort(sizes)
	atMost(t, "median files", sizes[len(sizes)/2], medianFiles, "")
	atMost(t, "cmd/earshot lines", lines, maxCommands, "")
}

func TestFilesOfAPackagePointOneWay(t *testing.T) {
	for pkg, files := range production(t) {
		all := arrows(files)
		back := up(all)
		var detail strings.Builder
		for _, a := range back {
			fmt.Fprintf(&detail, "\n\t%s uses %s of %s", a.from, all[a], a.to)
		}
		atMost(t, pkg+" arrows up", len(back), max(1, int(maxUp*float64(len(all)))), fmt.Sprintf(" of %d%s", len(all), detail.String()))
	}
}

// TestTypesAreOneThing counts methods and fields. Plain data (only exported fields) may have as many fields as it needs.
func TestTypesAreOneThing(t *testing.T) {
	for pkg, files := range production(t) {
		methods := make(map[string]int)
		for _, f := range files {
			for _, d := range f.file.Decls {
				if d, ok := d.(*ast.FuncDecl); ok && d.Recv != nil {
					methods[receiverName(d.Recv.List[0].Type)]++
				}
			}
			ast.Inspect(f.file, func(n ast.Node) bool {
				if spec, ok := n.(*ast.TypeSpec); ok {
					if s, ok := spec.Type.(*ast.StructType); ok && !isData(s) {
						atMost(t, pkg+"."+spec.Name.Name+" fields", s.Fields.NumFields(), maxFields, "")
					}
				}
				return true
			})
		}
		for name, n := range methods {
			if name != "Store" || !strings.HasPrefix(pkg, "models/") {
				atMost(t, pkg+"."+name+" methods", n, maxMethods, "")
			}
		}
	}
}

func receiverName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.StarExpr:
		return receiverName(e.X)
	case *ast.IndexExpr:
		return receiverName(e.X)
	case *ast.Ident:
		return e.Name
	}
	return ""
}

// isData reports a type of data: every field is exported.
func isData(s *ast.StructType) bool {
	for _, f := range s.Fields.List {
		for _, n := range f.Names {
			if !n.IsExported() {
				return false
			}
		}
	}
	return true
}

func TestLinesFitTheScreen(t *testing.T) {
	long := make(map[string][]string)
	err := walk(func(name string, data []byte) error {
		if !slices.Contains([]string{".go", ".html", ".css", ".js", ".mjs"}, path.Ext(name)) {
			return nil
		}
		for i, line := range strings.Split(string(data), "\n") {
			if utf8.RuneCountInString(line) > maxColumns {
				long[path.Ext(name)] = append(long[path.Ext(name)], fmt.Sprintf("\n\t%s:%d", name, i+1))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for ext, where := range long {
		atMost(t, "long lines in "+ext, len(where), 0, strings.Join(where, ""))
	}
}
