package roomtimes

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"

	"earshot/bot/schedule"
	"earshot/models"
	"earshot/models/timetable"
)

const (
	// mostTimes limits the added times of a room.
	mostTimes = 50
	// shown is how many times to come are listed.
	shown = 4
)

// Timetables implements record.Scheduler.
func (s *Scheduler) Timetables(ctx context.Context) ([]models.RoomTimes, error) {
	times, err := s.byRoom(ctx)
	if err != nil {
		return nil, err
	}
	var out []models.RoomTimes
	for id := range s.fixed {
		out = append(out, s.of(id, times[id]))
	}
	for id, added := range times {
		if _, ok := s.fixed[id]; !ok {
			out = append(out, s.of(id, added))
		}
	}
	slices.SortFunc(out, func(a, b models.RoomTimes) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Room, b.Room))
	})
	return out, nil
}

// Known implements record.Scheduler.
func (s *Scheduler) Known(ctx context.Context) ([]models.Room, error) { return s.KnownRooms(ctx) }

// of returns the times of a room.
func (s *Scheduler) of(id string, added []models.ScheduledTime) models.RoomTimes {
	out := models.RoomTimes{Room: id, Added: added, Next: s.next(id, added)}
	if f, ok := s.fixed[id]; ok {
		out.URL, out.Name, out.Profile, out.Fixed, out.Calendar = f.URL, f.Name, f.Profile, f.Schedule, f.Calendar != ""
		out.Always, out.Zone = f.schedule == nil, f.TimeZone
		for i, fixed := range out.Fixed {
			if f.TimeZone != "" {
				out.Fixed = slices.Clone(out.Fixed)
				out.Fixed[i] = fixed + " (" + f.TimeZone + ")"
			}
		}
	} else {
		out.URL, out.Name, out.Profile = added[0].URL, added[0].Name, added[0].Profile
	}
	if out.Zone == "" && len(added) > 0 {
		out.Zone = added[0].Zone
	}
	if at, err := models.ParseAddress(out.URL); err == nil {
		out.Name = at.RoomAt(out.URL, out.Name).Name
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	out.Problem = s.problems[id]
	return out
}

// next returns when the bot is in a room next.
func (s *Scheduler) next(id string, added []models.ScheduledTime) []models.Period {
	f, ok := s.fixed[id]
	switch {
	case ok && f.schedule == nil:
		return nil
	case ok && f.Calendar != "":
		return f.schedule.Upcoming(s.Now(), shown)
	}
	return schedule.New(schedule.Config{Table: s.table(id, added)}).Upcoming(s.Now(), shown)
}

// CheckTime implements record.Scheduler.
func (s *Scheduler) CheckTime(ctx context.Context, t models.ScheduledTime) (models.ScheduledTime, []models.Period, error) {
	times, err := s.byRoom(ctx)
	if err != nil {
		return t, nil, err
	}
	at, err := models.ParseAddress(t.URL)
	if err != nil {
		return t, nil, invalid(err)
	}
	t.Room = at.ID()
	added := times[t.Room]
	f, fixed := s.fixed[t.Room]
	switch {
	case fixed:
		t.URL, t.Name, t.Profile = f.URL, f.Name, f.Profile
	case len(added) > 0:
		t.URL, t.Name, t.Profile = added[0].URL, added[0].Name, added[0].Profile
	}
	if fixed && f.schedule == nil {
		return t, nil, conflict("the configuration has Earshot in this room all the time")
	}
	if len(added) >= mostTimes {
		return t, nil, conflict("the room has %d times already: remove some first", mostTimes)
	}
	if err := s.reachable(ctx, t); err != nil {
		return t, nil, err
	}
	e, err := timetable.Of(t)
	if err != nil {
		return t, nil, invalid(err)
	}
	if when, clash := s.table(t.Room, added).Overlaps(e, s.Now()); clash {
		return t, nil, conflict(
			"this overlaps a time that the room has already: Earshot is there on %s", when.In(e.Zone).Format("Monday, 2 January, at 15:04"),
		)
	}
	return t, schedule.New(schedule.Config{Table: timetable.Timetable{e}}).Upcoming(s.Now(), shown), nil
}

// reachable returns why the bot can't go to the room of a time.
func (s *Scheduler) reachable(ctx context.Context, t models.ScheduledTime) error {
	_, _, err := s.Connector(ctx, requestOf(t))
	if err == nil || errors.Is(err, models.ErrForbidden) {
		return err
	}
	return invalid(err)
}

// AddTime implements record.Scheduler.
func (s *Scheduler) AddTime(ctx context.Context, t models.ScheduledTime) (models.ScheduledTime, error) {
	t, _, err := s.CheckTime(ctx, t)
	if err != nil {
		return t, err
	}
	t.ID = strings.ToLower(rand.Text()[:12])
	if err := s.Store.AddScheduledTime(ctx, t); err != nil {
		return t, err
	}
	s.changed()
	return t, nil
}

// RemoveTime implements record.Scheduler.
func (s *Scheduler) RemoveTime(ctx context.Context, id, by string) error {
	err := s.Store.RemoveScheduledTime(ctx, id, by)
	if err == nil {
		s.changed()
	}
	return err
}

// changed has Run look at the times.
func (s *Scheduler) changed() {
	select {
	case s.look <- struct{}{}:
	default: // it will look anyway
	}
}

func invalid(err error) error {
	return models.WithHint(fmt.Errorf("%w: %w", models.ErrInvalid, err), models.Hint(err))
}

func conflict(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{models.ErrConflict}, args...)...)
}
