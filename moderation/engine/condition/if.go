package condition

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"earshot/models"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/cost"
	"cel.dev/cel-go/common/types"

	"earshot/configs/strict"
	"earshot/moderation/match"
	"earshot/moderation/rules"
)

// expression holds when what is written in CEL does, for what no matcher says.
type expression struct{ text string }

// Shape is how if: is written.
func (c *expression) Shape(rules.Nested) strict.Shape { return strict.String("if", &c.text) }

// Content is the expression.
func (c *expression) Content() (string, any) { return "If", c.text }

func (c *expression) compile(p *Part) Condition {
	e, err := compileExpr(c.text)
	if err != nil {
		p.bad(p.line, "if: %s", err)
		p.Looks |= AtLine
		return e
	}
	if e.ofLine {
		p.Looks |= AtLine
	} else {
		p.Looks |= AtWho
	}
	p.knownIn(e)
	return e
}

// expr is a compiled expression.
type expr struct {
	program cel.Program
	ofLine  bool // it looks at a line, and does not hold where there is none
	// roles and ledgers are those that it names.
	roles, ledgers []string
}

// lineVariables are those of a line; the others are known of whoever is looked at, also while nothing is said.
var lineVariables = []string{"text", "words", "duration_ms", "voiced_ms", "late_ms", "language", "level_dbfs", "min_p"}

// knownIn complains about roles and ledgers of an expression that no file describes.
func (p *Part) knownIn(e *expr) {
	for _, r := range e.roles {
		if !p.set.Roles[models.Role(r)] {
			p.bad(p.line, "if: unknown role %q%s: give its members under people:", strict.Shorten(r), strict.DidYouMean(r, p.set.RoleNames()))
		}
	}
	for _, l := range e.ledgers {
		p.knownLedger(l, p.line)
	}
}

// Bounds on what one expression may cost, in CEL's own units: a comparison is one, a walk over the words one for each.
const (
	maxExprText  = 500
	maxExprCost  = 20_000  // counted while it runs
	maxExprGuess = 200_000 // guessed at load, for a line of maxExprWords words
	maxExprWords = 200
)

// exprVariables are what an expression may look at.
func exprVariables() []cel.EnvOption {
	return []cel.EnvOption{
		cel.Variable("text", cel.StringType),                                 // the line in comparable words
		cel.Variable("words", cel.ListType(cel.StringType)),                  // its words
		cel.Variable("speaker_id", cel.StringType),                           //
		cel.Variable("roles", cel.ListType(cel.StringType)),                  //
		cel.Variable("newcomer", cel.BoolType),                               //
		cel.Variable("duration_ms", cel.IntType),                             //
		cel.Variable("voiced_ms", cel.IntType),                               //
		cel.Variable("late_ms", cel.IntType),                                 //
		cel.Variable("language", cel.StringType),                             // ISO 639-1, or ""
		cel.Variable("level_dbfs", cel.DoubleType),                           //
		cel.Variable("min_p", cel.DoubleType),                                // of the least sure word
		cel.Variable("balance", cel.MapType(cel.StringType, cel.DoubleType)), // of the speaker, by ledger
		cel.Variable("talk_ms", cel.IntType),                                 // of the speaker, in the session
		cel.Variable("at_ms", cel.IntType),                                   // from the session's start
	}
}

// sizes tells how long lists and texts may be, to bound an expression's cost before it runs.
type sizes struct{}

// EstimateSize gives the longest values of our variables.
func (sizes) EstimateSize(n cost.AstNode) *cost.SizeEstimate {
	switch strings.Join(n.Path(), ".") {
	case "text":
		return &cost.SizeEstimate{Max: 2000}
	case "words":
		return &cost.SizeEstimate{Max: maxExprWords}
	}
	return &cost.SizeEstimate{Max: 64}
}

// EstimateCallCost leaves the cost of functions to CEL.
func (sizes) EstimateCallCost(string, string, *cost.AstNode, []cost.AstNode) *cost.CallEstimate {
	return nil
}

// compileExpr compiles an expression: it must be of type bool and must not cost too much.
func compileExpr(text string) (*expr, error) {
	if len(text) > maxExprText {
		return nil, fmt.Errorf("the expression is longer than %d characters", maxExprText)
	}
	env, err := cel.NewEnv(exprVariables()...)
	if err != nil {
		return nil, err
	}
	parsed, issues := env.Compile(text)
	if issues != nil && len(issues.Errors()) > 0 {
		e := issues.Errors()[0]
		return nil, fmt.Errorf("at character %d: %s%s", e.Location.Column()+1, e.Message, decimalInstead(e.Message, text))
	}
	if parsed.OutputType() != cel.BoolType {
		return nil, fmt.Errorf("the expression is %s; it must be true or false", parsed.OutputType())
	}
	if madeUp(parsed) {
		return nil, errors.New("matches() takes a pattern that is written out, and nothing that was said")
	}
	guess, err := env.EstimateCost(parsed, sizes{})
	if err != nil {
		return nil, err
	}
	if guess.Max > maxExprGuess {
		return nil, errors.New("the expression may cost too much on long lines; use a word list, or fewer walks over the words")
	}
	program, err := env.Program(parsed, cel.CostLimit(maxExprCost), cel.EvalOptions(cel.OptOptimize))
	if err != nil {
		return nil, err
	}
	out := &expr{program: program}
	out.look(parsed)
	return out, nil
}

// wholeNumber finds a whole number that is compared.
var wholeNumber = regexp.MustCompile(`[<>=]\s*(-?[0-9]+)($|[^0-9.])`)

// decimalInstead says what to write where a decimal is compared with a whole number, or "".
func decimalInstead(message, text string) string {
	if !strings.Contains(message, "(double, int)") && !strings.Contains(message, "(int, double)") {
		return ""
	}
	m := wholeNumber.FindStringSubmatch(text)
	if m == nil {
		return "; write decimals on both sides, such as 12.0"
	}
	return fmt.Sprintf("; a decimal is compared with a decimal: write %s.0", m[1])
}

// look notes what the expression looks at.
func (e *expr) look(parsed *cel.Ast) {
	literal := func(x ast.Expr) (string, bool) {
		if x.Kind() != ast.LiteralKind {
			return "", false
		}
		s, ok := x.AsLiteral().Value().(string)
		return s, ok
	}
	is := func(x ast.Expr, name string) bool { return x.Kind() == ast.IdentKind && x.AsIdent() == name }
	ast.PostOrderVisit(parsed.NativeRep().Expr(), ast.NewExprVisitor(func(x ast.Expr) {
		switch x.Kind() {
		case ast.IdentKind:
			e.ofLine = e.ofLine || slices.Contains(lineVariables, x.AsIdent())
		case ast.SelectKind:
			if s := x.AsSelect(); is(s.Operand(), "balance") && !s.IsTestOnly() {
				e.ledgers = append(e.ledgers, s.FieldName())
			}
		case ast.CallKind:
			args := x.AsCall().Args()
			if len(args) != 2 {
				return
			}
			if s, ok := literal(args[0]); ok && is(args[1], "roles") {
				e.roles = append(e.roles, s)
			}
			if s, ok := literal(args[1]); ok && is(args[0], "balance") {
				e.ledgers = append(e.ledgers, s)
			}
		}
	}))
}

// madeUp reports whether some pattern of the expression is not written out: patterns are compiled once, at load.
func madeUp(parsed *cel.Ast) bool {
	found := false
	ast.PostOrderVisit(parsed.NativeRep().Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() == ast.CallKind && e.AsCall().FunctionName() == "matches" {
			args := e.AsCall().Args()
			found = found || len(args) == 0 || args[len(args)-1].Kind() != ast.LiteralKind
		}
	}))
	return found
}

// Eval evaluates the expression on a line. One that fails (a division by zero, an index out of range, the bound on cost) does
// not hold.
func (e *expr) Eval(sc *Context, _ float64) (bool, []match.Match) {
	if sc.Observe && e.ofLine {
		return false, nil
	}
	held, _ := e.eval(sc)
	return held, nil
}

// Explain says whether the expression holds.
func (e *expr) Explain(_ *Context, held bool, _ []match.Match) string {
	return described("the expression holds", held)
}

// eval evaluates the expression, and tells what that cost.
func (e *expr) eval(sc *Context) (held bool, spent uint64) {
	var tokens []match.Token
	var spoken []models.Word
	if !sc.Observe {
		tokens, spoken = sc.Window.Tokens[sc.Window.Cut:], sc.Window.Current()
	}
	words := make([]string, 0, len(tokens))
	for _, t := range tokens[:min(len(tokens), maxExprWords)] {
		words = append(words, t.Text)
	}
	minP := 1.0
	for _, w := range spoken {
		minP = min(minP, float64(w.P))
	}
	roles := make([]string, len(sc.Roles))
	for i, r := range sc.Roles {
		roles[i] = string(r)
	}
	value, details, err := e.program.Eval(map[string]any{
		"text": strings.Join(words, " "), "words": words, "speaker_id": sc.Line.SpeakerID, "roles": roles,
		"newcomer": sc.Person.isNew(sc.set.Newcomers, sc.Now), "duration_ms": sc.Line.EndMS - sc.Line.StartMS, "voiced_ms": sc.Line.VoicedMS,
		"late_ms": sc.Line.LateMS, "language": sc.Line.Language, "level_dbfs": sc.Line.LevelDBFS, "min_p": minP,
		"balance": sc.ledgers.Balances(sc.Person.ID, After(sc.Started, sc.Now)), "talk_ms": sc.Person.Talked(),
		"at_ms": sc.Line.StartMS,
	})
	if details != nil && details.ActualCost() != nil {
		spent = *details.ActualCost()
	}
	b, ok := value.(types.Bool)
	return err == nil && ok && bool(b), spent
}
