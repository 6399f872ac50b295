package engine

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// compare is a comparison as it is written: ">=4", ">5%", or 4, which means at least 4.
type compare struct {
	Op string
	N  float64
}

// holds reports whether a value passes.
func (c compare) holds(v float64) bool {
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

// String is the comparison as people write it.
func (c compare) String() string { return c.Op + strconv.FormatFloat(c.N, 'g', 4, 64) }

const (
	durationPattern = `^[0-9]+(\.[0-9]+)?(ms|s|m|h|d|w)([0-9]+(ms|s|m|h))*$`
	comparePattern  = `^(>=|>|<=|<|==?)? *-?[0-9]+(\.[0-9]+)?%?$`
	levelPattern    = `^-[0-9]+(\.[0-9]+)? ?dBFS$`
	ratePattern     = `^[0-9]+(\.[0-9]+)? ?/ ?(hour|day|week)$`
)

var compareShape = regexp.MustCompile(`^(>=|>|<=|<|==?)? *(-?[0-9]+(?:\.[0-9]+)?)(%?)$`)

// maxDuration bounds every duration of a rule file.
const maxDuration = 366 * 24 * time.Hour

// ParseDuration reads a duration as rule files have it: 500ms, 20s, 5m, 2h, 14d, 2w. It is at most about a year.
func ParseDuration(s string) (time.Duration, error) { return parseDuration(s) }

// parseDuration reads 500ms, 20s, 5m, 2h, 14d, 2w.
func parseDuration(s string) (time.Duration, error) {
	for suffix, unit := range map[string]time.Duration{"d": 24 * time.Hour, "w": 7 * 24 * time.Hour} {
		if n, ok := strings.CutSuffix(s, suffix); ok {
			v, err := strconv.ParseFloat(n, 64)
			if err != nil || !(v >= 0 && v <= 366) {
				return 0, fmt.Errorf("%q is no duration", s)
			}
			return time.Duration(v * float64(unit)), nil
		}
	}
	v, err := time.ParseDuration(s)
	if err == nil && (v < 0 || v > maxDuration) {
		err = fmt.Errorf("%q is out of range", s)
	}
	return v, err
}

// duration reads a duration in ms.
func (d *decoder) duration(n *yaml.Node, what string) int64 {
	return d.durationFrom(n, what, time.Millisecond)
}

// durationFrom reads a duration in ms of at least so much.
func (d *decoder) durationFrom(n *yaml.Node, what string, least time.Duration) int64 {
	if d.shape != nil {
		d.shape.kind("string").Pattern = durationPattern
		return 0
	}
	t, ok := d.text(n, what)
	if !ok {
		return 0
	}
	v, err := parseDuration(t.Text)
	if err != nil || v < least {
		d.bad(n, "%s must be a duration such as 20s, 5m, 2h or 14d, not %q", what, shorten(t.Text))
		return 0
	}
	return v.Milliseconds()
}

// comparison reads a comparison with a number or a share.
func (d *decoder) comparison(n *yaml.Node, what string) *compare {
	if d.shape != nil {
		d.shape.Type = []string{"number", "string"}
		d.shape.Pattern = comparePattern
		return nil
	}
	t, ok := d.text(n, what)
	if !ok {
		return nil
	}
	m := compareShape.FindStringSubmatch(strings.TrimSpace(t.Text))
	if m == nil {
		d.bad(n, "%s must be a comparison such as \">=4\" or \">5%%\", not %q", what, shorten(t.Text))
		return nil
	}
	v, _ := strconv.ParseFloat(m[2], 64)
	if m[3] == "%" {
		v /= 100
	}
	if m[1] == "" {
		m[1] = ">="
	}
	return &compare{m[1], v}
}

// decibels reads a level such as -9dBFS.
func (d *decoder) decibels(n *yaml.Node, what string) *float64 {
	if d.shape != nil {
		d.shape.kind("string").Pattern = levelPattern
		return nil
	}
	t, ok := d.text(n, what)
	if !ok {
		return nil
	}
	digits, unit := strings.CutSuffix(t.Text, "dBFS")
	v, err := strconv.ParseFloat(strings.TrimSpace(digits), 64)
	if !unit || err != nil || !(v >= -100 && v <= 0) {
		d.bad(n, "%s must be a level such as -9dBFS (0 is full scale), not %q", what, shorten(t.Text))
		return nil
	}
	return &v
}

// rate reads points that fade in a time, such as 10/day, as points per ms.
func (d *decoder) rate(n *yaml.Node, what string) float64 {
	if d.shape != nil {
		d.shape.kind("string").Pattern = ratePattern
		return 0
	}
	t, ok := d.text(n, what)
	if !ok {
		return 0
	}
	points, unit, _ := strings.Cut(t.Text, "/")
	per := map[string]time.Duration{"hour": time.Hour, "day": 24 * time.Hour, "week": 7 * 24 * time.Hour}[strings.TrimSpace(unit)]
	v, err := strconv.ParseFloat(strings.TrimSpace(points), 64)
	if err != nil || per == 0 || !(v >= 0 && v <= 1e6) {
		d.bad(n, "%s must be points per hour, day or week, such as 10/day, not %q", what, shorten(t.Text))
		return 0
	}
	return v / float64(per.Milliseconds())
}

// whole reads a whole number between lo and hi.
func (d *decoder) whole(n *yaml.Node, what string, lo, hi int) int {
	v := d.number(n, what, float64(lo), float64(hi))
	if v == nil {
		return 0
	}
	if d.shape == nil && float64(int(*v)) != *v {
		d.bad(n, "%s must be a whole number", what)
	}
	return int(*v)
}

// manyOf reads one or several names from a closed list.
func (d *decoder) manyOf(n *yaml.Node, what string, allowed ...string) []string {
	if d.shape != nil {
		d.shape.oneOrMany(func(s *shape) { s.kind("string").Enum = allowed })
		return nil
	}
	var out []string
	for _, t := range d.texts(n, what) {
		node := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: t.Text, Line: t.line}
		if v := d.oneOf(node, what, allowed...); v != "" {
			out = append(out, v)
		}
	}
	return out
}

// required complains about the keys that a mapping lacks.
func (d *decoder) required(n *yaml.Node, keys ...string) {
	if d.shape != nil {
		d.shape.Required = append(d.shape.Required, keys...)
		return
	}
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n.Kind != yaml.MappingNode {
		return
	}
	for _, key := range keys {
		if !hasKey(n, key) {
			d.bad(n, "%q is missing", key)
		}
	}
}
