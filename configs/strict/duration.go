package strict

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"go.yaml.in/yaml/v3"
)

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

// units are the units of durations, the shortest first.
var units = []struct {
	name string
	is   time.Duration
}{
	{"ms", time.Millisecond}, {"s", time.Second}, {"m", time.Minute}, {"h", time.Hour}, {"d", 24 * time.Hour}, {"w", 7 * 24 * time.Hour},
}

// duration is a duration within bounds, kept in ms.
type duration struct {
	what        string
	into        *int64
	least, most time.Duration
}

// Duration is a duration of at least a millisecond and at most the one given, or a year; kept in ms.
func Duration(what string, into *int64, most ...time.Duration) Shape {
	return duration{what, into, time.Millisecond, longest(most)}
}

// Seconds is Duration, of at least a second: a shorter one is a slip of the unit.
func Seconds(what string, into *int64, most ...time.Duration) Shape {
	return duration{what, into, time.Second, longest(most)}
}

// DurationOrZero is Duration, and may be 0s.
func DurationOrZero(what string, into *int64, most ...time.Duration) Shape {
	return duration{what, into, 0, longest(most)}
}

func longest(most []time.Duration) time.Duration {
	if len(most) == 0 {
		return maxDuration
	}
	return most[0]
}

// describe refers to a definition for each pair of bounds, since patterns are long.
func (s duration) describe(all *schemas) *Schema {
	name := "duration-" + short(s.least) + "-" + short(s.most)
	if all.defs[name] == nil {
		all.defs[name] = &Schema{Type: "string", Pattern: s.pattern()}
	}
	return &Schema{Ref: "#/$defs/" + name}
}

// pattern matches the durations within the bounds: one number with a unit, or whole hours, minutes and seconds, "1h30m".
func (s duration) pattern() string {
	var all []string
	for i, u := range units {
		most := int64(s.most / u.is)
		if most == 0 {
			if fraction := s.most * 100 / u.is; fraction > 0 && i > 0 { // "0.5m" of at most 30s
				all = append(all, fmt.Sprintf(`0+\.%s%s`, sameLength("01", fmt.Sprintf("%02d", fraction)), u.name))
			}
			continue
		}
		from := int64(1)
		switch {
		case s.least == 0:
			from = 0
		case u.is < s.least:
			from = int64(s.least / u.is)
		case u.is > s.least: // "0.5m"
			all = append(all, `0+\.(0?[1-9])[0-9]*`+u.name)
		}
		whole := fmt.Sprint("0*", most, noPlaces)
		if below := integers(from, most-1); below != "" {
			whole = oneOf([]string{below + anyPlaces, whole})
		}
		all = append(all, whole+u.name)
	}
	if most := int64(s.most / time.Hour); most > 1 {
		all = append(all, integers(1, most-1)+`h([1-5]?[0-9]m)?([1-5]?[0-9]s)?`)
	}
	if most := int64(s.most / time.Minute); most > 1 {
		all = append(all, integers(1, most-1)+`m[1-5]?[0-9]s`)
	}
	return "^" + oneOf(all) + "$"
}

// durationPatterns holds the compiled patterns, by their bounds.
var durationPatterns sync.Map

// allows reports whether a duration is written as the pattern says.
func (s duration) allows(text string) bool {
	bounds := [2]time.Duration{s.least, s.most}
	known, ok := durationPatterns.Load(bounds)
	if !ok {
		known, _ = durationPatterns.LoadOrStore(bounds, regexp.MustCompile(s.pattern()))
	}
	re, ok := known.(*regexp.Regexp)
	return ok && re.MatchString(text)
}

func (s duration) read(r *reader, n *yaml.Node) {
	t, ok := r.text(n, s.what)
	if !ok {
		return
	}
	d, err := ParseDuration(t.Text)
	switch {
	case errors.Is(err, errTooLong), err == nil && d > s.most:
		r.bad(n, "%s may be at most %s, not %q", s.what, short(s.most), Shorten(t.Text))
	case err == nil && d < s.least && d > 0:
		r.bad(n, "%s must be %s at least, not %q", s.what, short(s.least), Shorten(t.Text))
	case err != nil || !s.allows(t.Text):
		r.bad(n, "%s must be a duration such as 20s, 5m, 2h or 14d, not %q%s", s.what, Shorten(t.Text), durationMeant(t.Text))
	default:
		*s.into = d.Milliseconds()
	}
}

// short is a duration in its largest unit up to days, or in minutes and seconds.
func short(d time.Duration) string {
	if d > time.Minute && d%time.Minute != 0 && d%time.Second == 0 {
		return short(d.Truncate(time.Minute)) + short(d%time.Minute)
	}
	for _, u := range []int{4, 3, 2, 1} {
		if d > 0 && d%units[u].is == 0 {
			return fmt.Sprintf("%d%s", d/units[u].is, units[u].name)
		}
	}
	return fmt.Sprintf("%dms", d.Milliseconds())
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
