package roomtimes

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"earshot/bot"
	"earshot/bot/fleet"
	"earshot/bot/schedule"
	"earshot/configs"
	"earshot/models"
)

// book is a store of times in memory.
type book struct {
	mu    sync.Mutex
	times []models.ScheduledTime
}

func (b *book) ScheduledTimes(_ context.Context, now time.Time) (out []models.ScheduledTime, _ error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, t := range b.times {
		if t.Until.IsZero() || t.Until.After(now) {
			out = append(out, t)
		}
	}
	return out, nil
}

func (b *book) AddScheduledTime(_ context.Context, t models.ScheduledTime) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.times = append(b.times, t)
	return nil
}

func (b *book) RemoveScheduledTime(_ context.Context, id, _ string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i, t := range b.times {
		if t.ID == id {
			b.times = append(b.times[:i:i], b.times[i+1:]...)
			return nil
		}
	}
	return models.ErrNotFound
}

// rooms notes what is wanted of the fleet.
type rooms struct {
	mu     sync.Mutex
	wanted map[string]*schedule.Schedule
	busy   bool // a session is in progress
	away   bool // the server is no longer allowed
}

func (r *rooms) Want(_ context.Context, q fleet.JoinRequest) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.away {
		return models.ErrForbidden
	}
	r.wanted[q.Address] = q.Schedule
	return nil
}

func (r *rooms) Unwant(room string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.busy {
		delete(r.wanted, room)
	}
	return !r.busy
}

func (r *rooms) connector(context.Context, fleet.JoinRequest) (models.Room, bot.Connector, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.away {
		return models.Room{}, nil, models.ErrForbidden
	}
	return models.Room{}, nil, nil
}

func (r *rooms) set(busy, away bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.busy, r.away = busy, away
}

// of is the schedule with which a room is wanted; nil: it is not.
func (r *rooms) of(room string) *schedule.Schedule {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.wanted[room]
}

const club, always, other = "lounge://127.0.0.1:9/club", "lounge://127.0.0.1:9/always", "lounge://127.0.0.1:9/other"

// schedulerOf has a room with a schedule and one without in its configuration.
func schedulerOf(t *testing.T, b *book, r *rooms) (*Scheduler, *schedule.Schedule) {
	t.Helper()
	c := configs.Room{URL: club, Name: "Club", Schedule: []string{"fri 19:00-21:00"}, TimeZone: "UTC"}
	table, err := c.Timetable()
	if err != nil {
		t.Fatal(err)
	}
	times := schedule.New(schedule.Config{Table: table, Zone: time.UTC})
	return New(Config{
		Store: b, Fleet: r, Connector: r.connector, Rooms: []configs.Room{c, {URL: always}},
		Wanted: []fleet.JoinRequest{{Schedule: times}, {}}, Log: slog.New(slog.DiscardHandler),
	}), times
}

func thursday(url string) models.ScheduledTime {
	return models.ScheduledTime{URL: url, Days: []time.Weekday{time.Thursday}, From: 20 * 60, Minutes: 120, Zone: "UTC", By: "kim"}
}

// TestTimesHoldAtOnce: a time of a room in the configuration joins its others, another room is wanted while it has times, a session in
// progress goes on, and a server that is no longer allowed is left alone. The bubble begins on Saturday, 1 January 2000.
func TestTimesHoldAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, r := &book{}, &rooms{wanted: map[string]*schedule.Schedule{}}
		s, clubs := schedulerOf(t, b, r)
		ctx, stop := context.WithCancel(t.Context())
		go s.Run(ctx)
		next := func(s *schedule.Schedule) string {
			synctest.Wait()
			if s == nil {
				return "not wanted"
			}
			var out []string
			for _, x := range s.Upcoming(time.Now(), 3) {
				out = append(out, x.Start.UTC().Format("Mon 2 15:04"))
			}
			return strings.Join(out, ", ")
		}
		is := func(what string, s *schedule.Schedule, want string) {
			t.Helper()
			if got := next(s); got != want {
				t.Errorf("%s: %s, want %s", what, got, want)
			}
		}
		is("configured", clubs, "Fri 7 19:00, Fri 14 19:00, Fri 21 19:00")
		in, err := s.AddTime(ctx, thursday(club))
		if err != nil || in.Name != "Club" || in.ID == "" {
			t.Errorf("%+v, %v", in, err)
		}
		is("added", clubs, "Thu 6 20:00, Fri 7 19:00, Thu 13 20:00")
		out, err := s.AddTime(ctx, thursday(other))
		if err != nil {
			t.Error(err)
		}
		synctest.Wait()
		is("another room", r.of(other), "Thu 6 20:00, Thu 13 20:00, Thu 20 20:00")
		listed, err := s.Timetables(ctx)
		if err != nil || len(listed) != 3 || len(listed[0].Added)+len(listed[1].Added)+len(listed[2].Added) != 2 {
			t.Errorf("%+v, %v", listed, err)
		}
		r.set(true, false)
		if err := errors.Join(s.RemoveTime(ctx, in.ID, "kim"), s.RemoveTime(ctx, out.ID, "kim")); err != nil {
			t.Error(err)
		}
		is("removed", clubs, "Fri 7 19:00, Fri 14 19:00, Fri 21 19:00")
		is("while it listens", r.of(other), "")
		r.set(false, false)
		time.Sleep(lookEvery)
		synctest.Wait()
		if r.of(other) != nil {
			t.Error("still wanted")
		}
		once := thursday(other)
		once.Days, once.Date, once.Until = nil, "2000-01-02", time.Date(2000, 1, 2, 22, 0, 0, 0, time.UTC)
		if _, err := s.AddTime(ctx, once); err != nil {
			t.Error(err)
		}
		synctest.Wait()
		is("once", r.of(other), "Sun 2 20:00")
		r.set(false, true)
		time.Sleep(lookEvery)
		synctest.Wait()
		if listed, err := s.Timetables(ctx); r.of(other) != nil || err != nil || listed[len(listed)-1].Problem == "" {
			t.Errorf("%+v, %v", listed, err)
		}
		r.set(false, false)
		time.Sleep(lookEvery)
		synctest.Wait()
		is("allowed again", r.of(other), "Sun 2 20:00")
		time.Sleep(3 * 24 * time.Hour)
		synctest.Wait()
		if r.of(other) != nil {
			t.Error("wanted after it was over")
		}
		stop()
	})
}

// TestTimesRefused: what cannot be is refused, with what stands against it.
func TestTimesRefused(t *testing.T) {
	b, r := &book{}, &rooms{wanted: map[string]*schedule.Schedule{}}
	s, _ := schedulerOf(t, b, r)
	friday := thursday(club)
	friday.Days = []time.Weekday{time.Friday}
	for name, c := range map[string]struct {
		time models.ScheduledTime
		want error
		says string
	}{
		"always there":  {thursday(always), models.ErrConflict, "all the time"},
		"an overlap":    {friday, models.ErrConflict, "overlaps"},
		"not a room":    {thursday("club"), models.ErrInvalid, ""},
		"no such place": {models.ScheduledTime{URL: other, Days: []time.Weekday{1}, Minutes: 60, Zone: "Moon/Sea"}, models.ErrInvalid, "Moon"},
	} {
		if _, err := s.AddTime(t.Context(), c.time); !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for n := range mostTimes {
		x := thursday(other)
		x.ID, x.Room = fmt.Sprint(n), "lounge://127.0.0.1:9/other"
		if err := b.AddScheduledTime(t.Context(), x); err != nil {
			t.Fatal(err)
		}
	}
	friday.URL = other
	if _, err := s.AddTime(t.Context(), friday); !errors.Is(err, models.ErrConflict) || !strings.Contains(err.Error(), "50 times") {
		t.Errorf("one too many: %v", err)
	}
	r.set(false, true)
	if _, err := s.AddTime(t.Context(), thursday(club)); !errors.Is(err, models.ErrForbidden) {
		t.Error(err)
	}
}
