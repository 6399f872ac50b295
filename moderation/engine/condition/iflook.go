package condition

import (
	"slices"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
)

// looking finds what an expression looks at.
type looking struct {
	*expr
	// over is what the variables of exists(), all() and the like go through: the name of a list.
	over map[string]string
	// literals are those that go through a list of texts.
	literals map[string][]string
}

// look records what the expression looks at.
func (e *expr) look(parsed *cel.Ast) {
	l := &looking{e, map[string]string{}, map[string][]string{}}
	root := parsed.NativeRep().Expr()
	ast.PreOrderVisit(root, ast.NewExprVisitor(l.walks))
	ast.PostOrderVisit(root, ast.NewExprVisitor(func(x ast.Expr) {
		switch x.Kind() {
		case ast.IdentKind:
			e.ofLine = e.ofLine || slices.Contains(lineVariables, x.AsIdent())
			e.newcomers = e.newcomers || x.AsIdent() == "newcomer"
			e.ofPerson = e.ofPerson || slices.Contains(personVariables, x.AsIdent())
		case ast.SelectKind:
			if s := x.AsSelect(); isVariable(s.Operand(), "balance") {
				e.ledgers = append(e.ledgers, s.FieldName())
			}
		case ast.CallKind:
			l.call(x.AsCall())
		}
	}))
}

// walks notes what a variable goes through.
func (l *looking) walks(x ast.Expr) {
	if x.Kind() != ast.ComprehensionKind {
		return
	}
	c := x.AsComprehension()
	switch over := c.IterRange(); over.Kind() {
	case ast.IdentKind:
		l.over[c.IterVar()] = over.AsIdent()
	case ast.ListKind:
		l.literals[c.IterVar()] = texts(over)
	}
}

// call notes the texts that a call compares with something.
func (l *looking) call(call ast.CallExpr) {
	args := call.Args()
	if call.IsMemberFunction() {
		if len(args) == 1 {
			l.compared(call.Target(), args[0], call.FunctionName())
		}
		return
	}
	if len(args) != 2 {
		return
	}
	switch name := call.FunctionName(); name {
	case operators.Index:
		if isVariable(args[0], "balance") {
			l.ledgers = append(l.ledgers, l.texts(args[1])...)
		}
	case operators.In:
		switch {
		case isVariable(args[1], "balance"):
			l.ledgers = append(l.ledgers, l.texts(args[0])...)
		case isVariable(args[1], "roles"):
			l.roles = append(l.roles, l.texts(args[0])...)
		case isVariable(args[1], "words"):
			l.words(args[0])
		default:
			l.compared(args[0], args[1], operators.Equals)
		}
	case operators.Equals, operators.NotEquals:
		l.compared(args[0], args[1], operators.Equals)
		l.compared(args[1], args[0], operators.Equals)
	}
}

// compared notes the texts that a value is compared with in some way.
func (l *looking) compared(value, with ast.Expr, how string) {
	given := l.texts(with)
	switch l.kind(value) {
	case "text":
		if how == "matches" {
			l.patterns = append(l.patterns, given...)
			return
		}
		l.spoken = append(l.spoken, given...)
	case "language":
		for _, t := range given {
			if how == operators.Equals || len(t) > longestCode {
				l.languages = append(l.languages, t)
			}
		}
	case "roles":
		if how == operators.Equals {
			l.roles = append(l.roles, given...)
		}
	case "words":
		if how == "matches" {
			l.patterns = append(l.patterns, given...)
			return
		}
		l.words(with)
	}
}

// longestCode is the length of the longest language codes: a longer text is a name.
const longestCode = 3

// words notes texts that are compared with single words.
func (l *looking) words(x ast.Expr) {
	given := l.texts(x)
	l.spoken, l.single = append(l.spoken, given...), append(l.single, given...)
}

// kind is the variable that a value is, or the list that it is a part of.
func (l *looking) kind(x ast.Expr) string {
	switch x.Kind() {
	case ast.IdentKind:
		if over, ok := l.over[x.AsIdent()]; ok {
			return over
		}
		return x.AsIdent()
	case ast.CallKind:
		if c := x.AsCall(); c.FunctionName() == operators.Index && c.Args()[0].Kind() == ast.IdentKind {
			return c.Args()[0].AsIdent()
		}
	}
	return ""
}

// texts are the texts that an expression stands for: one, those of a list, or those that a variable goes through.
func (l *looking) texts(x ast.Expr) []string {
	if x.Kind() == ast.IdentKind {
		return l.literals[x.AsIdent()]
	}
	return texts(x)
}

// texts are a text that is written out, or those of a list.
func texts(x ast.Expr) (out []string) {
	switch x.Kind() {
	case ast.LiteralKind:
		if s, ok := x.AsLiteral().Value().(string); ok {
			out = append(out, s)
		}
	case ast.ListKind:
		for _, item := range x.AsList().Elements() {
			out = append(out, texts(item)...)
		}
	}
	return out
}

func isVariable(x ast.Expr, name string) bool {
	return x.Kind() == ast.IdentKind && x.AsIdent() == name
}
