package record

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"earshot/models"
	"earshot/moderation/review/auth"
)

// Scheduler keeps the times at which the bot is in rooms. Errors are like those of Inviter.
type Scheduler interface {
	// Timetables lists the rooms that have times, from the configuration or added, by name.
	Timetables(ctx context.Context) ([]models.RoomTimes, error)
	// Known lists the rooms of the configuration and of the record; one may appear twice.
	Known(ctx context.Context) ([]models.Room, error)
	// CheckTime completes a time that somebody is about to add, and returns when it takes place next, without any effect.
	// models.ErrConflict: the bot is in the room then anyway.
	CheckTime(ctx context.Context, t models.ScheduledTime) (models.ScheduledTime, []models.Period, error)
	// AddTime adds a time, and returns it with its ID.
	AddTime(ctx context.Context, t models.ScheduledTime) (models.ScheduledTime, error)
	RemoveTime(ctx context.Context, id, by string) error
}

// TimeForm is a scheduled time as somebody fills it in.
type TimeForm struct {
	URL, Profile string
	Days         []string // as time.Weekday counts
	Date         string   // instead of Days
	At           string
	Minutes      string
	Zone         string
}

// FormOf returns the form that adds a time.
func FormOf(t models.ScheduledTime) TimeForm {
	f := TimeForm{
		URL: t.URL, Profile: t.Profile, Date: t.Date, At: fmt.Sprintf("%02d:%02d", t.From/60, t.From%60), Minutes: strconv.Itoa(t.Minutes),
		Zone: t.Zone,
	}
	for _, d := range t.Days {
		f.Days = append(f.Days, strconv.Itoa(int(d)))
	}
	return f
}

// Choice is something to choose in a form.
type Choice struct {
	Value, Text string
	On          bool
}

// Weekdays lists the days from Monday.
func (f TimeForm) Weekdays() (out []Choice) {
	for i := range 7 {
		d := time.Weekday((i + 1) % 7)
		n := strconv.Itoa(int(d))
		out = append(out, Choice{n, d.String(), slices.Contains(f.Days, n)})
	}
	return out
}

// Lengths lists for how long the bot may stay.
func (f TimeForm) Lengths() (out []Choice) {
	lengths := []int{15, 30, 45, 60, 90, 120, 150, 180, 240, 300, 360, 480, 720}
	if n, err := strconv.Atoi(f.Minutes); err == nil && n >= minMinutes && n <= maxMinutes && !slices.Contains(lengths, n) {
		lengths = append(lengths, n)
		slices.Sort(lengths)
	}
	for _, m := range lengths {
		text := fmt.Sprintf("%d min", m)
		if m >= 60 && m%30 == 0 {
			text = strings.TrimSuffix(fmt.Sprintf("%.1f", float64(m)/60), ".0") + " h"
		}
		n := strconv.Itoa(m)
		out = append(out, Choice{n, text, n == f.Minutes})
	}
	return out
}

const (
	minMinutes = 5
	maxMinutes = 24*60 - 1
)

// clockTime is a time of day as people write it: 20:00, 20.00, 8 pm, 8:30pm.
var clockTime = regexp.MustCompile(`^(\d{1,2})(?:[:.h](\d{2}))?\s*(am|pm)?$`)

func timeOfDay(s string) (minutes int, ok bool) {
	m := clockTime.FindStringSubmatch(strings.ToLower(strings.TrimSpace(s)))
	if m == nil || m[2] == "" && m[3] == "" {
		return 0, false
	}
	hours, _ := strconv.Atoi(m[1])
	mins, _ := strconv.Atoi(m[2]) // "" is 0
	if m[3] != "" {
		if hours < 1 || hours > 12 {
			return 0, false
		}
		if hours %= 12; m[3] == "pm" {
			hours += 12
		}
	}
	return hours*60 + mins, hours < 24 && mins < 60
}

// Read returns the time of a form. The error wraps models.ErrInvalid and says what to change.
func (f TimeForm) Read(now time.Time) (t models.ScheduledTime, err error) {
	wrong := func(format string, args ...any) (models.ScheduledTime, error) {
		return t, fmt.Errorf("%w: "+format, append([]any{models.ErrInvalid}, args...)...)
	}
	t.URL, t.Profile, t.Date, t.Zone = strings.TrimSpace(f.URL), f.Profile, strings.TrimSpace(f.Date), strings.TrimSpace(f.Zone)
	for _, d := range f.Days {
		n, err := strconv.Atoi(d)
		if err != nil || n < 0 || n > 6 {
			return wrong("%q is not a weekday", d)
		}
		t.Days = append(t.Days, time.Weekday(n))
	}
	slices.Sort(t.Days)
	t.Days = slices.Compact(t.Days)
	zone, found := knownZone(t.Zone)
	from, ok := timeOfDay(f.At)
	var errMinutes error
	t.Minutes, errMinutes = strconv.Atoi(strings.TrimSpace(f.Minutes))
	switch {
	case t.URL == "":
		return wrong("choose a room, or type its address")
	case len(t.Days) == 0 && t.Date == "":
		return wrong("choose the weekdays, or type a date")
	case len(t.Days) > 0 && t.Date != "":
		return wrong("choose weekdays or a date, not both")
	case strings.TrimSpace(f.At) == "":
		return wrong("type the time at which the bot should join, like 20:00")
	case !ok:
		return wrong("%q is not a time of day like 20:00", f.At)
	case errMinutes != nil || t.Minutes < minMinutes || t.Minutes > maxMinutes:
		return wrong("choose for how long, from %d minutes to just under a day", minMinutes)
	case t.Zone == "":
		return wrong("type the time zone, like Europe/Berlin")
	case !found && zone != "":
		return wrong("the time zone %q is not known: did you mean %s?", t.Zone, zone)
	case !found:
		return wrong("the time zone %q is not known: write a continent and a city, like Europe/Berlin, or UTC", t.Zone)
	}
	t.From, t.Zone = from, zone
	if t.Date == "" {
		return t, nil
	}
	in, err := time.LoadLocation(zone)
	if err != nil {
		return wrong("the time zone %q is not known", zone)
	}
	day, err := time.ParseInLocation(time.DateOnly, t.Date, in)
	if err != nil {
		return wrong("%q is not a date like %s", t.Date, now.In(in).AddDate(0, 0, 7).Format(time.DateOnly))
	}
	y, m, d := day.Date()
	start := time.Date(y, m, d, 0, t.From, 0, 0, in)
	if !start.After(now) {
		return wrong("%s has passed: it is now %s there", start.Format("2 January 2006, 15:04"), now.In(in).Format("2 January 2006, 15:04"))
	}
	if start.After(now.AddDate(2, 0, 0)) {
		return wrong("%s is more than two years away", start.Format("2 January 2006"))
	}
	t.Until = time.Date(y, m, d, 0, t.From+t.Minutes, 0, 0, in).UTC()
	return t, nil
}

// Zones are time zones to choose from; others are accepted, too.
var Zones = []string{
	"UTC", "Africa/Cairo", "Africa/Johannesburg", "Africa/Lagos", "Africa/Nairobi", "America/Anchorage", "America/Argentina/Buenos_Aires",
	"America/Bogota", "America/Chicago", "America/Denver", "America/Halifax", "America/Lima", "America/Los_Angeles", "America/Mexico_City",
	"America/New_York", "America/Phoenix", "America/Santiago", "America/Sao_Paulo", "America/Toronto", "America/Vancouver",
	"Asia/Bangkok", "Asia/Dhaka", "Asia/Dubai", "Asia/Hong_Kong", "Asia/Jakarta", "Asia/Jerusalem", "Asia/Karachi", "Asia/Kolkata",
	"Asia/Makassar", "Asia/Manila", "Asia/Riyadh", "Asia/Seoul", "Asia/Shanghai", "Asia/Singapore", "Asia/Tashkent", "Asia/Tehran",
	"Asia/Tokyo", "Atlantic/Reykjavik", "Australia/Adelaide", "Australia/Brisbane", "Australia/Perth", "Australia/Sydney",
	"Europe/Amsterdam", "Europe/Athens", "Europe/Berlin", "Europe/Brussels", "Europe/Bucharest", "Europe/Dublin", "Europe/Helsinki",
	"Europe/Istanbul", "Europe/Kyiv", "Europe/Lisbon", "Europe/London", "Europe/Madrid", "Europe/Moscow", "Europe/Oslo", "Europe/Paris",
	"Europe/Prague", "Europe/Rome", "Europe/Stockholm", "Europe/Vienna", "Europe/Warsaw", "Europe/Zurich", "Pacific/Auckland",
	"Pacific/Honolulu",
}

// knownZone returns the name of a time zone; ok is false if there is none of that name, and zone one that was probably meant, or "".
func knownZone(s string) (zone string, ok bool) {
	plain := strings.ToLower(strings.ReplaceAll(s, " ", "_"))
	for _, z := range Zones {
		if strings.EqualFold(z, plain) {
			return z, true
		}
	}
	if _, err := time.LoadLocation(s); err == nil && s != "" && s != "Local" {
		return s, true
	}
	for _, z := range Zones {
		if low := strings.ToLower(z); plain != "" && strings.HasSuffix(low, "/"+plain) {
			return z, false
		}
	}
	return "", false
}

// Timetables lists the rooms with times that the visitor may see.
func (c *Rooms) Timetables(ctx context.Context) (out []models.RoomTimes, err error) {
	all, err := c.Scheduler.Timetables(ctx)
	for _, x := range all {
		if auth.VisitorOf(ctx).May(x.Room, models.AccessViewer) {
			out = append(out, x)
		}
	}
	return out, err
}

// Schedulable lists the rooms to which the visitor may add times.
func (c *Rooms) Schedulable(ctx context.Context) (out []models.Room, err error) {
	rooms, err := c.Scheduler.Timetables(ctx)
	if err != nil {
		return nil, err
	}
	known, err := c.Scheduler.Known(ctx)
	for _, x := range rooms {
		known = append(known, models.Room{ID: x.Room, URL: x.URL, Name: x.Name})
	}
	for _, room := range known {
		settled := slices.ContainsFunc(out, func(x models.Room) bool { return x.ID == room.ID }) ||
			slices.ContainsFunc(rooms, func(x models.RoomTimes) bool { return x.Room == room.ID && x.Always })
		if !settled && room.URL != "" && auth.VisitorOf(ctx).May(room.ID, models.AccessHost) {
			out = append(out, room)
		}
	}
	return out, err
}

// CheckTime checks a time for somebody who may invite the bot to its room.
func (c *Rooms) CheckTime(ctx context.Context, t models.ScheduledTime) (models.ScheduledTime, []models.Period, error) {
	if err := c.MayInvite(ctx, models.Invitation{URL: t.URL}); err != nil {
		return t, nil, err
	}
	return c.Scheduler.CheckTime(ctx, t)
}

// AddTime adds a time, for somebody who may invite the bot to its room.
func (c *Rooms) AddTime(ctx context.Context, t models.ScheduledTime) (models.ScheduledTime, error) {
	if err := c.MayInvite(ctx, models.Invitation{URL: t.URL}); err != nil {
		return t, err
	}
	t.By = auth.VisitorOf(ctx).Name
	return c.Scheduler.AddTime(ctx, t)
}

// RemoveTime removes an added time, for a host of its room, and returns it.
func (c *Rooms) RemoveTime(ctx context.Context, id string) (models.ScheduledTime, error) {
	rooms, err := c.Timetables(ctx)
	if err != nil {
		return models.ScheduledTime{}, err
	}
	who := auth.VisitorOf(ctx)
	for _, room := range rooms {
		for _, t := range room.Added {
			if t.ID != id {
				continue
			}
			if err := who.Require(room.Room, models.AccessHost); err != nil {
				return t, err
			}
			return t, c.Scheduler.RemoveTime(ctx, id, who.Name)
		}
	}
	return models.ScheduledTime{}, fmt.Errorf("time: %w", models.ErrNotFound)
}
