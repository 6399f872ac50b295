package strict

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// number is a number within bounds; where it is a share, a percentage such as 10% is read as 0.10.
type number struct {
	what   string
	lo, hi float64
	take   func(v Value, x float64)

	above, below bool // the bounds themselves are excluded, in the schema: whoever reads the number says why
	whole        bool
}

func (s number) describe(*schemas) *Schema {
	plain := &Schema{Type: "number", Minimum: &s.lo, Maximum: &s.hi}
	if s.above {
		plain.Minimum, plain.Above = nil, &s.lo
	}
	if s.below {
		plain.Maximum, plain.Below = nil, &s.hi
	}
	if s.whole {
		plain.Type = "integer"
	}
	if !s.share() {
		return plain
	}
	percent := decimals(int64(math.Round(s.lo*100)), int64(math.Round(s.hi*100)), s.above, s.below)
	return anyOf(plain, &Schema{Type: "string", Pattern: "^" + percent + "%$"})
}

func (s number) read(r *reader, n *yaml.Node) {
	at := Value{r, n}
	if n = r.follow(n); n == nil {
		return
	}
	v, err := parseNumber(n.Value)
	switch {
	case n.Kind != yaml.ScalarNode:
		r.bad(n, "%s must be a number, not %s", s.what, kindName(n))
	case err != nil:
		r.bad(n, "%s must be a number, not %q%s", s.what, Shorten(n.Value), s.unsigned(n.Value))
	case n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0:
		r.bad(n, "%s must be a number, not text: write %s without quotes", s.what, n.Value)
	case !s.share() && strings.HasSuffix(n.Value, "%"):
		r.bad(n, "%s must be a number between %v and %v, not a share: write it without %%", s.what, s.lo, s.hi)
	case !(v >= s.lo && v <= s.hi): // also refuses NaN
		r.bad(n, "%s must be between %s%s", s.what, s.bounds(n.Value), s.asPercent(n.Value, v))
	default:
		s.take(at, v)
	}
}

// share reports whether the number is a share of something.
func (s number) share() bool { return s.lo >= 0 && s.hi <= 1 && !s.whole }

// parseNumber reads a number, or a percentage as a share.
func parseNumber(text string) (float64, error) {
	digits, percent := strings.CutSuffix(text, "%")
	if percent && !plainDecimal.MatchString(digits) {
		return 0, strconv.ErrSyntax
	}
	v, err := strconv.ParseFloat(digits, 64)
	if percent {
		v /= 100
	}
	return v, err
}

// plainDecimal is how the number of a percentage is written.
var plainDecimal = regexp.MustCompile(`^[0-9]+(\.[0-9]+)?$`)

// bounds are the bounds, written as the number is.
func (s number) bounds(text string) string {
	if strings.HasSuffix(text, "%") {
		return fmt.Sprintf("%v%% and %v%%", s.lo*100, s.hi*100)
	}
	return fmt.Sprintf("%v and %v", s.lo, s.hi)
}

// asPercent is what somebody may have meant who wrote 70 for 70 %.
func (s number) asPercent(text string, v float64) string {
	if s.share() && !strings.HasSuffix(text, "%") && v > 1 && v/100 >= s.lo && v/100 <= s.hi {
		return fmt.Sprintf(": write %v%%", v)
	}
	return ""
}

// unsigned is what somebody may have meant who wrote a comparison for a number.
func (s number) unsigned(text string) string {
	m := comparison.FindStringSubmatch(text)
	if m == nil {
		return ""
	}
	if v, err := parseNumber(m[2] + m[3]); err != nil || v < s.lo || v > s.hi {
		return ""
	}
	return ": write " + m[2] + m[3]
}

// Number is a number between lo and hi; within 0 and 1, a percentage such as 10% is read as 0.10.
func Number(what string, into *float64, lo, hi float64) Shape {
	return number{what: what, lo: lo, hi: hi, take: func(_ Value, x float64) { *into = x }}
}

// SomeNumber is Number, for what is nil when it is not written.
func SomeNumber(what string, into **float64, lo, hi float64) Shape {
	return number{what: what, lo: lo, hi: hi, take: func(_ Value, x float64) { *into = &x }}
}

// Excluding is a number that is not one of its bounds, of which whoever reads it takes care.
func Excluding(s Shape, bounds ...float64) Shape {
	n, ok := s.(number)
	if !ok {
		return s
	}
	for _, b := range bounds {
		n.above, n.below = n.above || b == n.lo, n.below || b == n.hi
	}
	return n
}

// Whole is a whole number between lo and hi.
func Whole(what string, into *int, lo, hi int) Shape {
	return number{what: what, lo: float64(lo), hi: float64(hi), whole: true, take: func(v Value, x float64) {
		if float64(int(x)) != x {
			v.Bad("%s must be a whole number", what)
		}
		*into = int(x)
	}}
}

// truth is true or false, or yes or no.
type truth struct {
	what string
	into *bool
}

func (s truth) describe(*schemas) *Schema {
	return anyOf(&Schema{Type: "boolean"}, &Schema{Type: "string", Enum: []string{"yes", "no"}})
}

func (s truth) read(r *reader, n *yaml.Node) {
	if n = r.follow(n); n == nil {
		return
	}
	if n.Kind != yaml.ScalarNode || n.Decode(s.into) != nil {
		r.bad(n, "%s must be true or false, not %s", s.what, kindName(n))
	}
}

// Bool is true or false, or yes or no.
func Bool(what string, into *bool) Shape { return truth{what, into} }

// Comparison is a comparison as it is written: ">=4", ">5%", or 4, which means at least 4.
type Comparison struct {
	Op string
	N  float64
}

// Holds reports whether a value passes.
func (c Comparison) Holds(v float64) bool {
	switch c.Op {
	case ">":
		return v > c.N
	case "<":
		return v < c.N
	case "<=":
		return v <= c.N
	case "=", "==":
		return v == c.N
	}
	return v >= c.N
}

const (
	comparisonPattern = `^(>=|>|<=|<|==?)? *-?[0-9]+(\.[0-9]+)?%?$`
)

var comparison = regexp.MustCompile(`^(>=|>|<=|<|==?)? *(-?[0-9]+(?:\.[0-9]+)?)(%?)$`)

// twoComparisons finds a range, such as ">2 <5" or ">=2, <=5".
var twoComparisons = regexp.MustCompile(`^\s*(>=?|<=?|=) *[0-9.]+%?[\s,]*(and|&&)?\s*(>=?|<=?|=) *[0-9.]+%?\s*$`)

// Compare is a comparison with a number or a share; nil stays what is not written.
func Compare(what string, into **Comparison) Shape {
	s := &Schema{Type: []string{"number", "string"}, Pattern: comparisonPattern}
	return scalar{what, s, func(v Value, t Text) {
		m := comparison.FindStringSubmatch(strings.TrimSpace(t.Text))
		if m == nil && twoComparisons.MatchString(t.Text) {
			v.Bad("%s has two comparisons: write two conditions under all:, each with one", what)
			return
		}
		if m == nil {
			v.Bad("%s must be a comparison such as \">=4\" or \">5%%\", not %q", what, Shorten(t.Text))
			return
		}
		n, _ := strconv.ParseFloat(m[2], 64)
		if m[3] == "%" {
			n /= 100
		}
		if m[1] == "" {
			m[1] = ">="
		}
		*into = &Comparison{m[1], n}
	}}
}

// Share is Compare for a share of a whole, 0 to 1 or a percentage: what no share can be is a mistake.
func Share(what string, into **Comparison) Shape {
	return After(described{Compare(what, into), shareSchema}, func(v Value) {
		c := *into
		if c == nil || c.Holds(0) != c.Holds(1) || c.equal() && c.N >= 0 && c.N <= 1 {
			return
		}
		v.Bad(
			"%s is a share, from 0%% to 100%%, so %q always or never holds: write %s", what, Shorten(v.Text()), shareInstead(*c, v.Text()),
		)
	})
}

func (c Comparison) equal() bool { return strings.HasPrefix(c.Op, "=") }

// Count is Amount for what comes in whole numbers: a fraction is a mistake.
func Count(what string, into **Comparison) Shape {
	return After(described{Amount(what, into), countSchema}, func(v Value) {
		if c := *into; c != nil && c.N != math.Trunc(c.N) && !strings.HasSuffix(v.Text(), "%") {
			v.Bad("%s is a whole number: write one such as \"%s%g\"", what, c.Op, math.Ceil(c.N))
		}
	})
}

// Amount is Compare for numbers from 0 on: what always or never holds is a mistake, and so is a percentage.
func Amount(what string, into **Comparison) Shape {
	return After(described{Compare(what, into), amountSchema}, func(v Value) {
		c := *into
		switch {
		case c == nil:
		case strings.HasSuffix(v.Text(), "%"):
			v.Bad("%s is a number, not a share: write \"%s%g\"", what, c.Op, c.N*100)
		case c.Holds(0) == c.Holds(math.Inf(1)) && !(c.equal() && c.N >= 0):
			v.Bad("%s is a number from 0 on, so %q always or never holds: write one such as \">=4\"", what, Shorten(v.Text()))
		}
	})
}

// compares is a pattern for comparisons: the numbers that may stand behind "more than" and "at most", behind "at least" and "less
// than", and behind "is". Others always or never hold.
func compares(moreThan, atLeast, is string) string {
	return "((>|<=) *" + moreThan + "|(>=|<)? *" + atLeast + "|==? *" + is + ")"
}

// amountSchema says which comparisons with numbers from 0 on an Amount takes.
func amountSchema(s *Schema) {
	s.Pattern = "^" + compares(fromZero, positive, fromZero) + "$"
	s.Above = new(float64)
}

// countSchema is amountSchema for whole numbers.
func countSchema(s *Schema) {
	one := 1.0
	s.Type, s.Above, s.Minimum = []string{"integer", "string"}, nil, &one
	from := "[0-9]+" + noPlaces
	s.Pattern = "^" + compares(from, "0*[1-9][0-9]*"+noPlaces, from) + "$"
}

// shareSchema says which comparisons with shares a Share takes.
func shareSchema(s *Schema) {
	all := ""
	for _, whole := range []struct {
		is   int64
		unit string
	}{{100, "%"}, {1, ""}} {
		if all != "" {
			all += "|"
		}
		without := func(above, below bool) string { return decimals(0, whole.is, above, below) }
		all += compares(without(false, true), without(true, false), without(false, false)) + whole.unit
	}
	one := 1.0
	s.Pattern, s.Above, s.Maximum = "^("+all+")$", new(float64), &one
}

// Score is Compare for a minimum score, above 0 and below 1, of which whoever reads it takes care.
func Score(what string, into **Comparison) Shape {
	return described{Compare(what, into), func(s *Schema) {
		one := 1.0
		s.Pattern = "^(>=)? *(" + decimals(0, 1, true, true) + "|" + decimals(0, 100, true, true) + "%)$"
		s.Above, s.Below = new(float64), &one
	}}
}

// shareInstead is what somebody may have meant who wrote 70 for 70 %.
func shareInstead(c Comparison, text string) string {
	if c.N > 1 && c.N <= 100 && !strings.HasSuffix(text, "%") {
		return fmt.Sprintf("%q", fmt.Sprintf("%s%g%%", c.Op, c.N))
	}
	return `a share such as ">70%"`
}

// Decibels is a level such as -9dBFS; nil stays what is not written.
func Decibels(what string, into **float64) Shape {
	pattern := "^(-?0*0" + noPlaces + "|-" + decimals(0, 100, true, false) + ") ?dBFS$"
	return scalar{what, &Schema{Type: "string", Pattern: pattern}, func(v Value, t Text) {
		digits, unit := strings.CutSuffix(t.Text, "dBFS")
		level, err := strconv.ParseFloat(strings.TrimSpace(digits), 64)
		if !unit || err != nil || !(level >= -100 && level <= 0) {
			v.Bad("%s must be a level such as -9dBFS (0 is full scale), not %q", what, Shorten(t.Text))
			return
		}
		*into = &level
	}}
}

// Rate is points in a time, such as 10/day, kept as points per ms.
func Rate(what string, into *float64) Shape {
	pattern := "^" + decimals(0, 1e6, true, false) + " ?/ ?(hour|day|week)$"
	return scalar{what, &Schema{Type: "string", Pattern: pattern}, func(v Value, t Text) {
		points, unit, _ := strings.Cut(t.Text, "/")
		per := map[string]time.Duration{"hour": time.Hour, "day": 24 * time.Hour, "week": 7 * 24 * time.Hour}[strings.TrimSpace(unit)]
		n, err := strconv.ParseFloat(strings.TrimSpace(points), 64)
		if err == nil && per != 0 && n == 0 {
			v.Bad("%s: 0 never takes a point away: remove it, or write one such as 10/day", what)
			return
		}
		if err != nil || per == 0 || !(n > 0 && n <= 1e6) {
			v.Bad("%s must be points per hour, day or week, such as 10/day, not %q", what, Shorten(t.Text))
			return
		}
		*into = n / float64(per.Milliseconds())
	}}
}
