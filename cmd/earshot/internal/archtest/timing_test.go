//go:build !race

package archtest

import (
	"go/ast"
	"go/token"
	"strings"
	"testing"
)

// TestNobodySleeps: a test that lets real time pass is slow, and wrong on a machine that is slower still. It may sleep in a bubble of
// testing/synctest, where time is made; elsewhere it waits for what it wants to see (models/waittest).
func TestNobodySleeps(t *testing.T) {
	packages := make(map[string][]declaration)
	for _, s := range sources(t) {
		if s.test {
			packages[s.pkg] = append(packages[s.pkg], declarations(s)...)
		}
	}
	told := make(map[string]bool)
	for _, all := range packages {
		named := make(map[string][]declaration)
		for _, d := range all {
			named[d.name] = append(named[d.name], d)
		}
		for _, d := range all {
			if strings.HasPrefix(d.name, "Test") || strings.HasPrefix(d.name, "Benchmark") {
				if sleeps, bubbles := reached(d, named, map[string]bool{}); sleeps != "" && !bubbles && !told[sleeps] {
					told[sleeps] = true
					t.Errorf("%s: %s sleeps outside of a synctest bubble", sleeps, d.name)
				}
			}
		}
	}
}

// declaration is a function of a package's tests, or the methods of one type, and what it is made of.
type declaration struct {
	name    string
	sleeps  string // where
	bubbles bool
	uses    []string
}

func declarations(s source) (out []declaration) {
	for _, d := range s.file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok {
			if g, ok := d.(*ast.GenDecl); ok && g.Tok != token.IMPORT {
				out = append(out, valuesAndTypes(s, g)...)
			}
			continue
		}
		x := made(s, f)
		if x.name = f.Name.Name; f.Recv != nil {
			x.name = receiverName(f.Recv.List[0].Type)
		}
		out = append(out, x)
	}
	return out
}

func valuesAndTypes(s source, g *ast.GenDecl) (out []declaration) {
	for _, spec := range g.Specs {
		var names []*ast.Ident
		switch spec := spec.(type) {
		case *ast.ValueSpec:
			names = spec.Names
		case *ast.TypeSpec:
			names = []*ast.Ident{spec.Name}
		}
		for _, name := range names {
			x := made(s, spec)
			x.name = name.Name
			out = append(out, x)
		}
	}
	return out
}

// made looks at what a declaration names, but for its own variables: time.Sleep and a bare receive from time.After sleep.
func made(s source, n ast.Node) (d declaration) {
	own, limits := variables(n), make(map[ast.Stmt]bool)
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			if !own[n.Name] {
				d.uses = append(d.uses, n.Name)
			}
		case *ast.SelectorExpr:
			switch what := selector(n); what {
			case "time.Sleep":
				d.sleeps = s.at(n)
			case "synctest.Test":
				d.bubbles = true
			}
		case *ast.CommClause: // in a select it is a limit
			limits[n.Comm] = true
		case *ast.ExprStmt:
			if wait, ok := n.X.(*ast.UnaryExpr); ok && wait.Op == token.ARROW && !limits[n] {
				if call, ok := wait.X.(*ast.CallExpr); ok && selector(call.Fun) == "time.After" {
					d.sleeps = s.at(n)
				}
			}
		}
		return true
	})
	return d
}

// variables are the names that := declares in a function.
func variables(n ast.Node) map[string]bool {
	out := make(map[string]bool)
	ast.Inspect(n, func(n ast.Node) bool {
		if a, ok := n.(*ast.AssignStmt); ok && a.Tok == token.DEFINE {
			for _, e := range a.Lhs {
				if id, ok := e.(*ast.Ident); ok {
					out[id.Name] = true
				}
			}
		}
		return true
	})
	return out
}

func selector(e ast.Expr) string {
	if sel, ok := e.(*ast.SelectorExpr); ok {
		if x, ok := sel.X.(*ast.Ident); ok {
			return x.Name + "." + sel.Sel.Name
		}
	}
	return ""
}

// reached reports whether something that a declaration leads to sleeps, and whether something makes a bubble.
func reached(d declaration, named map[string][]declaration, seen map[string]bool) (sleeps string, bubbles bool) {
	sleeps, bubbles = d.sleeps, d.bubbles
	for _, name := range d.uses {
		if seen[name] {
			continue
		}
		seen[name] = true
		for _, below := range named[name] {
			s, b := reached(below, named, seen)
			if bubbles = bubbles || b; s != "" {
				sleeps = s
			}
		}
	}
	return sleeps, bubbles
}
