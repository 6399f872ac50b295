// Package schedule says when the bot is to be in a room, by a weekly timetable, a calendar or both, and keeps to it.
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
	// lookEvery is how often the clock on the wall is compared with a timetable: clocks are set, and machines sleep.
	lookEvery = 10 * time.Second
	// fetchEvery is how often a calendar is read again.
	fetchEvery = 15 * time.Minute
	fetchTime  = 15 * time.Second
	// ahead is how far a calendar is looked at.
	ahead       = 62 * 24 * time.Hour
	maxCalendar = 4 << 20
)

// Table is a weekly timetable.
type Table interface {
	// Open says until when the bot is to be in the room; false: not now.
	Open(at time.Time) (until time.Time, ok bool)
	// Next is when it is to come next; zero: never.
	Next(after time.Time) time.Time
}

// Config is what a schedule is made of.
type Config struct {
	Table Table
	// Calendar is an https address, an .ics file, or a file that holds such an address; empty: none.
	Calendar string
	// Zone is where the times of a calendar without a zone are meant.
	Zone *time.Location
	// Secret reads the file that holds the calendar's address.
	Secret func(path string) (string, error)
}

// Schedule is when the bot is to be in a room. Times are those of the clock on the wall. Its methods may be called from any
// goroutine.
type Schedule struct {
	Config
	client *http.Client
	now    func() time.Time // the clock on the wall

	mu    sync.Mutex
	spans []calendar.Span
}

// New makes a schedule. Its calendar is read by Keep.
func New(c Config) *Schedule {
	return &Schedule{Config: c, client: &http.Client{Timeout: fetchTime, CheckRedirect: onlyHTTPS}, now: wallClock}
}

// wallClock is the time as people read it: it jumps when clocks are set, and goes on while the machine sleeps.
func wallClock() time.Time { return time.Now().Round(0) }

// onlyHTTPS follows few redirects, and none that leaves encryption.
func onlyHTTPS(r *http.Request, via []*http.Request) error {
	if len(via) > 3 || r.URL.Scheme != "https" {
		return errors.New("the calendar's address leads elsewhere")
	}
	return nil
}

// Open says until when the bot is to be in the room; false: not now.
func (s *Schedule) Open(at time.Time) (until time.Time, ok bool) {
	until, ok = s.Table.Open(at)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, x := range s.spans {
		if !at.Before(x.Start) && at.Before(x.End) && x.End.After(until) {
			until, ok = x.End, true
		}
	}
	return until, ok
}

// Next is when the bot is to come next; zero: not known.
func (s *Schedule) Next(after time.Time) time.Time {
	next := s.Table.Next(after)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, x := range s.spans {
		if x.Start.After(after) && (next.IsZero() || x.Start.Before(next)) {
			next = x.Start
		}
	}
	return next
}

// refresh reads the calendar. What was read before stays when that fails.
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
	spans, err := c.Spans(now.Add(-24*time.Hour), now.Add(ahead))
	if err != nil {
		return problems, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.spans = spans
	return problems, nil
}

// fetch opens the calendar. Errors don't hold its address, which may be a secret.
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

// Keep keeps to the schedule until the context ends: stay is called when it is time to be in the room, with a context that
// ends when it no longer is. It returns whether the stay was ended for good, which holds for this time alone. waiting is told when the
// next time is. Whatever comes from summoned has it come at once, as a guest that leaves an empty room.
func (s *Schedule) Keep(
	ctx context.Context, waiting func(next time.Time), summoned <-chan struct{}, warn func(error),
	stay func(ctx context.Context, forGood bool) (over bool),
) {
	var read, done time.Time // when the calendar was read; until when the bot is not wanted
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for ctx.Err() == nil {
		now := s.now()
		if now.Sub(read) >= fetchEvery || now.Before(read) {
			s.read(ctx, now, warn)
			read = now
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

// during stays until it is time to leave. The calendar may change meanwhile, and the clock.
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
		case <-look.C:
			if _, open := s.Open(s.now()); !open {
				leave(bot.End(models.EndSchedule, nil))
			}
		}
	}
}
