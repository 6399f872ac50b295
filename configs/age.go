package configs

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Age is how long something is kept; Forever keeps it. In the file it is written in weeks, days or hours (2w, 14d, 36h) or as
// the word forever, so that nobody can mean "for ever" by a number.
type Age time.Duration

// Forever is the age at which nothing is removed.
const Forever Age = 0

// maxAge is ten years: whoever wants more means for ever.
const maxAge = 3650 * 24 * time.Hour

// UnmarshalText reads 2w, 14d, 36h or forever.
func (a *Age) UnmarshalText(text []byte) error {
	s := string(text)
	if s == "forever" {
		*a = Forever
		return nil
	}
	unit := time.Hour
	digits, ok := strings.CutSuffix(s, "h")
	for suffix, length := range map[string]time.Duration{"d": 24 * time.Hour, "w": 7 * 24 * time.Hour} {
		if rest, has := strings.CutSuffix(s, suffix); has {
			digits, ok, unit = rest, true, length
		}
	}
	n, err := strconv.Atoi(digits)
	if !ok || err != nil || n < 1 || time.Duration(n) > maxAge/unit {
		return fmt.Errorf("%q is not an age", short(s))
	}
	*a = Age(time.Duration(n) * unit)
	return nil
}

// Retention is how long the record is kept, from when a thing was said.
type Retention struct {
	// Clips is for sound: of flagged lines, and of what could not be decoded.
	Clips Age `mapstructure:"clips"`
	// Transcripts is for lines, gaps, names and summaries.
	Transcripts Age `mapstructure:"transcripts"`
	// Flags is for flags with the words that matched.
	Flags Age `mapstructure:"flags"`
}

func age() kind {
	return kind{
		want: "a time from 1h to 3650d, in weeks, days or hours (2w, 14d, 36h), or forever",
		read: func(g given) (any, bool) {
			s, ok := g.word("!!str")
			var a Age
			return s, ok && a.UnmarshalText([]byte(s)) == nil
		},
	}
}
