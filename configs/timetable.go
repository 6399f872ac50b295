package configs

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"earshot/models/timetable"
)

var stretch = regexp.MustCompile(
	`^(?:(sun|mon|tue|wed|thu|fri|sat)(?:-(sun|mon|tue|wed|thu|fri|sat))?|daily) +(\d\d):(\d\d)-(\d\d):(\d\d)$`,
)

// spoken are the days as people also write them, and the word that may stand before them.
var spoken = regexp.MustCompile(
	`^(?:every +)?(?:(sun|mon|tue|wed|thu|fri|sat)(?:days?|sdays?|nesdays?|rsdays?|urdays?)?|(days?|daily))\b`,
)

// plainTimes writes a stretch as parseWeekly reads it: "Every Thursday 9:00 - 17:30" is thu 09:00-17:30.
func plainTimes(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	name := func(word string) string {
		m := spoken.FindStringSubmatch(word)
		switch {
		case m == nil || len(m[0]) != len(word):
			return word
		case m[1] != "":
			return m[1]
		}
		return "daily"
	}
	s = strings.TrimPrefix(dashes.ReplaceAllString(s, "-"), "every ")
	days, times, ok := strings.Cut(strings.TrimSpace(s), " ")
	if !ok {
		return s
	}
	first, last, many := strings.Cut(days, "-")
	if days = name(first); many {
		days += "-" + name(last)
	}
	return days + " " + shortHour.ReplaceAllString(strings.TrimSpace(times), "${1}0$2:")
}

var (
	dashes    = regexp.MustCompile(` *[-–—] *`)
	shortHour = regexp.MustCompile(`(^|-)(\d):`)
)

// meantTimes guesses what times that can't be read were meant to be: most lack their end.
func meantTimes(s string) string {
	plain := plainTimes(s)
	day, from, ok := strings.Cut(plain, " ")
	if hour, err := strconv.Atoi(strings.SplitN(from, ":", 2)[0]); ok && err == nil && !strings.Contains(from, "-") && hour < 23 {
		if _, minute, has := strings.Cut(from, ":"); has {
			plain = fmt.Sprintf("%s %02d:%s-%02d:%s", day, hour, minute, hour+1, minute)
		}
	}
	if _, ok := parseWeekly(plain); ok {
		return plain
	}
	return ""
}

// parseWeekly reads "fri 19:00-21:00", "mon-fri 09:00-17:30" or "daily 22:00-02:00", and the same with longer names.
func parseWeekly(s string) (w timetable.Entry, ok bool) {
	m := stretch.FindStringSubmatch(plainTimes(s))
	if m == nil {
		return w, false
	}
	names := []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}
	first, last := slices.Index(names, m[1]), slices.Index(names, m[2])
	switch {
	case m[1] == "":
		first, last = 0, 6
	case m[2] == "":
		last = first
	}
	for d := first; ; d = (d + 1) % 7 {
		w.Days[d] = true
		if d == last {
			break
		}
	}
	w.From, ok = minutes(m[3], m[4])
	to, okTo := minutes(m[5], m[6])
	w.To = to
	return w, ok && okTo && w.From < 24*60 && w.From != w.To
}

// minutes reads a time of day, up to 24:00.
func minutes(h, m string) (int, bool) {
	hours, errH := strconv.Atoi(h)
	mins, errM := strconv.Atoi(m)
	n := hours*60 + mins
	return n, errH == nil && errM == nil && mins < 60 && n <= 24*60
}

// Timetable reads the times of a room.
func (r Room) Timetable() (timetable.Timetable, error) {
	var t timetable.Timetable
	zone := time.Local
	if r.TimeZone != "" {
		var err error
		if zone, err = time.LoadLocation(r.TimeZone); err != nil {
			return t, fmt.Errorf("the time zone %q is not known", short(r.TimeZone))
		}
	}
	for _, s := range r.Schedule {
		w, ok := parseWeekly(s)
		if !ok {
			return t, fmt.Errorf("%q is not a time like \"fri 19:00-21:00\"", short(s))
		}
		w.Zone = zone
		t = append(t, w)
	}
	return t, nil
}

// schedule is a list of weekly times.
func schedule() kind {
	return kind{
		want: `a list of times like [fri 19:00-21:00, mon-thu 08:00-09:30, daily 22:00-02:00]`,
		read: func(g given) (any, bool) {
			return g.each(func(s string) bool { _, ok := parseWeekly(s); return ok })
		},
		meant: meantTimes,
	}
}

func timeZone() kind {
	return kind{
		want: "a time zone like Asia/Jakarta",
		read: func(g given) (any, bool) {
			s, ok := g.word("!!str")
			_, err := time.LoadLocation(s)
			return s, ok && s != "" && err == nil
		},
	}
}
