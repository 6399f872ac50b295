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

// expression holds if a CEL expression does, for what no other condition can express.
type expression struct{ text string }

// Shape is how if: is written.
func (c *expression) Shape(rules.Nested) strict.Shape { return strict.String("if", &c.text) }

// Content is the expression.
func (c *expression) Content() (string, any) { return "If", c.text }

func (c *expression) compile(p *Part) Condition {
	e, err := compileExpr(c.text)
	if err != nil {
		p.bad(p.line, "if: %s", err)
		p.Inputs |= InputLine
		return e
	}
	if e.ofLine {
		p.Inputs |= InputLine
	} else if e.ofPerson {
		p.Inputs |= InputWho
	}
	if e.newcomers && p.set.Newcomers == nil {
		p.bad(p.line, "if: newcomer: no file defines who is new: add people: {newcomer: {until: {in_room: 10m}}}")
	}
	p.knownIn(e)
	return e
}

// expr is a compiled expression.
type expr struct {
	program cel.Program
	ofLine  bool // it uses a line, and does not hold without one
	// ofPerson says that it uses what is known about the speaker.
	ofPerson bool
	// roles and ledgers are those that it uses.
	roles, ledgers []string
	// languages are the texts that it compares the language with, spoken those that it looks for in what was said, single those of
	// them that are compared with single words, and patterns those that matches() looks for in it.
	languages, spoken, single, patterns []string
	newcomers                           bool // it uses newcomer
}

// lineVariables are available for a line only; the others are also available while nothing is said.
var lineVariables = []string{"text", "words", "duration_ms", "voiced_ms", "late_ms", "language", "level_dbfs", "min_p"}

// exprNames are the names of all variables.
var exprNames = slices.Concat(lineVariables, personVariables, []string{"at_ms"})

// personVariables are empty where no particular person is concerned.
var personVariables = []string{"speaker_id", "roles", "newcomer", "balance", "talk_ms"}

// knownIn reports roles and ledgers of an expression that no file defines.
func (p *Part) knownIn(e *expr) {
	for _, r := range e.roles {
		p.asked[models.Role(r)] = true
		if !p.set.Roles[models.Role(r)] {
			p.bad(p.line, "if: unknown role %q%s: give its members under people:", strict.Shorten(r), strict.DidYouMean(r, p.set.RoleNames()))
		}
	}
	for _, l := range e.languages {
		if err := rules.IsLanguageCode(l); err != nil && l != "" {
			p.bad(p.line, "if: %s", err)
		}
	}
	for _, l := range e.ledgers {
		p.knownLedger(l, p.line)
	}
}

// Limits on the cost of one expression, in CEL's units: a comparison costs one, an iteration over the words one per word.
const (
	maxExprText  = 500
	maxExprCost  = 20_000  // counted at run time
	maxExprGuess = 200_000 // estimated at load, for a line of maxExprWords words
	maxExprWords = 200
)

// exprVariables are the variables of an expression.
func exprVariables() []cel.EnvOption {
	return []cel.EnvOption{
		cel.Variable("text", cel.StringType),                                 // the normalised text of the line
		cel.Variable("words", cel.ListType(cel.StringType)),                  // its words
		cel.Variable("speaker_id", cel.StringType),                           //
		cel.Variable("roles", cel.ListType(cel.StringType)),                  //
		cel.Variable("newcomer", cel.BoolType),                               //
		cel.Variable("duration_ms", cel.IntType),                             //
		cel.Variable("voiced_ms", cel.IntType),                               //
		cel.Variable("late_ms", cel.IntType),                                 //
		cel.Variable("language", cel.StringType),                             // ISO 639-1, or ""
		cel.Variable("level_dbfs", cel.DoubleType),                           //
		cel.Variable("min_p", cel.DoubleType),                                // the lowest probability of a word
		cel.Variable("balance", cel.MapType(cel.StringType, cel.DoubleType)), // of the speaker, by ledger
		cel.Variable("talk_ms", cel.IntType),                                 // of the speaker, in the session
		cel.Variable("at_ms", cel.IntType),                                   // from the session's start
	}
}

// sizes gives the maximum lengths of lists and texts, to bound an expression's cost before it runs.
type sizes struct{}

// EstimateSize returns the maximum sizes of the variables.
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
		return nil, fmt.Errorf(
			"at character %d: %s%s", e.Location.Column()+1, e.Message, decimalInstead(e.Message, text)+timeInstead(e.Message, text),
		)
	}
	if parsed.OutputType() != cel.BoolType {
		return nil, fmt.Errorf("the expression is %s; it must be true or false", parsed.OutputType())
	}
	if !slices.ContainsFunc(exprNames, func(name string) bool { return strings.Contains(text, name) }) {
		return nil, errors.New("the expression looks at nothing: it always or never holds")
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
	if err := idle(parsed); err != nil {
		return nil, err
	}
	for _, t := range out.single {
		if words := match.Phrase(t); len(words) > 1 {
			return nil, fmt.Errorf(
				"%q is never found among words, which are single: write text.contains(%q)", strict.Shorten(t), strings.Join(words, " "),
			)
		}
	}
	for _, p := range out.patterns {
		if err := match.Readable(p); err != nil {
			return nil, err
		}
	}
	for _, t := range out.spoken {
		if plain := strings.Join(match.Phrase(t), " "); plain != t && plain != "" && !strings.HasPrefix(t, " ") && !strings.HasSuffix(t, " ") {
			return nil, fmt.Errorf("%q is never found: what was said is read in lower case and without signs: write %q", strict.Shorten(t), plain)
		}
	}
	return out, nil
}

// wholeNumber matches a comparison with a whole number.
var wholeNumber = regexp.MustCompile(`[<>=]\s*(-?[0-9]+)($|[^0-9.])`)

// decimalInstead returns a hint if a decimal is compared with a whole number, or "".
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

// timeWritten matches a time as the rest of a rule file writes it.
var timeWritten = regexp.MustCompile(`\b[0-9]+(ms|s|m|h|d|w)\b`)

// timeInstead returns a hint if a time is written with a unit, or "".
func timeInstead(message, text string) string {
	written := timeWritten.FindString(text)
	d, err := strict.ParseDuration(written)
	if err != nil || !strings.HasPrefix(message, "Syntax error") {
		return ""
	}
	return fmt.Sprintf("; times are in ms: write %d", d.Milliseconds())
}

// madeUp reports whether a pattern of the expression is computed: patterns are compiled once, at load.
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

// Eval evaluates the expression on a line. An expression that fails (a division by zero, an index out of range, the cost limit) does
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

// eval evaluates the expression, and returns its cost.
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
	value, details, err := e.program.Eval(map[string]any{ // a function is called if the expression names it
		"text": func() any { return strings.Join(words, " ") }, "words": words, "speaker_id": sc.Line.SpeakerID, "roles": roles,
		"newcomer": sc.Person.isNew(sc.set.Newcomers, sc.Now), "duration_ms": sc.Line.EndMS - sc.Line.StartMS, "voiced_ms": sc.Line.VoicedMS,
		"late_ms": sc.Line.LateMS, "language": sc.Line.Language, "level_dbfs": sc.Line.LevelDBFS, "min_p": minP,
		"balance": func() any { return sc.ledgers.Balances(sc.Person.ID, After(sc.Started, sc.Now)) }, "talk_ms": sc.Person.Talked(),
		"at_ms": sc.Line.StartMS,
	})
	if details != nil && details.ActualCost() != nil {
		spent = *details.ActualCost()
	}
	b, ok := value.(types.Bool)
	return err == nil && ok && bool(b), spent
}
