package configs

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"time"
)

// Timetable is weekly times in a time zone.
type Timetable struct {
	weekly []weekly
	zone   *time.Location
}

// weekly is one stretch of some days: minutes from midnight by the clock on the wall. An end that is not after the start
// is on the next day.
type weekly struct {
	days     [7]bool // from Sunday, as time.Weekday counts
	from, to int
}

var stretch = regexp.MustCompile(
	`^(?:(sun|mon|tue|wed|thu|fri|sat)(?:-(sun|mon|tue|wed|thu|fri|sat))?|daily) +(\d\d):(\d\d)-(\d\d):(\d\d)$`,
)

// parseWeekly reads "fri 19:00-21:00", "mon-fri 09:00-17:30" or "daily 22:00-02:00".
func parseWeekly(s string) (w weekly, ok bool) {
	m := stretch.FindStringSubmatch(s)
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
		w.days[d] = true
		if d == last {
			break
		}
	}
	w.from, ok = minutes(m[3], m[4])
	to, okTo := minutes(m[5], m[6])
	w.to = to
	return w, ok && okTo && w.from < 24*60 && w.from != w.to
}

// minutes reads a time of day, up to 24:00.
func minutes(h, m string) (int, bool) {
	hours, errH := strconv.Atoi(h)
	mins, errM := strconv.Atoi(m)
	n := hours*60 + mins
	return n, errH == nil && errM == nil && mins < 60 && n <= 24*60
}

// Timetable reads the times of a room.
func (r Room) Timetable() (Timetable, error) {
	t := Timetable{zone: time.Local}
	if r.TimeZone != "" {
		zone, err := time.LoadLocation(r.TimeZone)
		if err != nil {
			return t, fmt.Errorf("the time zone %q is not known", short(r.TimeZone))
		}
		t.zone = zone
	}
	for _, s := range r.Schedule {
		w, ok := parseWeekly(s)
		if !ok {
			return t, fmt.Errorf("%q is no time like \"fri 19:00-21:00\"", short(s))
		}
		t.weekly = append(t.weekly, w)
	}
	return t, nil
}

// Open is when the stretch that covers a moment ends, stretches that touch taken together; false: none covers it. Times
// are those on the wall: a night in which the clocks change is an hour longer or shorter.
func (t Timetable) Open(at time.Time) (until time.Time, ok bool) {
	for range 8 * len(t.weekly) { // a chain of stretches ends, or covers the week
		end, in := t.covers(at)
		if !in {
			break
		}
		until, at, ok = end, end, true
	}
	return until, ok
}

// covers is the latest end of the stretches that cover a moment.
func (t Timetable) covers(at time.Time) (until time.Time, ok bool) {
	for _, w := range t.weekly {
		for back := range 2 { // the stretch may have begun yesterday
			from, to, falls := w.on(at.In(t.zone), -back)
			if falls && !at.Before(from) && at.Before(to) && to.After(until) {
				until, ok = to, true
			}
		}
	}
	return until, ok
}

// Next is when the next stretch begins after a moment; zero when there is none.
func (t Timetable) Next(after time.Time) (next time.Time) {
	for _, w := range t.weekly {
		for ahead := range 9 {
			from, _, falls := w.on(after.In(t.zone), ahead)
			if falls && from.After(after) && (next.IsZero() || from.Before(next)) {
				next = from
			}
		}
	}
	return next
}

// on is the stretch that begins some days from a day; false when none does.
func (w weekly) on(day time.Time, days int) (from, to time.Time, falls bool) {
	y, m, d := day.Date()
	start := time.Date(y, m, d+days, 0, w.from, 0, 0, day.Location())
	end := w.to
	if end <= w.from {
		end += 24 * 60
	}
	noon := time.Date(y, m, d+days, 12, 0, 0, 0, day.Location()) // midnight may not exist where the clocks change
	return start, time.Date(y, m, d+days, 0, end, 0, 0, day.Location()), w.days[noon.Weekday()]
}

// schedule is a list of weekly times.
func schedule() kind {
	return kind{
		want: `a list of times like [fri 19:00-21:00, mon-thu 08:00-09:30, daily 22:00-02:00]`,
		read: func(g given) (any, bool) {
			return g.each(func(s string) bool { _, ok := parseWeekly(s); return ok })
		},
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
