//go:build !race

package archtest

import (
	"go/ast"
	"strings"
	"testing"
)

// TestExportsAreDocumented: every exported name says what it is. A constant in a group may be told by the group or by a
// comment on its line.
func TestExportsAreDocumented(t *testing.T) {
	total, told := 0, 0
	count := func(s source, n ast.Node, name string, documented bool) {
		total++
		if documented {
			told++
			return
		}
		t.Errorf("%s: %s has no comment", s.at(n), name)
	}
	for _, s := range sources(t) {
		if s.test || s.file.Name.Name == "main" {
			continue
		}
		for _, d := range s.file.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				if d.Name.IsExported() && ast.IsExported(receiver(d)) {
					count(s, d, d.Name.Name, begins(d.Doc, d.Name.Name))
				}
			case *ast.GenDecl:
				for _, spec := range d.Specs {
					for _, name := range exported(spec) {
						count(s, name, name.Name, d.Doc != nil || commented(spec))
					}
				}
			}
		}
	}
	if total < 500 || told*10 < total*9 {
		t.Errorf("%d of %d exported names are documented", told, total)
	}
	t.Logf("%d of %d exported names are documented", told, total)
}

// receiver is the type that a method belongs to; a function's is taken for exported.
func receiver(d *ast.FuncDecl) string {
	if d.Recv == nil {
		return "Function"
	}
	x := d.Recv.List[0].Type
	for {
		switch y := x.(type) {
		case *ast.StarExpr:
			x = y.X
		case *ast.IndexExpr:
			x = y.X
		case *ast.IndexListExpr:
			x = y.X
		case *ast.Ident:
			return y.Name
		default:
			return ""
		}
	}
}

// begins reports whether a comment begins with the name that it explains.
func begins(doc *ast.CommentGroup, name string) bool {
	return doc != nil && strings.HasPrefix(doc.Text(), name+" ") || doc != nil && strings.HasPrefix(doc.Text(), name+",")
}

func exported(spec ast.Spec) (out []*ast.Ident) {
	switch s := spec.(type) {
	case *ast.TypeSpec:
		if s.Name.IsExported() {
			out = append(out, s.Name)
		}
	case *ast.ValueSpec:
		for _, n := range s.Names {
			if n.IsExported() {
				out = append(out, n)
			}
		}
	}
	return out
}

func commented(spec ast.Spec) bool {
	switch s := spec.(type) {
	case *ast.TypeSpec:
		return s.Doc != nil || s.Comment != nil
	case *ast.ValueSpec:
		return s.Doc != nil || s.Comment != nil
	}
	return false
}
