// Package roomtimes keeps the bot in rooms at the times that hosts have added to those of the configuration.
package roomtimes

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"earshot/bot"
	"earshot/bot/fleet"
	"earshot/bot/schedule"
	"earshot/configs"
	"earshot/models"
	"earshot/models/store"
	"earshot/models/timetable"
)

// Config configures a Scheduler.
type Config struct {
	Store store.Schedules
	Fleet interface {
		Want(ctx context.Context, r fleet.JoinRequest) error
		Unwant(room string) bool
	}
	// Connector checks whether the bot can go to a room. It connects to nothing.
	Connector func(ctx context.Context, r fleet.JoinRequest) (models.Room, bot.Connector, error)
	// KnownRooms lists the rooms of the configuration and of the record.
	KnownRooms func(ctx context.Context) ([]models.Room, error)
	// Rooms are those of the configuration, and Wanted the requests for them.
	Rooms  []configs.Room
	Wanted []fleet.JoinRequest
	Log    *slog.Logger
	// Now returns the time; nil means time.Now.
	Now func() time.Time
}

// Scheduler keeps the bot in rooms at their times, in whichever process. It implements record.Scheduler. Its methods may be called from any
// goroutine.
type Scheduler struct {
	Config
	fixed map[string]fixedRoom // by room id
	look  chan struct{}        // the times have changed

	mu       sync.Mutex
	problems map[string]string // why the bot can't be in a room at its times
}

// fixedRoom is a room of the configuration.
type fixedRoom struct {
	configs.Room
	schedule *schedule.Schedule // nil: the bot is always there
	table    timetable.Timetable
}

// New returns a scheduler. Run runs it.
func New(c Config) *Scheduler {
	if c.Now == nil {
		c.Now = time.Now
	}
	s := &Scheduler{Config: c, fixed: map[string]fixedRoom{}, look: make(chan struct{}, 1), problems: map[string]string{}}
	for i, r := range c.Rooms {
		at, err := models.ParseAddress(r.URL)
		if err != nil || i >= len(c.Wanted) {
			continue
		}
		table, _ := r.Timetable() // it was read before
		s.fixed[at.ID()] = fixedRoom{r, c.Wanted[i].Schedule, table}
	}
	return s
}

// lookEvery is how often times that another process has changed are read.
const lookEvery = 10 * time.Second

// kept is a room with added times.
type kept struct {
	ids      []string // of the times in the schedule
	schedule *schedule.Schedule
	wanted   bool // the fleet has it
}

// Run keeps to the times until the context ends.
func (s *Scheduler) Run(ctx context.Context) {
	rooms := map[string]*kept{}
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		if err := s.keep(ctx, rooms); err != nil && ctx.Err() == nil {
			s.Log.Warn("the times of rooms cannot be read", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-s.look:
		}
	}
}

// keep brings the schedules of all rooms up to date.
func (s *Scheduler) keep(ctx context.Context, rooms map[string]*kept) error {
	times, err := s.byRoom(ctx)
	if err != nil {
		return err
	}
	for id := range times {
		if f, ok := s.fixed[id]; rooms[id] == nil && (!ok || f.schedule != nil) {
			rooms[id] = &kept{schedule: f.schedule}
		}
	}
	for id, room := range rooms {
		added := times[id]
		s.fill(id, room, added)
		if _, ok := s.fixed[id]; ok {
			continue
		}
		err := s.want(ctx, room, added)
		if len(added) == 0 || errors.Is(err, models.ErrForbidden) {
			if room.wanted = !s.Fleet.Unwant(id); !room.wanted && len(added) == 0 {
				delete(rooms, id)
			}
		}
		s.noteProblem(id, err)
	}
	return nil
}

// byRoom returns the added times by room.
func (s *Scheduler) byRoom(ctx context.Context) (map[string][]models.ScheduledTime, error) {
	all, err := s.Store.ScheduledTimes(ctx, s.Now())
	out := map[string][]models.ScheduledTime{}
	for _, t := range all {
		out[t.Room] = append(out[t.Room], t)
	}
	return out, err
}

// fill puts the added times of a room into its schedule.
func (s *Scheduler) fill(id string, room *kept, added []models.ScheduledTime) {
	ids := make([]string, len(added))
	for i, t := range added {
		ids[i] = t.ID
	}
	if room.schedule != nil && slices.Equal(ids, room.ids) {
		return
	}
	table := s.table(id, added)
	if room.schedule == nil {
		room.schedule = schedule.New(schedule.Config{Table: table, Zone: time.Local})
	} else {
		room.schedule.SetTable(table)
	}
	room.ids = ids
}

// table returns when the bot is to be in a room, but for a calendar.
func (s *Scheduler) table(id string, added []models.ScheduledTime) timetable.Timetable {
	out := slices.Clone(s.fixed[id].table)
	for _, t := range added {
		if e, err := timetable.Of(t); err == nil { // zones may differ between machines
			out = append(out, e)
		}
	}
	return out
}

// want has the bot wait for its times in a room, unless it does already.
func (s *Scheduler) want(ctx context.Context, room *kept, added []models.ScheduledTime) error {
	if len(added) == 0 {
		return nil
	}
	r := requestOf(added[0])
	r.Standing, r.Schedule = true, room.schedule
	if room.wanted { // an owner may have withdrawn the server's permission
		_, _, err := s.Connector(ctx, r)
		return err
	}
	err := s.Fleet.Want(ctx, r)
	if room.wanted = err == nil; errors.Is(err, fleet.ErrThere) { // it was invited, and is wanted once it leaves
		return nil
	}
	return err
}

func requestOf(t models.ScheduledTime) fleet.JoinRequest {
	return fleet.JoinRequest{Address: t.URL, Name: t.Name, Profile: t.Profile}
}

func (s *Scheduler) noteProblem(id string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		delete(s.problems, id)
		return
	}
	if s.problems[id] != err.Error() {
		s.Log.Warn("the bot cannot be in a room at its times", "room", id, "err", err)
	}
	s.problems[id] = err.Error()
}
