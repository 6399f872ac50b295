package api

import (
	"errors"
	"net/http"
	"strconv"

	"earshot/models"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/record"
	"earshot/moderation/review/web"
)

type scheduleJSON struct {
	Rooms []models.RoomTimes `json:"rooms"`
}

// scheduleAPI manages the times at which the bot is in rooms.
type scheduleAPI struct{ *API }

// operations are the operations on scheduled times.
func (s scheduleAPI) operations() []operation {
	if s.Rooms.Scheduler == nil {
		return nil
	}
	id := param{"id", "id of an added time"}
	return []operation{
		{"GET", "/api/schedule", "Rooms with scheduled times, and when the bot is there next", nil, nil, scheduleJSON{}, "", s.handle(s.list)},
		{
			"POST", "/api/schedule", "Schedule the bot in a room, weekly or once",
			nil,
			models.TimeRequest{},
			models.TimeAdded{},
			"", s.handle(s.add),
		},
		{
			"DELETE", "/api/schedule/{id}", "Remove an added time; if the bot is in the room because of it, it leaves",
			[]param{id},
			nil,
			models.ScheduledTime{},
			"", s.handle(s.remove),
		},
	}
}

func (s scheduleAPI) list(r *http.Request) (any, error) {
	found, err := s.Rooms.Timetables(r.Context())
	return scheduleJSON{some(found)}, err
}

func (s scheduleAPI) add(r *http.Request) (any, error) {
	if !auth.VisitorOf(r.Context()).Somewhere(models.AccessHost) { // who may invite nowhere learns nothing
		return nil, models.ErrForbidden
	}
	const want = `{"url": "…", "days": [4], "at": "20:00", "minutes": 120, "zone": "Europe/Berlin"}, or a date instead of days`
	in, err := readJSON[models.TimeRequest](r, want)
	if err != nil {
		return nil, err
	}
	f := record.TimeForm{URL: in.URL, Profile: in.Profile, Date: in.Date, At: in.At, Minutes: strconv.Itoa(in.Minutes), Zone: in.Zone}
	for _, d := range in.Days {
		f.Days = append(f.Days, strconv.Itoa(int(d)))
	}
	t, err := f.Read(s.Now())
	if err != nil {
		return nil, web.Explained(err)
	}
	t, next, err := s.Rooms.CheckTime(r.Context(), t)
	if err == nil && !in.Check {
		t, err = s.Rooms.AddTime(r.Context(), t)
	}
	if errors.Is(err, models.ErrForbidden) && models.Hint(err) == "" {
		return nil, err
	}
	return models.TimeAdded{Time: t, Next: next}, web.Explained(err)
}

func (s scheduleAPI) remove(r *http.Request) (any, error) {
	return s.Rooms.RemoveTime(r.Context(), r.PathValue("id"))
}
