package strict

import (
	"fmt"
	"strconv"
	"strings"
)

// integers is a pattern for the whole numbers from lo to hi, with zeros before them or not; "" if there are none.
func integers(lo, hi int64) string {
	var all []string
	for first := int64(0); first <= hi; {
		last := int64(9)
		for last < first {
			last = last*10 + 9
		}
		if a, b := max(first, lo), min(last, hi); a <= b {
			all = append(all, sameLength(strconv.FormatInt(a, 10), strconv.FormatInt(b, 10)))
		}
		first = last + 1
	}
	if len(all) == 0 {
		return ""
	}
	return "0*(" + strings.Join(all, "|") + ")"
}

// sameLength is a pattern for the numbers from a to b, which have as many digits.
func sameLength(a, b string) string {
	n := len(a) - 1
	switch {
	case n < 0:
		return ""
	case a[0] == b[0]:
		return a[:1] + sameLength(a[1:], b[1:])
	}
	nines, zeros := strings.Repeat("9", n), strings.Repeat("0", n)
	var all []string
	low, high := a[0], b[0]
	if a[1:] != zeros {
		all, low = append(all, a[:1]+sameLength(a[1:], nines)), low+1
	}
	if b[1:] != nines {
		all, high = append(all, b[:1]+sameLength(zeros, b[1:])), high-1
	}
	if low <= high {
		all = append(all, fmt.Sprintf("[%c-%c]%s", low, high, strings.Repeat("[0-9]", n)))
	}
	if len(all) == 1 {
		return all[0]
	}
	return "(" + strings.Join(all, "|") + ")"
}

const (
	anyPlaces  = `(\.[0-9]+)?`
	noPlaces   = `(\.0+)?`
	somePlaces = `\.[0-9]*[1-9][0-9]*`
)

// decimals is a pattern for the numbers from lo to hi, without the ends that are excluded.
func decimals(lo, hi int64, above, below bool) string {
	var all []string
	if above {
		all = append(all, "0*"+strconv.FormatInt(lo, 10)+somePlaces)
		lo++
	}
	if between := integers(lo, hi-1); between != "" {
		all = append(all, between+anyPlaces)
	}
	if !below {
		all = append(all, "0*"+strconv.FormatInt(hi, 10)+noPlaces)
	}
	return oneOf(all)
}

// positive is a pattern for all numbers above 0, and fromZero for 0 too.
const (
	positive = `(0*[1-9][0-9]*` + anyPlaces + `|0+` + somePlaces + `)`
	fromZero = `[0-9]+` + anyPlaces
)

func oneOf(all []string) string { return "(" + strings.Join(all, "|") + ")" }
