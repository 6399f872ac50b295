package strict

import (
	"errors"
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
}

func (s number) describe(*schemas) *Schema {
	plain := &Schema{Type: "number", Minimum: &s.lo, Maximum: &s.hi}
	if !s.share() {
		return plain
	}
	return anyOf(plain, &Schema{Type: "string", Pattern: `^[0-9]+(\.[0-9]+)?%$`})
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
func (s number) share() bool { return s.lo >= 0 && s.hi <= 1 }

// parseNumber reads a number, or a percentage as a share.
func parseNumber(text string) (float64, error) {
	digits, percent := strings.CutSuffix(text, "%")
	v, err := strconv.ParseFloat(digits, 64)
	if percent {
		v /= 100
	}
	return v, err
}

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
	return number{what, lo, hi, func(_ Value, x float64) { *into = x }}
}

// SomeNumber is Number, for what is nil when it is not written.
func SomeNumber(what string, into **float64, lo, hi float64) Shape {
	return number{what, lo, hi, func(_ Value, x float64) { *into = &x }}
}

// Whole is a whole number between lo and hi.
func Whole(what string, into *int, lo, hi int) Shape {
	return number{what, float64(lo), float64(hi), func(v Value, x float64) {
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
	durationPattern   = `^[0-9]+(\.[0-9]+)?(ms|s|m|h|d|w)([0-9]+(ms|s|m|h))*$`
	comparisonPattern = `^(>=|>|<=|<|==?)? *-?[0-9]+(\.[0-9]+)?%?$`
	levelPattern      = `^-[0-9]+(\.[0-9]+)? ?dBFS$`
	ratePattern       = `^[0-9]+(\.[0-9]+)? ?/ ?(hour|day|week)$`
)

var comparison = regexp.MustCompile(`^(>=|>|<=|<|==?)? *(-?[0-9]+(?:\.[0-9]+)?)(%?)$`)

// Compare is a comparison with a number or a share; nil stays what is not written.
func Compare(what string, into **Comparison) Shape {
	s := &Schema{Type: []string{"number", "string"}, Pattern: comparisonPattern}
	return scalar{what, s, func(v Value, t Text) {
		m := comparison.FindStringSubmatch(strings.TrimSpace(t.Text))
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
	return After(Compare(what, into), func(v Value) {
		c := *into
		if c == nil || c.Holds(0) != c.Holds(1) || c.equal() && c.N >= 0 && c.N <= 1 {
			return
		}
		v.Bad("%s is a share, from 0%% to 100%%, so %q always or never holds: write %s", what, Shorten(v.Text()), shareInstead(*c, v.Text()))
	})
}

func (c Comparison) equal() bool { return strings.HasPrefix(c.Op, "=") }

// Count is Amount for what comes in whole numbers: a fraction is a mistake.
func Count(what string, into **Comparison) Shape {
	return After(Amount(what, into), func(v Value) {
		if c := *into; c != nil && c.N != math.Trunc(c.N) && !strings.HasSuffix(v.Text(), "%") {
			v.Bad("%s is a whole number: write one such as \"%s%g\"", what, c.Op, math.Ceil(c.N))
		}
	})
}

// Amount is Compare for numbers from 0 on: what always or never holds is a mistake, and so is a percentage.
func Amount(what string, into **Comparison) Shape {
	return After(Compare(what, into), func(v Value) {
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

// shareInstead is what somebody may have meant who wrote 70 for 70 %.
func shareInstead(c Comparison, text string) string {
	if c.N > 1 && c.N <= 100 && !strings.HasSuffix(text, "%") {
		return fmt.Sprintf("%q", fmt.Sprintf("%s%g%%", c.Op, c.N))
	}
	return `a share such as ">70%"`
}

// maxDuration bounds every duration.
const maxDuration = 366 * 24 * time.Hour

var errTooLong = errors.New("longer than 366 days")

// ParseDuration reads a duration as people write it: 500ms, 20s, 5m, 2h, 14d, 2w. It is at most about a year.
func ParseDuration(s string) (time.Duration, error) {
	for suffix, unit := range map[string]time.Duration{"d": 24 * time.Hour, "w": 7 * 24 * time.Hour} {
		if n, ok := strings.CutSuffix(s, suffix); ok {
			v, err := strconv.ParseFloat(n, 64)
			if err != nil || !(v >= 0) {
				return 0, fmt.Errorf("%q is not a duration", s)
			}
			if v*float64(unit) > float64(maxDuration) {
				return 0, fmt.Errorf("%q: %w", s, errTooLong)
			}
			return time.Duration(v * float64(unit)), nil
		}
	}
	v, err := time.ParseDuration(s)
	switch {
	case err == nil && v < 0:
		err = fmt.Errorf("%q is not a duration", s)
	case v > maxDuration:
		err = fmt.Errorf("%q: %w", s, errTooLong)
	}
	return v, err
}

// Duration is a duration of at least a millisecond, kept in ms.
func Duration(what string, into *int64) Shape { return duration(what, into, time.Millisecond) }

// Seconds is Duration, of at least a second: a shorter one is a slip of the unit.
func Seconds(what string, into *int64) Shape {
	return After(Duration(what, into), func(v Value) {
		if *into > 0 && *into < time.Second.Milliseconds() {
			v.Bad("%s must be 1s at least, not %q", what, Shorten(v.Text()))
		}
	})
}

// DurationOrZero is Duration, and may be 0s.
func DurationOrZero(what string, into *int64) Shape { return duration(what, into, 0) }

func duration(what string, into *int64, least time.Duration) Shape {
	return scalar{what, &Schema{Type: "string", Pattern: durationPattern}, func(v Value, t Text) {
		d, err := ParseDuration(t.Text)
		switch {
		case errors.Is(err, errTooLong):
			v.Bad("%s may be at most %dd, not %q", what, maxDuration/(24*time.Hour), Shorten(t.Text))
			return
		case err != nil || d < least:
			v.Bad("%s must be a duration such as 20s, 5m, 2h or 14d, not %q%s", what, Shorten(t.Text), durationMeant(t.Text))
			return
		}
		*into = d.Milliseconds()
	}}
}

// saidDuration is a duration as people say it, or compare with one.
var saidDuration = regexp.MustCompile(`^(?:>=?)? *([1-9][0-9]*) ?(|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?)$`)

// durationMeant is what somebody may have meant who wrote 120, "2 minutes" or ">2m".
func durationMeant(text string) string {
	m := saidDuration.FindStringSubmatch(strings.ToLower(strings.TrimSpace(text)))
	if m == nil {
		return ""
	}
	return ": write " + m[1] + (m[2] + "s")[:1]
}

// Decibels is a level such as -9dBFS; nil stays what is not written.
func Decibels(what string, into **float64) Shape {
	return scalar{what, &Schema{Type: "string", Pattern: levelPattern}, func(v Value, t Text) {
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
	return scalar{what, &Schema{Type: "string", Pattern: ratePattern}, func(v Value, t Text) {
		points, unit, _ := strings.Cut(t.Text, "/")
		per := map[string]time.Duration{"hour": time.Hour, "day": 24 * time.Hour, "week": 7 * 24 * time.Hour}[strings.TrimSpace(unit)]
		n, err := strconv.ParseFloat(strings.TrimSpace(points), 64)
		if err != nil || per == 0 || !(n >= 0 && n <= 1e6) {
			v.Bad("%s must be points per hour, day or week, such as 10/day, not %q", what, Shorten(t.Text))
			return
		}
		*into = n / float64(per.Milliseconds())
	}}
}
