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
func (k *Keeper) Timetables(ctx context.Context) ([]models.RoomTimes, error) {
	times, err := k.byRoom(ctx)
	if err != nil {
		return nil, err
	}
	var out []models.RoomTimes
	for id := range k.fixed {
		out = append(out, k.of(id, times[id]))
	}
	for id, added := range times {
		if _, ok := k.fixed[id]; !ok {
			out = append(out, k.of(id, added))
		}
	}
	slices.SortFunc(out, func(a, b models.RoomTimes) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Room, b.Room))
	})
	return out, nil
}

// Known implements record.Scheduler.
func (k *Keeper) Known(ctx context.Context) ([]models.Room, error) { return k.KnownRooms(ctx) }

// of returns the times of a room.
func (k *Keeper) of(id string, added []models.ScheduledTime) models.RoomTimes {
	out := models.RoomTimes{Room: id, Added: added, Next: k.next(id, added)}
	if f, ok := k.fixed[id]; ok {
		out.URL, out.Name, out.Profile, out.Fixed, out.Calendar = f.URL, f.Name, f.Profile, f.Schedule, f.Calendar != ""
		out.Always, out.Zone = f.schedule == nil, f.TimeZone
		for i, s := range out.Fixed {
			if f.TimeZone != "" {
				out.Fixed = slices.Clone(out.Fixed)
				out.Fixed[i] = s + " (" + f.TimeZone + ")"
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
	k.mu.Lock()
	defer k.mu.Unlock()
	out.Problem = k.problems[id]
	return out
}

// next returns when the bot is in a room next.
func (k *Keeper) next(id string, added []models.ScheduledTime) []models.Period {
	f, ok := k.fixed[id]
	switch {
	case ok && f.schedule == nil:
		return nil
	case ok && f.Calendar != "":
		return f.schedule.Upcoming(k.Now(), shown)
	}
	return schedule.New(schedule.Config{Table: k.table(id, added)}).Upcoming(k.Now(), shown)
}

// CheckTime implements record.Scheduler.
func (k *Keeper) CheckTime(ctx context.Context, t models.ScheduledTime) (models.ScheduledTime, []models.Period, error) {
	times, err := k.byRoom(ctx)
	if err != nil {
		return t, nil, err
	}
	at, err := models.ParseAddress(t.URL)
	if err != nil {
		return t, nil, invalid(err)
	}
	t.Room = at.ID()
	added := times[t.Room]
	f, fixed := k.fixed[t.Room]
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
	if err := k.reachable(ctx, t); err != nil {
		return t, nil, err
	}
	e, err := timetable.Of(t)
	if err != nil {
		return t, nil, invalid(err)
	}
	if when, clash := k.table(t.Room, added).Overlaps(e, k.Now()); clash {
		return t, nil, conflict(
			"this overlaps a time that the room has already: Earshot is there on %s", when.In(e.Zone).Format("Monday, 2 January, at 15:04"),
		)
	}
	return t, schedule.New(schedule.Config{Table: timetable.Timetable{e}}).Upcoming(k.Now(), shown), nil
}

// reachable returns why the bot can't go to the room of a time.
func (k *Keeper) reachable(ctx context.Context, t models.ScheduledTime) error {
	_, _, err := k.Connector(ctx, requestOf(t))
	if err == nil || errors.Is(err, models.ErrForbidden) {
		return err
	}
	return invalid(err)
}

// AddTime implements record.Scheduler.
func (k *Keeper) AddTime(ctx context.Context, t models.ScheduledTime) (models.ScheduledTime, error) {
	t, _, err := k.CheckTime(ctx, t)
	if err != nil {
		return t, err
	}
	t.ID = strings.ToLower(rand.Text()[:12])
	if err := k.Store.AddScheduledTime(ctx, t); err != nil {
		return t, err
	}
	k.changed()
	return t, nil
}

// RemoveTime implements record.Scheduler.
func (k *Keeper) RemoveTime(ctx context.Context, id, by string) error {
	err := k.Store.RemoveScheduledTime(ctx, id, by)
	if err == nil {
		k.changed()
	}
	return err
}

// changed has Run look at the times.
func (k *Keeper) changed() {
	select {
	case k.look <- struct{}{}:
	default: // it will look anyway
	}
}

func invalid(err error) error {
	return models.WithHint(fmt.Errorf("%w: %w", models.ErrInvalid, err), models.Hint(err))
}

func conflict(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{models.ErrConflict}, args...)...)
}
