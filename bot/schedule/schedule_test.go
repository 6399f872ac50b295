package schedule

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"earshot/configs"
	"earshot/models"
)

// diary notes when the bot comes and goes, by the clock on the wall.
type diary struct {
	jump  atomic.Int64 // ns by which the clock was set
	lines []string
	end   func(ctx context.Context) models.EndReason // nil: stays until it is sent out
}

func (d *diary) now() time.Time { return time.Now().UTC().Add(time.Duration(d.jump.Load())).Round(0) }

func (d *diary) note(what string) {
	d.lines = append(d.lines, what+" "+d.now().Round(10*time.Second).Format("Mon 15:04"))
}

func (d *diary) stay(ctx context.Context) models.EndReason {
	d.note("in")
	defer func() { d.note("out") }()
	if d.end != nil {
		return d.end(ctx)
	}
	<-ctx.Done()
	return models.EndSchedule
}

// scheduleOf is the schedule of a room, as the configuration writes it.
func scheduleOf(t *testing.T, r configs.Room) *Schedule {
	t.Helper()
	r.TimeZone = "UTC"
	table, err := r.Timetable()
	if err != nil {
		t.Fatal(err)
	}
	return New(Config{Table: table, Calendar: r.Calendar, Zone: time.UTC, Secret: func(path string) (string, error) {
		text, err := os.ReadFile(path)
		return strings.TrimSpace(string(text)), err
	}})
}

// keep runs a schedule of weekly times while do happens.
func keep(t *testing.T, d *diary, do func(), times ...string) string {
	t.Helper()
	a := scheduleOf(t, configs.Room{Schedule: times})
	a.now = d.now
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		a.Keep(
			ctx, time.Time{}, func(time.Time) {}, nil, func(err error) { t.Error(err) },
			func(ctx context.Context, _ bool) bool { return d.stay(ctx) == models.EndLeft },
		)
	}()
	do()
	cancel()
	<-done
	return strings.Join(d.lines, ", ")
}

// TestSchedule: the bubble begins on Saturday, 1 January 2000, at midnight.
func TestSchedule(t *testing.T) {
	for _, tt := range []struct {
		name  string
		times []string
		do    func(*diary)
		want  string
	}{
		{
			"comes and goes",
			[]string{"sat 10:00-12:00", "sun 09:00-09:30"},
			func(*diary) { time.Sleep(36 * time.Hour) },
			"in Sat 10:00, out Sat 12:00, in Sun 09:00, out Sun 09:30",
		},
		{"set ahead by an hour", []string{"sat 10:00-12:00"}, func(d *diary) {
			time.Sleep(9*time.Hour + 30*time.Minute)
			d.jump.Store(int64(time.Hour))
			time.Sleep(24 * time.Hour)
		}, "in Sat 10:30, out Sat 12:00"},
		{"set ahead beyond the end", []string{"sat 10:00-12:00"}, func(d *diary) {
			time.Sleep(11*time.Hour + 30*time.Minute)
			d.jump.Store(int64(time.Hour))
			time.Sleep(24 * time.Hour)
		}, "in Sat 10:00, out Sat 12:30"},
		{"set back by an hour", []string{"sat 10:00-12:00"}, func(d *diary) {
			time.Sleep(11*time.Hour + 30*time.Minute)
			d.jump.Store(int64(-time.Hour))
			time.Sleep(24 * time.Hour)
		}, "in Sat 10:00, out Sat 12:00"},
		{"set back before the start", []string{"sat 10:00-12:00"}, func(d *diary) {
			time.Sleep(10*time.Hour + 30*time.Minute)
			d.jump.Store(int64(-time.Hour))
			time.Sleep(24 * time.Hour)
		}, "in Sat 10:00, out Sat 09:30, in Sat 10:00, out Sat 12:00"},
		{"a machine that slept", []string{"sat 10:00-12:00", "sun 10:00-12:00"}, func(d *diary) {
			time.Sleep(9 * time.Hour)
			d.jump.Store(int64(25 * time.Hour)) // nothing ran meanwhile
			time.Sleep(24 * time.Hour)
		}, "in Sun 10:00, out Sun 12:00"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := &diary{}
				if got := keep(t, d, func() { tt.do(d) }, tt.times...); got != tt.want {
					t.Errorf("got  %s\nwant %s", got, tt.want)
				}
			})
		})
	}
}

// TestSentOutForThisTime: whoever sends the bot out is rid of it until the next time.
func TestSentOutForThisTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &diary{end: func(ctx context.Context) models.EndReason {
			select {
			case <-time.After(30 * time.Minute):
				return models.EndLeft
			case <-ctx.Done():
				return models.EndSchedule
			}
		}}
		got := keep(t, d, func() { time.Sleep(48 * time.Hour) }, "daily 10:00-12:00")
		if want := "in Sat 10:00, out Sat 10:30, in Sun 10:00, out Sun 10:30"; got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	})
}

// TestSentOutBeforeItBegan: whoever sent the bot out before the program began, or another process had the room, is rid of it until the
// next time too, also by a calendar that is read only then.
func TestSentOutBeforeItBegan(t *testing.T) {
	midnight := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) // in a bubble
	name := filepath.Join(t.TempDir(), "a.ics")
	text := "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:19991231T230000Z\nDURATION:PT3H\nRRULE:FREQ=DAILY;COUNT=3\nEND:VEVENT\nEND:VCALENDAR\n"
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for sent, want := range map[time.Time]string{
		{}:                             "in Sat 00:00, out Sat 02:00, in Sat 23:00, out Sun 02:00",
		midnight.Add(-time.Hour / 2):   "in Sat 23:00, out Sun 02:00",
		midnight.Add(-24 * time.Hour):  "in Sat 00:00, out Sat 02:00, in Sat 23:00, out Sun 02:00",
		midnight.Add(-100 * time.Hour): "in Sat 00:00, out Sat 02:00, in Sat 23:00, out Sun 02:00",
	} {
		synctest.Test(t, func(t *testing.T) {
			d := &diary{}
			a := scheduleOf(t, configs.Room{Calendar: name})
			a.now = d.now
			ctx, cancel := context.WithTimeout(t.Context(), 36*time.Hour)
			defer cancel()
			a.Keep(ctx, sent, func(time.Time) {}, nil, func(err error) { t.Error(err) }, func(ctx context.Context, _ bool) bool {
				return d.stay(ctx) == models.EndLeft
			})
			if got := strings.Join(d.lines, ", "); got != want {
				t.Errorf("sent out %v:\ngot  %s\nwant %s", sent, got, want)
			}
		})
	}
}

// TestCalendarIsFetched over TLS, from a file, and by a file that holds the address; a server in trouble changes nothing,
// and no error holds the address.
func TestCalendarIsFetched(t *testing.T) {
	const text = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20261127T190000Z\nDURATION:PT2H\nEND:VEVENT\nEND:VCALENDAR\n"
	status := http.StatusOK
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/away" {
			http.Redirect(w, r, "http://127.0.0.1:1/s3cret", http.StatusFound)
			return
		}
		w.WriteHeader(status)
		fmt.Fprint(w, text)
	}))
	defer server.Close()
	dir := t.TempDir()
	for name, text := range map[string]string{"a.ics": text, "address": server.URL + "/s3cret\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	at := time.Date(2026, 11, 27, 19, 0, 0, 0, time.UTC)
	read := func(source string) (*Schedule, error) {
		a := scheduleOf(t, configs.Room{Calendar: source})
		a.client.Transport = server.Client().Transport
		_, err := a.refresh(t.Context(), at)
		return a, err
	}
	var last *Schedule
	for _, source := range []string{server.URL + "/s3cret", filepath.Join(dir, "a.ics"), filepath.Join(dir, "address")} {
		a, err := read(source)
		if until, open := a.Open(at); err != nil || !open || until.Sub(at) != 2*time.Hour {
			t.Errorf("%s: %v, open %v until %v", source, err, open, until)
		}
		last = a
	}
	status = http.StatusBadGateway
	if _, err := last.refresh(t.Context(), at); err == nil || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("a server in trouble: %v", err)
	}
	if _, open := last.Open(at); !open {
		t.Error("what was read before is gone")
	}
	for _, source := range []string{server.URL + "/away", "https://127.0.0.1:1/s3cret", filepath.Join(dir, "none.ics")} {
		if _, err := read(source); err == nil || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v", source, err)
		}
	}
	if _, err := read(filepath.Join(dir, "none.ics")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}
