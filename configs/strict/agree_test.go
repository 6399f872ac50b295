package strict

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
)

// compiled compiles each pattern once.
func compiled(pattern string) *regexp.Regexp {
	if patterns[pattern] == nil {
		patterns[pattern] = regexp.MustCompile(pattern)
	}
	return patterns[pattern]
}

var patterns = map[string]*regexp.Regexp{}

// suits reports whether a plain value suits a schema, as an editor would.
func suits(s *Schema, defs map[string]*Schema, v any) bool {
	if s.Ref != "" {
		return suits(defs[strings.TrimPrefix(s.Ref, "#/$defs/")], defs, v)
	}
	if len(s.AnyOf) > 0 {
		return slices.ContainsFunc(s.AnyOf, func(one *Schema) bool { return suits(one, defs, v) })
	}
	types, ok := s.Type.([]string)
	if !ok {
		types = []string{fmt.Sprint(s.Type)}
	}
	if text, ok := v.(string); ok {
		return slices.Contains(types, "string") && (s.Pattern == "" || compiled(s.Pattern).MatchString(text))
	}
	x, err := strconv.ParseFloat(fmt.Sprint(v), 64)
	whole := slices.Contains(types, "integer") && x == float64(int64(x))
	return err == nil && (whole || slices.Contains(types, "number")) && (s.Minimum == nil || x >= *s.Minimum) &&
		(s.Maximum == nil || x <= *s.Maximum) && (s.Above == nil || x > *s.Above) && (s.Below == nil || x < *s.Below)
}

// TestSchemaTakesWhatIsRead: for every value of these kinds the schema says the same as the reader.
func TestSchemaTakesWhatIsRead(t *testing.T) {
	var ms int64
	var x float64
	var level *float64
	var c *Comparison
	var n int
	shapes := map[string]Shape{
		"seconds": Seconds("x", &ms), "duration": Duration("x", &ms), "or zero": DurationOrZero("x", &ms),
		"a week": Duration("x", &ms, 7*24*time.Hour), "hours": Seconds("x", &ms, 4*time.Hour),
		"minute": DurationOrZero("x", &ms, time.Minute), "just below": Seconds("x", &ms, time.Hour-time.Second),
		"share": Share("x", &c), "count": Count("x", &c), "amount": Amount("x", &c),
		"number": Number("x", &x, 0, 1), "half": Number("x", &x, 0.5, 1), "below 0": Number("x", &x, -20, 0),
		"whole": Whole("x", &n, 2, 50),
		"level": Decibels("x", &level), "rate": Rate("x", &x),
	}
	numbers := []string{
		"0", "00", "0.0", "0.004", "0.5", "1", "01", "1.0", "1.5", "2", "3", "9.99", "50", "59", "60", "61",
		"99.5", "100", "100.0", "100.5", "240", "241", "366", "367", "1000", "999", "60000", "3599", "3600",
		"14400", "14401", "-1", "-0.5", "-20", "-100", "-101",
	}
	var texts []string
	for _, number := range numbers {
		for _, op := range []string{"", ">", ">=", "<", "<=", "=", "==", "> ", "=>"} {
			texts = append(texts, op+number, op+number+"%")
		}
		for _, unit := range []string{"ms", "s", "m", "h", "d", "w", "us", "dBFS", " dBFS", "/day", " / week", "/year"} {
			texts = append(texts, number+unit)
		}
	}
	texts = append(texts, "1h30m", "1h30m5s", "3h59m59s", "4h0m", "1m30s", "59m59s", "90m90s",
		"1d12h", "0h30m", "+5s", ".5s", "1e3s", "5 m", "")
	all := &schemas{defs: map[string]*Schema{}}
	described := map[string]*Schema{}
	for name, shape := range shapes {
		described[name] = shape.describe(all)
	}
	for _, text := range texts {
		for _, doc := range []string{"x: " + text, "x: " + strconv.Quote(text)} {
			var v map[string]any
			d, err := Parse([]byte(doc))
			if err != nil || yaml.Unmarshal([]byte(doc), &v) != nil || v["x"] == nil {
				continue
			}
			for name, shape := range shapes {
				var told []string
				d.Read(Mapping{What: "it", Fields: []Field{{"x", shape}}}, func(_ int, message string) { told = append(told, message) })
				if len(told) > 0 && strings.Contains(told[0], "without quotes") {
					continue // a schema does not see quotes
				}
				if suits(described[name], all.defs, v["x"]) != (len(told) == 0) {
					t.Errorf("%s: %s: the reader says %q, and the schema the opposite: %+v", name, doc, told, *described[name])
				}
			}
		}
	}
}

// TestIntegers: a pattern for whole numbers matches those between its bounds and no others.
func TestIntegers(t *testing.T) {
	for _, b := range [][2]int64{{0, 0}, {0, 9}, {1, 59}, {7, 366}, {99, 101}, {0, 3599}, {1000, 1999}, {5, 4}} {
		pattern := integers(b[0], b[1])
		if (pattern == "") != (b[0] > b[1]) {
			t.Errorf("%v: %q", b, pattern)
		}
		re := regexp.MustCompile("^" + pattern + "$")
		for i := range int64(4000) {
			if in := i >= b[0] && i <= b[1]; re.MatchString(fmt.Sprint(i)) != in || re.MatchString(fmt.Sprint("0", i)) != in {
				t.Errorf("%v: %d in %s", b, i, pattern)
			}
		}
	}
}
