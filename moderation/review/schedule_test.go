package review

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"earshot/models"
	"earshot/models/timetable"
	"earshot/moderation/review/auth"
)

// calendar stores the times of a room named stage.
type calendar struct {
	mu    sync.Mutex
	times []models.ScheduledTime
	next  int
}

func (c *calendar) Timetables(context.Context) ([]models.RoomTimes, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return []models.RoomTimes{
		{Room: "other", URL: "lounge://a/other", Name: "Other room", Always: true},
		{
			Room: "stage", URL: "lounge://a/stage", Name: "Stage", Fixed: []string{"fri 19:00-21:00"}, Zone: "Europe/Berlin",
			Added: slices.Clone(c.times),
			Next:  []models.Period{{Start: time.Date(2026, 12, 4, 18, 0, 0, 0, time.UTC), End: time.Date(2026, 12, 4, 20, 0, 0, 0, time.UTC)}},
		},
	}, nil
}

func (*calendar) Known(context.Context) ([]models.Room, error) { return nil, nil }

func (c *calendar) CheckTime(_ context.Context, t models.ScheduledTime) (models.ScheduledTime, []models.Period, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var table timetable.Timetable
	for _, x := range c.times {
		e, err := timetable.Of(x)
		if err != nil {
			return t, nil, err
		}
		table = append(table, e)
	}
	e, err := timetable.Of(t)
	if err != nil {
		return t, nil, err
	}
	if _, clash := table.Overlaps(e, time.Now()); clash {
		return t, nil, fmt.Errorf("%w: this overlaps a time that the room has already", models.ErrConflict)
	}
	t.Room = "stage"
	next := table.Next(time.Now())
	return t, []models.Period{{Start: next, End: next}}, nil
}

func (c *calendar) AddTime(ctx context.Context, t models.ScheduledTime) (models.ScheduledTime, error) {
	t, _, err := c.CheckTime(ctx, t)
	c.mu.Lock()
	defer c.mu.Unlock()
	if err == nil {
		c.next++
		t.ID = fmt.Sprint("t", c.next)
		c.times = append(c.times, t)
	}
	return t, err
}

func (c *calendar) RemoveTime(_ context.Context, id, _ string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.times = slices.DeleteFunc(c.times, func(t models.ScheduledTime) bool { return t.ID == id })
	return nil
}

func thursdays(do string) url.Values {
	return url.Values{
		"url": {"lounge://a/stage"}, "day": {"4"}, "at": {"20:00"}, "minutes": {"120"}, "zone": {"Europe/Berlin"}, "do": {do},
	}
}

// TestScheduled: a time is shown before it is saved, who added it is stored, it can be undone, and invalid ones are explained.
func TestScheduled(t *testing.T) {
	c := &calendar{}
	s := serve(t, heardRoom(), func(x *Config) { withDesk(&fakeDesk{})(x); x.Scheduler = c })
	inOrder(t, ask(t, s, "GET", "/schedule").Body.String(), "Other room", "always", "Stage", "fri 19:00-21:00", "Fri 4 Dec 19:00 – 21:00 CET")
	inOrder(t, ask(t, s, "GET", "/").Body.String(), `href="/schedule"`)
	w := post(t, s, "/schedule", thursdays("show"))
	inOrder(t, w.Body.String(), "Nothing is saved yet", "every Thursday, 20:00–22:00 (Europe/Berlin)", "Save this time")
	if len(c.times) > 0 {
		t.Error("saved before it was shown")
	}
	w = post(t, s, "/schedule", thursdays("save"))
	inOrder(t, w.Body.String(), "Added: every Thursday", "Undo", "every Thursday, 20:00–22:00", "added by", "Remove")
	if len(c.times) != 1 || c.times[0].By == "" {
		t.Fatalf("%+v", c.times)
	}
	w = post(t, s, "/schedule", thursdays("save"))
	inOrder(t, w.Body.String(), "This overlaps a time")
	if w.Code != http.StatusBadRequest || len(c.times) != 1 {
		t.Errorf("%d %+v", w.Code, c.times)
	}
	w = post(t, s, "/schedule", url.Values{"do": {"remove"}, "id": {"t1"}})
	inOrder(t, w.Body.String(), "Removed: every Thursday", `name="at" value="20:00"`, "Undo")
	if len(c.times) > 0 {
		t.Errorf("%+v", c.times)
	}
	if w := post(t, s, "/schedule", url.Values{"do": {"remove"}, "id": {"t1"}}); w.Code != http.StatusNotFound {
		t.Errorf("removed twice: %d", w.Code)
	}
}

// TestWhoSchedules: a host of the room adds and removes times, others who see the room only read them, and users of other rooms see
// none.
func TestWhoSchedules(t *testing.T) {
	c := &calendar{}
	s, d := guarded(t, auth.ModeRequired, func(x *Config) { withDesk(&fakeDesk{})(x); x.Scheduler = c })
	for name, x := range map[string]struct {
		access         models.Access
		room           string
		add, bad, list int
		sees           bool
	}{
		"host":          {models.AccessHost, "stage", http.StatusOK, http.StatusBadRequest, http.StatusOK, true},
		"reviewer":      {models.AccessReviewer, "stage", http.StatusForbidden, http.StatusForbidden, http.StatusOK, true},
		"host of other": {models.AccessHost, "elsewhere", http.StatusForbidden, http.StatusBadRequest, http.StatusOK, false},
	} {
		c.times = nil
		b := &browser{t: t, s: s, from: "192.0.2.7", cookie: d.enter(models.User{
			ID: name, Name: name, Rooms: map[string]models.Access{x.room: x.access},
		})}
		if got := b.do("POST", "/schedule", thursdays("save")).Code; got != x.add {
			t.Errorf("%s adds: %d", name, got)
		}
		if got := b.do("POST", "/schedule", url.Values{"do": {"show"}}).Code; got != x.bad {
			t.Errorf("%s sends an empty form: %d", name, got)
		}
		w := b.do("GET", "/schedule", nil)
		if w.Code != x.list {
			t.Errorf("%s lists: %d", name, w.Code)
		}
		if sees := strings.Contains(w.Body.String(), "fri 19:00"); sees != x.sees {
			t.Errorf("%s sees the times: %v", name, sees)
		}
		if x.add != http.StatusOK && len(c.times) > 0 {
			t.Errorf("%s added %+v", name, c.times)
		}
	}
}

// TestScheduleInABrowser: a host's mistakes are explained, on a phone and on a desktop.
func TestScheduleInABrowser(t *testing.T) {
	t.Parallel()
	c := &calendar{}
	inBrowser(t, "schedule.mjs", serve(t, heardRoom(), func(x *Config) { withDesk(&fakeDesk{})(x); x.Scheduler = c }), 6)
	if len(c.times) != 1 {
		t.Errorf("%+v", c.times)
	}
}
