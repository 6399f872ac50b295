//go:build !race

package archtest

import (
	"go/ast"
	"path"
	"slices"
	"strings"
	"testing"
)

// The longest file and the longest function that a reader should have to hold in mind.
const (
	maxFileLines = 400
	maxFuncLines = 80
)

func TestFilesAndFunctionsAreShort(t *testing.T) {
	for _, s := range sources(t) {
		if s.lines > maxFileLines && !ast.IsGenerated(s.file) {
			t.Errorf("%s has %d lines: split it (at most %d)", s.name, s.lines, maxFileLines)
		}
		for _, d := range s.file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || s.test {
				continue
			}
			if n := s.fset.Position(f.End()).Line - s.fset.Position(f.Pos()).Line + 1; n > maxFuncLines {
				t.Errorf("%s: %s has %d lines (at most %d)", s.at(f), f.Name.Name, n, maxFuncLines)
			}
		}
	}
}

// TestNobodyEndsTheProgramButMain: a library that exits takes every room down with it.
func TestNobodyEndsTheProgramButMain(t *testing.T) {
	ending := map[string][]string{
		"os":  {"Exit"},
		"log": {"Fatal", "Fatalf", "Fatalln", "Panic", "Panicf", "Panicln"},
	}
	for _, s := range sources(t) {
		if s.test || s.file.Name.Name == "main" && path.Base(s.name) == "main.go" {
			continue
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if pkg, ok := sel.X.(*ast.Ident); ok && slices.Contains(ending[pkg.Name], sel.Sel.Name) {
				t.Errorf("%s: %s.%s outside main.go", s.at(sel), pkg.Name, sel.Sel.Name)
			}
			return true
		})
	}
}

// TestNothingRunsBehindTheCaller: no init functions, and no constructor starts a goroutine. What lives long has a
// Run(ctx) that returns after all its goroutines.
func TestNothingRunsBehindTheCaller(t *testing.T) {
	for _, s := range sources(t) {
		for _, d := range s.file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || s.test || f.Recv != nil || f.Body == nil {
				continue
			}
			if f.Name.Name == "init" {
				t.Errorf("%s: an init function", s.at(f))
			}
			if !strings.HasPrefix(f.Name.Name, "New") || strings.HasPrefix(f.Name.Name, "new") {
				continue
			}
			ast.Inspect(f.Body, func(n ast.Node) bool {
				if g, ok := n.(*ast.GoStmt); ok {
					t.Errorf("%s: %s starts a goroutine", s.at(g), f.Name.Name)
				}
				return true
			})
		}
	}
}

// TestPackagesAreNamedForWhatTheyDo and say it in one package comment.
func TestPackagesAreNamedForWhatTheyDo(t *testing.T) {
	documented := map[string]bool{}
	for _, s := range sources(t) {
		if slices.Contains([]string{"util", "utils", "common", "helpers", "misc", "mocks"}, s.file.Name.Name) {
			t.Errorf("%s: package %s says nothing", s.name, s.file.Name.Name)
		}
		if !s.test {
			documented[s.pkg] = documented[s.pkg] || s.file.Doc != nil
		}
	}
	for pkg, ok := range documented {
		if !ok {
			t.Errorf("%s has no package comment", pkg)
		}
	}
}

// TestCommandsOnlyParseCallAndPrint: package main and the commands have no goroutine, no lock and no SQL, and no theme of commands
// knows another. What they call has a package of its own.
func TestCommandsOnlyParseCallAndPrint(t *testing.T) {
	for _, s := range sources(t) {
		theme := within(s.pkg, "cmd/earshot/commands/...")
		if s.test || s.pkg != "cmd/earshot" && !theme {
			continue
		}
		for imp, node := range imports(s) {
			other := theme && strings.HasPrefix(imp, "earshot/cmd/earshot/commands/")
			if other || slices.Contains([]string{"sync", "sync/atomic", "database/sql"}, imp) {
				t.Errorf("%s: a command imports %s", s.at(node), imp)
			}
		}
		ast.Inspect(s.file, func(n ast.Node) bool {
			if g, ok := n.(*ast.GoStmt); ok {
				t.Errorf("%s: a command starts a goroutine", s.at(g))
			}
			return true
		})
	}
}
