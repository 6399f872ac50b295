package condition

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
)

// between are numbers from lo to hi; open says which ends are not among them.
type between struct {
	lo, hi         float64
	openLo, openHi bool
}

// values are the numbers that parts of an expression can be. Times, balances and lengths have no upper end.
var values = map[string]between{
	"min_p": {lo: 0, hi: 1}, "level_dbfs": {lo: math.Inf(-1), hi: 0}, "size(words)": {lo: 0, hi: maxExprWords},
	"size(roles)": {lo: 1, hi: math.Inf(1)},
}

// from0 are the numbers from 0 on.
var from0 = between{lo: 0, hi: math.Inf(1)}

// valuesOf are the numbers that a part of an expression can be; ok is false where nothing is known.
func valuesOf(part string) (v between, ok bool) {
	if v, ok := values[part]; ok {
		return v, true
	}
	return from0, isTime(part) || strings.HasPrefix(part, "size(") || strings.HasPrefix(part, "balance.")
}

func isTime(part string) bool { return strings.HasSuffix(part, "_ms") }

// fewMS is a time that nobody compares with, in ms: whoever writes one means seconds or minutes.
const fewMS = 100

// compared is a part of an expression that is compared with a number or a text.
type compared struct {
	part, op string
	n        float64
	text     string
	isText   bool
}

// String is the comparison as it is written.
func (c compared) String() string {
	sign := strings.Trim(c.op, "_")
	switch {
	case c.part == "newcomer" && (c.n == 1) == (c.op == operators.Equals):
		return "newcomer"
	case c.part == "newcomer":
		return "!newcomer"
	case c.isText:
		return fmt.Sprintf("%s %s '%s'", c.part, sign, c.text)
	}
	n := strconv.FormatFloat(c.n, 'f', -1, 64)
	if (c.part == "min_p" || c.part == "level_dbfs" || strings.HasPrefix(c.part, "balance.")) && !strings.Contains(n, ".") {
		n += ".0"
	}
	return c.part + " " + sign + " " + n
}

// turned are the operators of a comparison whose sides are swapped, denied those of one that must not hold.
var (
	turned = map[string]string{
		operators.Less: operators.Greater, operators.LessEquals: operators.GreaterEquals, operators.Greater: operators.Less,
		operators.GreaterEquals: operators.LessEquals, operators.Equals: operators.Equals, operators.NotEquals: operators.NotEquals,
	}
	denied = map[string]string{
		operators.Less: operators.GreaterEquals, operators.LessEquals: operators.Greater, operators.Greater: operators.LessEquals,
		operators.GreaterEquals: operators.Less, operators.Equals: operators.NotEquals, operators.NotEquals: operators.Equals,
	}
)

// comparedIn is the comparison that an expression is; ok is false where it is none.
func comparedIn(x ast.Expr) (c compared, ok bool) {
	if x.Kind() == ast.IdentKind && x.AsIdent() == "newcomer" { // true is 1
		return compared{part: "newcomer", op: operators.Equals, n: 1}, true
	}
	if x.Kind() != ast.CallKind || len(x.AsCall().Args()) != 2 {
		return c, false
	}
	call := x.AsCall()
	a, b, op := call.Args()[0], call.Args()[1], call.FunctionName()
	if _, ok := turned[op]; !ok {
		return c, false
	}
	if a.Kind() == ast.LiteralKind {
		a, b, op = b, a, turned[op]
	}
	if c.part, c.op = partOf(a), op; c.part == "" || b.Kind() != ast.LiteralKind {
		return c, false
	}
	switch v := b.AsLiteral().Value().(type) {
	case int64:
		c.n = float64(v)
	case uint64:
		c.n = float64(v)
	case float64:
		c.n = v
	case string:
		c.text, c.isText = v, true
	default:
		return c, false
	}
	return c, true
}

// partOf names what is compared: a variable, a balance or a length.
func partOf(x ast.Expr) string {
	switch x.Kind() {
	case ast.IdentKind:
		if slices.Contains(exprNames, x.AsIdent()) {
			return x.AsIdent()
		}
	case ast.SelectKind:
		if s := x.AsSelect(); isVariable(s.Operand(), "balance") && !s.IsTestOnly() {
			return "balance." + s.FieldName()
		}
	case ast.CallKind:
		call := x.AsCall()
		args := call.Args()
		switch {
		case call.IsMemberFunction() && call.FunctionName() == "size" && len(args) == 0:
			args = []ast.Expr{call.Target()}
		case call.FunctionName() == operators.Index && isVariable(args[0], "balance"):
			if name := texts(args[1]); len(name) == 1 {
				return "balance." + name[0]
			}
			return ""
		case call.FunctionName() != "size":
			return ""
		}
		if len(args) == 1 && args[0].Kind() == ast.IdentKind && slices.Contains(exprNames, args[0].AsIdent()) {
			return "size(" + args[0].AsIdent() + ")"
		}
	}
	return ""
}

// holding are the numbers for which a comparison holds. Nothing follows of !=.
func (c compared) holding() between {
	all := between{lo: math.Inf(-1), hi: math.Inf(1)}
	switch c.op {
	case operators.Less:
		all.hi, all.openHi = c.n, true
	case operators.LessEquals:
		all.hi = c.n
	case operators.Greater:
		all.lo, all.openLo = c.n, true
	case operators.GreaterEquals:
		all.lo = c.n
	case operators.Equals:
		all.lo, all.hi = c.n, c.n
	}
	return all
}

// and are the numbers that are in both.
func (b between) and(o between) between {
	if o.lo > b.lo || o.lo == b.lo && o.openLo {
		b.lo, b.openLo = o.lo, o.openLo
	}
	if o.hi < b.hi || o.hi == b.hi && o.openHi {
		b.hi, b.openHi = o.hi, o.openHi
	}
	return b
}

func (b between) empty() bool { return b.lo > b.hi || b.lo == b.hi && (b.openLo || b.openHi) }

// idle returns an error that says what to write if a part of an expression always or never holds.
func idle(parsed *cel.Ast) (err error) {
	bad := func(format string, args ...any) {
		if err == nil {
			err = fmt.Errorf(format, args...)
		}
	}
	ast.PostOrderVisit(parsed.NativeRep().Expr(), ast.NewExprVisitor(func(x ast.Expr) {
		if c, ok := comparedIn(x); ok {
			c.check(bad)
		}
		if x.Kind() != ast.CallKind {
			return
		}
		switch name := x.AsCall().FunctionName(); name {
		case operators.LogicalAnd, operators.LogicalOr:
			for _, arg := range x.AsCall().Args() {
				if arg.Kind() == ast.LiteralKind {
					bad("%v is no condition: take it out", arg.AsLiteral().Value())
				}
			}
			if a, b := apart(x, name == operators.LogicalAnd); a != nil {
				holds := map[bool]string{true: "never", false: "always"}[name == operators.LogicalAnd]
				bad("it %s holds, because of %q and %q: take one of the two out", holds, a, b)
			}
		}
	}))
	return err
}

// check reports a comparison that always or never holds, and times in another unit.
func (c compared) check(bad func(format string, args ...any)) {
	can, known := valuesOf(c.part)
	if !known || c.isText {
		return
	}
	if isTime(c.part) && c.n > 0 && c.n < fewMS {
		bad("times are in ms, so %q is about %g thousandths of a second: write %d for seconds", c, c.n, int64(c.n*1000))
	}
	instead := ""
	switch {
	case c.part == "min_p" && c.n >= 10 && c.n <= 100:
		instead = fmt.Sprintf(": write %g", c.n/100)
	case c.part == "level_dbfs" && c.n > 0:
		instead = ": write " + strconv.FormatFloat(-c.n, 'f', 1, 64)
	}
	no := c
	no.op = denied[c.op]
	switch {
	case c.op != operators.NotEquals && can.and(c.holding()).empty():
		bad("%s, so %q never holds%s", can.describe(c.part), c, instead)
	case no.op != operators.NotEquals && can.and(no.holding()).empty():
		bad("%s, so %q always holds%s", can.describe(c.part), c, instead)
	}
}

// describe says what numbers a part of an expression can be.
func (b between) describe(part string) string {
	switch {
	case math.IsInf(b.lo, -1):
		return fmt.Sprintf("%s is at most %g", part, b.hi)
	case math.IsInf(b.hi, 1):
		return fmt.Sprintf("%s is at least %g", part, b.lo)
	}
	return fmt.Sprintf("%s is between %g and %g", part, b.lo, b.hi)
}

// apart finds two comparisons of which all must hold, or must fail, and that cannot do so at once.
func apart(x ast.Expr, hold bool) (a, b *compared) {
	var all []compared
	gather(x, hold, &all)
	seen := map[string][]compared{}
	for _, c := range all {
		for _, before := range seen[c.part] {
			if clash(before, c) {
				if !hold {
					before.op, c.op = denied[before.op], denied[c.op]
				}
				return &before, &c
			}
		}
		seen[c.part] = append(seen[c.part], c)
	}
	return nil, nil
}

// gather collects the comparisons that must all hold for an expression to hold, or for it to fail.
func gather(x ast.Expr, hold bool, all *[]compared) {
	if x.Kind() == ast.CallKind {
		joint := map[bool]string{true: operators.LogicalAnd, false: operators.LogicalOr}[hold]
		switch call := x.AsCall(); call.FunctionName() {
		case joint:
			for _, arg := range call.Args() {
				gather(arg, hold, all)
			}
			return
		case operators.LogicalNot:
			gather(call.Args()[0], !hold, all)
			return
		}
	}
	c, ok := comparedIn(x)
	if !ok {
		return
	}
	if !hold {
		c.op = denied[c.op]
	}
	*all = append(*all, c)
}

// clash reports whether two comparisons of the same part can never hold at once.
func clash(a, b compared) bool {
	if a.isText || b.isText {
		same := a.text == b.text
		switch {
		case !a.isText || !b.isText:
			return false
		case a.op == operators.Equals && b.op == operators.Equals:
			return !same
		}
		return same && a.op == denied[b.op] && (a.op == operators.Equals || b.op == operators.Equals)
	}
	if a.op == operators.NotEquals || b.op == operators.NotEquals {
		return a.n == b.n && a.op == denied[b.op]
	}
	return a.holding().and(b.holding()).empty()
}
