package app

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
	"earshot/bot/calendar"
	"earshot/cmd/earshot/secrets"
	"earshot/configs"
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

// agenda is when the bot is to be in a room: by a weekly timetable, a calendar or both. Times are those of the clock on
// the wall.
type agenda struct {
	table  configs.Timetable
	source string // the calendar: an https address or a path; empty: none
	zone   *time.Location
	client *http.Client
	now    func() time.Time // the clock on the wall

	mu    sync.Mutex
	spans []calendar.Span
}

// NewAgenda is nil for a room without times, in which the bot always is.
func NewAgenda(r configs.Room) (*agenda, error) {
	if len(r.Schedule) == 0 && r.Calendar == "" {
		return nil, nil
	}
	table, err := r.Timetable()
	if err != nil {
		return nil, fmt.Errorf("rooms: %w", err)
	}
	a := &agenda{
		table: table, source: r.Calendar, zone: time.Local, client: &http.Client{Timeout: fetchTime, CheckRedirect: onlyHTTPS},
		now: wallClock,
	}
	if r.TimeZone != "" {
		a.zone, err = time.LoadLocation(r.TimeZone)
	}
	return a, err
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

// open says until when the bot is to be in the room; false: not now.
func (a *agenda) open(at time.Time) (until time.Time, ok bool) {
	until, ok = a.table.Open(at)
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, s := range a.spans {
		if !at.Before(s.Start) && at.Before(s.End) && s.End.After(until) {
			until, ok = s.End, true
		}
	}
	return until, ok
}

// next is when the bot is to come next; zero: not known.
func (a *agenda) next(after time.Time) time.Time {
	next := a.table.Next(after)
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, s := range a.spans {
		if s.Start.After(after) && (next.IsZero() || s.Start.Before(next)) {
			next = s.Start
		}
	}
	return next
}

// refresh reads the calendar. What was read before stays when that fails.
func (a *agenda) refresh(ctx context.Context, now time.Time) (problems []error, err error) {
	if a.source == "" {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, fetchTime)
	defer cancel()
	body, err := a.fetch(ctx)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	c, problems, err := calendar.Parse(io.LimitReader(body, maxCalendar), a.zone)
	if err != nil {
		return nil, err
	}
	spans, err := c.Spans(now.Add(-24*time.Hour), now.Add(ahead))
	if err != nil {
		return problems, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.spans = spans
	return problems, nil
}

// fetch opens the calendar. Errors don't hold its address, which may be a secret.
func (a *agenda) fetch(ctx context.Context) (io.ReadCloser, error) {
	address := a.source
	if !strings.Contains(address, "://") {
		if filepath.Ext(address) == ".ics" {
			return os.Open(address)
		}
		var err error
		if address, err = secrets.File(address); err != nil {
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
	res, err := a.client.Do(req)
	if err != nil {
		return nil, errors.New("the calendar cannot be fetched")
	}
	if res.StatusCode != http.StatusOK {
		_ = res.Body.Close()
		return nil, fmt.Errorf("the calendar's server answered %d", res.StatusCode)
	}
	return res.Body, nil
}

// scheduled keeps to a room's agenda until the context ends: stay is called when it is time to be there, with a context
// that ends when it no longer is. Whoever sends the bot out before ends it for this time alone. waiting is told when the
// next time is. Whatever comes from summoned has it come at once, as a guest that leaves an empty room.
func (a *agenda) scheduled(
	ctx context.Context, waiting func(next time.Time), summoned <-chan struct{}, warn func(error),
	stay func(ctx context.Context, forGood bool) models.EndReason,
) {
	var read, done time.Time // when the calendar was read; until when the bot is not wanted
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for ctx.Err() == nil {
		now := a.now()
		if now.Sub(read) >= fetchEvery || now.Before(read) {
			a.read(ctx, now, warn)
			read = now
		}
		if until, open := a.open(now); open && now.After(done) {
			if over(a.during(ctx, warn, func(ctx context.Context) models.EndReason { return stay(ctx, true) })) {
				done = until
			}
			continue
		}
		waiting(a.next(now))
		select {
		case <-ctx.Done():
		case <-summoned:
			stay(ctx, false)
		case <-tick.C:
		}
	}
}

func (a *agenda) read(ctx context.Context, now time.Time, warn func(error)) {
	problems, err := a.refresh(ctx, now)
	if err != nil && ctx.Err() == nil {
		warn(err)
	}
	for _, p := range problems {
		warn(p)
	}
}

// during stays until it is time to leave. The calendar may change meanwhile, and the clock.
func (a *agenda) during(ctx context.Context, warn func(error), stay func(context.Context) models.EndReason) models.EndReason {
	ctx, leave := context.WithCancelCause(ctx)
	defer leave(nil)
	ended := make(chan models.EndReason, 1)
	go func() { ended <- stay(ctx) }()
	look, fetch := time.NewTicker(lookEvery), time.NewTicker(fetchEvery)
	defer look.Stop()
	defer fetch.Stop()
	for {
		select {
		case reason := <-ended:
			return reason
		case <-fetch.C:
			a.read(ctx, a.now(), warn)
		case <-look.C:
			if _, open := a.open(a.now()); !open {
				leave(bot.End(models.EndSchedule, nil))
			}
		}
	}
}
