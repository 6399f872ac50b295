// Package schedule determines when the bot is to be in a room, by a weekly timetable, a calendar or both, and keeps to it.
package schedule

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"earshot/bot"
	"earshot/bot/schedule/calendar"
	"earshot/models"
)

const (
	// lookEvery is how often the wall clock is compared with the schedule: clocks are set, and machines sleep.
	lookEvery = 10 * time.Second
	// fetchEvery is how often a calendar is read.
	fetchEvery = 15 * time.Minute
	fetchTime  = 15 * time.Second
	// ahead is how far ahead a calendar is expanded.
	ahead       = 62 * 24 * time.Hour
	maxCalendar = 4 << 20
)

// Table is a weekly timetable.
type Table interface {
	// Open returns until when the bot is to be in the room; false if it is not to be there at the given time.
	Open(at time.Time) (until time.Time, ok bool)
	// Next returns when it is to join next; zero if never.
	Next(after time.Time) time.Time
}

// Config configures a Schedule.
type Config struct {
	Table Table
	// Calendar is an https URL, the path of an .ics file, or that of a file with such a URL; it may be empty.
	Calendar string
	// Zone is the time zone of calendar times without one.
	Zone *time.Location
	// Secret reads the file with the calendar's URL.
	Secret func(path string) (string, error)
}

// Schedule determines when the bot is to be in a room. Times are wall-clock times. Its methods may be called from any goroutine.
type Schedule struct {
	Config
	client  *http.Client
	now     func() time.Time // the wall clock
	changed chan struct{}    // tells Keep that the table has changed

	mu      sync.Mutex
	table   Table
	periods []models.Period
}

// New returns a schedule. Keep reads its calendar.
func New(c Config) *Schedule {
	return &Schedule{
		Config: c, client: &http.Client{Timeout: fetchTime, CheckRedirect: onlyHTTPS}, now: wallClock, changed: make(chan struct{}, 1),
		table: c.Table,
	}
}

// SetTable replaces the timetable. Keep follows at once.
func (s *Schedule) SetTable(t Table) {
	s.mu.Lock()
	s.table = t
	s.mu.Unlock()
	select {
	case s.changed <- struct{}{}:
	default: // it will look anyway
	}
}

// wallClock returns the time without a monotonic reading: it jumps when clocks are set, and advances while the machine sleeps.
func wallClock() time.Time { return time.Now().Round(0) }

// onlyHTTPS follows at most three redirects, to https only.
func onlyHTTPS(r *http.Request, via []*http.Request) error {
	if len(via) > 3 || r.URL.Scheme != "https" {
		return errors.New("the calendar's address leads elsewhere")
	}
	return nil
}

// Open implements Table, with the calendar.
func (s *Schedule) Open(at time.Time) (until time.Time, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	until, ok = s.table.Open(at)
	for _, x := range s.periods {
		if !at.Before(x.Start) && at.Before(x.End) && x.End.After(until) {
			until, ok = x.End, true
		}
	}
	return until, ok
}

// Next implements Table, with the calendar.
func (s *Schedule) Next(after time.Time) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	next := s.table.Next(after)
	for _, x := range s.periods {
		if x.Start.After(after) && (next.IsZero() || x.Start.Before(next)) {
			next = x.Start
		}
	}
	return next
}

// Upcoming returns the current and the next stretches of time from a moment on, at most n. Those that touch are one.
func (s *Schedule) Upcoming(at time.Time, n int) (out []models.Period) {
	start := at
	if _, open := s.Open(at); !open {
		start = s.Next(at)
	}
	for ; len(out) < n && !start.IsZero(); start = s.Next(out[len(out)-1].End.Add(-1)) {
		until, open := s.Open(start)
		if !open { // the table has changed
			break
		}
		out = append(out, models.Period{Start: start, End: until})
	}
	return out
}

// refresh reads the calendar. If that fails, the previous content remains.
func (s *Schedule) refresh(ctx context.Context, now time.Time) (problems []error, err error) {
	if s.Calendar == "" {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, fetchTime)
	defer cancel()
	body, err := s.fetch(ctx)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	c, problems, err := calendar.Parse(io.LimitReader(body, maxCalendar), s.Zone)
	if err != nil {
		return nil, err
	}
	periods, err := c.Periods(now.Add(-24*time.Hour), now.Add(ahead))
	if err != nil {
		return problems, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.periods = periods
	return problems, nil
}

// fetch opens the calendar. Errors do not contain its URL, which may be a secret.
func (s *Schedule) fetch(ctx context.Context) (io.ReadCloser, error) {
	address := s.Calendar
	if !strings.Contains(address, "://") {
		if filepath.Ext(address) == ".ics" {
			return os.Open(address)
		}
		var err error
		if address, err = s.Secret(address); err != nil {
			return nil, fmt.Errorf("the calendar's address: %w", err)
		}
		if !strings.HasPrefix(address, "https://") {
			return nil, errors.New("the calendar's address is no https address")
		}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return nil, errors.New("the calendar's address is not valid")
	}
	res, err := s.client.Do(req)
	if err != nil {
		return nil, errors.New("the calendar cannot be fetched")
	}
	if res.StatusCode != http.StatusOK {
		_ = res.Body.Close()
		return nil, fmt.Errorf("the calendar's server answered %d", res.StatusCode)
	}
	return res.Body, nil
}

// Keep keeps to the schedule until the context ends. It calls stay with forGood when it is time to be in the room, with a context
// that ends when it no longer is. If stay returns true, the bot is not to return in the same period. waiting receives the start of
// the next period. sent is when somebody sent the bot out before: it does not return in that period either; zero: nobody did. A value
// from summoned makes the bot join at once, without forGood: it then leaves an empty room.
func (s *Schedule) Keep(
	ctx context.Context, sent time.Time, waiting func(next time.Time), summoned <-chan struct{}, warn func(error),
	stay func(ctx context.Context, forGood bool) (over bool),
) {
	var read, done time.Time // when the calendar was read; until when the bot is not to return
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for ctx.Err() == nil {
		now := s.now()
		if now.Sub(read) >= fetchEvery || now.Before(read) {
			s.read(ctx, now, warn)
			read = now
		}
		if until, open := s.Open(sent); open && !sent.IsZero() && until.After(done) {
			done = until
		}
		if until, open := s.Open(now); open && now.After(done) {
			if s.during(ctx, warn, func(ctx context.Context) bool { return stay(ctx, true) }) {
				done = until
			}
			continue
		}
		waiting(s.Next(now))
		select {
		case <-ctx.Done():
		case <-summoned:
			stay(ctx, false)
		case <-s.changed:
		case <-tick.C:
		}
	}
}

func (s *Schedule) read(ctx context.Context, now time.Time, warn func(error)) {
	problems, err := s.refresh(ctx, now)
	if err != nil && ctx.Err() == nil {
		warn(err)
	}
	for _, p := range problems {
		warn(p)
	}
}

// during runs stay until it is time to leave. The calendar and the clock may change meanwhile.
func (s *Schedule) during(ctx context.Context, warn func(error), stay func(context.Context) (over bool)) (over bool) {
	ctx, leave := context.WithCancelCause(ctx)
	defer leave(nil)
	ended := make(chan bool, 1)
	go func() { ended <- stay(ctx) }()
	look, fetch := time.NewTicker(lookEvery), time.NewTicker(fetchEvery)
	defer look.Stop()
	defer fetch.Stop()
	for {
		select {
		case over := <-ended:
			return over
		case <-fetch.C:
			s.read(ctx, s.now(), warn)
		case <-s.changed:
		case <-look.C:
		}
		if _, open := s.Open(s.now()); !open {
			leave(bot.End(models.EndSchedule, nil))
		}
	}
}
