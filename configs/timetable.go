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
	`^(?:(sun|mon|tue|wed|thu|fri|sat)(?:-(sun|mon|tue|wed|thu|fri|sat))?|daily|(\d{4}-\d\d-\d\d)) +(\d\d):(\d\d)-(\d\d):(\d\d)$`,
)

// spoken are the days as people also write them, and the word that may stand before them.
var spoken = regexp.MustCompile(
	`^(?:every +)?(?:(sun|mon|tue|wed|thu|fri|sat)(?:days?|sdays?|nesdays?|rsdays?|urdays?)?|(days?|daily))\b`,
)

// plainTimes writes a stretch as ParseTime reads it: "Every Thursday 9:00 - 17:30" is thu 09:00-17:30.
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

// MeantTimes guesses what times that can't be read were meant to be: most lack their end.
func MeantTimes(s string) string {
	plain := plainTimes(s)
	day, from, ok := strings.Cut(plain, " ")
	if hour, err := strconv.Atoi(strings.SplitN(from, ":", 2)[0]); ok && err == nil && !strings.Contains(from, "-") && hour < 23 {
		if _, minute, has := strings.Cut(from, ":"); has {
			plain = fmt.Sprintf("%s %02d:%s-%02d:%s", day, hour, minute, hour+1, minute)
		}
	}
	if _, ok := ParseTime(plain); ok {
		return plain
	}
	return ""
}

// ParseTime reads "fri 19:00-21:00", "mon-fri 09:00-17:30" or "daily 22:00-02:00", the same with longer names, and
// "2026-12-24 20:00-22:00". The entry has no zone.
func ParseTime(s string) (w timetable.Entry, ok bool) {
	m := stretch.FindStringSubmatch(plainTimes(s))
	if m == nil {
		return w, false
	}
	if w.Date = m[3]; w.Date == "" {
		w.Days = weekdays(m[1], m[2])
	} else if _, err := time.Parse(time.DateOnly, w.Date); err != nil {
		return w, false
	}
	w.From, ok = minutes(m[4], m[5])
	to, okTo := minutes(m[6], m[7])
	w.To = to
	return w, ok && okTo && w.From < 24*60 && w.From != w.To
}

// weekdays returns the days from one to another; without a second one that day, and without a first one all.
func weekdays(from, to string) (days [7]bool) {
	names := []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}
	first, last := slices.Index(names, from), slices.Index(names, to)
	switch {
	case from == "":
		first, last = 0, 6
	case to == "":
		last = first
	}
	for d := first; ; d = (d + 1) % 7 {
		days[d] = true
		if d == last {
			return days
		}
	}
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
		w, ok := ParseTime(s)
		if !ok {
			return t, fmt.Errorf("%q is not a time like \"fri 19:00-21:00\" or \"2026-12-24 20:00-22:00\"", short(s))
		}
		w.Zone = zone
		t = append(t, w)
	}
	return t, nil
}

// schedule is a list of times, weekly or once.
func schedule() kind {
	return kind{
		want: `a list of times like [fri 19:00-21:00, mon-thu 08:00-09:30, daily 22:00-02:00, 2026-12-24 20:00-22:00]`,
		read: func(g given) (any, bool) {
			return g.each(func(s string) bool { _, ok := ParseTime(s); return ok })
		},
		meant: MeantTimes,
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
		meant: meantZone,
	}
}

// meantZone guesses the time zone that a city stands for: "Berlin" is Europe/Berlin.
func meantZone(s string) string {
	words := strings.Fields(s)
	for i, w := range words {
		words[i] = strings.ToUpper(w[:1]) + w[1:]
	}
	city := strings.Join(words, "_")
	for _, area := range []string{"Europe", "America", "Asia", "Africa", "Australia", "Pacific", "Atlantic", "Indian"} {
		if _, err := time.LoadLocation(area + "/" + city); err == nil && city != "" {
			return area + "/" + city
		}
	}
	return ""
}
