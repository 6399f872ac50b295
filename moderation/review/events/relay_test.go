package events

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"earshot/models"
	"earshot/models/store"
)

// sharedLog is a log in memory. Its hints can be lost, and it can be away.
type sharedLog struct {
	mu     sync.Mutex
	events []models.Event
	seq    uint64
	down   error
	told   []func()
	deaf   bool
	writes int
}

func (l *sharedLog) PutEvents(_ context.Context, seen uint64, events []models.Event) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.down != nil {
		return l.down
	}
	if seen > 0 && !slices.ContainsFunc(l.events, func(e models.Event) bool { return e.Seq == seen }) {
		return store.ErrGone
	}
	l.writes++
	l.add(events...)
	for _, told := range l.told {
		told()
	}
	return nil
}

func (l *sharedLog) add(events ...models.Event) {
	for _, e := range events {
		l.seq += 7
		e.Seq = l.seq
		l.events = append(l.events, e)
	}
}

func (l *sharedLog) EventsAfter(_ context.Context, seen uint64, limit int) (out []models.Event, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.down != nil {
		return nil, l.down
	}
	if len(l.events) == 0 {
		l.add(models.Event{})
	}
	i := slices.IndexFunc(l.events, func(e models.Event) bool { return e.Seq == seen })
	if seen > 0 && i < 0 {
		return nil, store.ErrGone
	}
	rest := l.events[i+1:]
	return slices.Clone(rest[:min(limit, len(rest))]), nil
}

func (l *sharedLog) ListenEvents(ctx context.Context, told func()) error {
	l.mu.Lock()
	if !l.deaf {
		l.told = append(l.told, told)
	}
	l.mu.Unlock()
	<-ctx.Done()
	return ctx.Err()
}

func (l *sharedLog) PruneEvents(context.Context) error { return nil }

func (l *sharedLog) erase() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.events = nil
	l.add(models.Event{})
}

func (l *sharedLog) set(down error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.down = down
}

// process is one of several that share a log.
type process struct{ here, pages *Hub }

// processes run on one log until the test ends.
func processes(t *testing.T, l *sharedLog, n int) (out []process) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var all sync.WaitGroup
	t.Cleanup(func() { cancel(); all.Wait() })
	for range n {
		p := process{NewHub(HubConfig{}), NewHub(HubConfig{Lineage: "x", Buffer: 10_000})}
		r := &Relay{Here: p.here, Pages: p.pages, Events: l, Log: slog.New(slog.DiscardHandler)}
		all.Go(func() {
			if err := r.Run(ctx); err != nil {
				t.Error(err)
			}
		})
		out = append(out, p)
	}
	settle()
	return out
}

// settle lets a second pass in the test's own time.
func settle() {
	time.Sleep(time.Second)
	synctest.Wait()
}

// shows are the lines that a watcher has received, "reset" where it must reload, and the cursor after the last.
func shows(p process, w *Watcher) (texts []string, after Cursor) {
	after.Hub = p.pages.Cursor().Hub
	for {
		select {
		case e, ok := <-w.Events():
			if !ok {
				return texts, after
			}
			after.Seq = e.Seq
			switch {
			case e.Utterance != nil:
				texts = append(texts, e.Utterance.Text)
			case e.Partial != nil:
				texts = append(texts, "~"+e.Partial.Tail)
			case e.Floor != nil:
				texts = append(texts, "floor")
			case e.Alarm != nil:
				texts = append(texts, "alarm "+e.Alarm.Text)
			case blank(e):
				texts = append(texts, "reset")
			}
		default:
			return texts, after
		}
	}
}

func watch(t *testing.T, p process, after Cursor) *Watcher {
	t.Helper()
	w, err := p.pages.subscribe(&Watcher{session: "a", page: true}, after)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func wants(t *testing.T, what string, got []string, want string) {
	t.Helper()
	if strings.Join(got, " ") != want {
		t.Errorf("%s: %q, want %q", what, got, want)
	}
}

// Pages of every process show what happens in any, whether hints arrive or not, and resume at another one after a cut.
func TestRelayShowsEverywhere(t *testing.T) {
	for _, deaf := range []bool{false, true} {
		t.Run(fmt.Sprintf("without hints %v", deaf), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := &sharedLog{deaf: deaf}
				ps := processes(t, l, 3)
				own, other := watch(t, ps[0], Cursor{}), watch(t, ps[1], Cursor{})
				partial := func(text string) models.Event {
					return models.Event{SessionID: "a", Partial: &models.Partial{Key: models.Key{Seq: 9}, Tail: text}}
				}
				for i := range 3 {
					ps[0].here.Publish(line("a", i))
					ps[0].here.Publish(partial(fmt.Sprint(i)))
				}
				ps[0].here.Publish(models.Event{SessionID: "a", Floor: &models.Floor{}})
				ps[2].here.Publish(line("b", 7))
				settle()
				got, after := shows(ps[0], own)
				wants(t, "own", got, "0 1 2 ~2 floor")
				got, _ = shows(ps[1], other)
				wants(t, "other", got, "0 1 2 ~2 floor")
				if l.writes != 2 {
					t.Errorf("%d writes", l.writes)
				}
				own.Close()
				ps[0].here.Publish(line("a", 3))
				ps[2].here.Publish(line("a", 4))
				settle()
				got, _ = shows(ps[2], watch(t, ps[2], after))
				slices.Sort(got) // two processes published at once
				wants(t, "resumed elsewhere", got, "3 4 ~2")
			})
		})
	}
}

// After an erasure, and when events were lost, pages of all processes reload; what was about to be told of before is told to nobody.
func TestRelayForgets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &sharedLog{deaf: true}
		ps := processes(t, l, 2)
		w := []*Watcher{watch(t, ps[0], Cursor{}), watch(t, ps[1], Cursor{})}
		ps[0].here.Publish(line("a", 1))
		settle()
		for i := range w {
			got, _ := shows(ps[i], w[i])
			wants(t, "before", got, "1")
		}
		ps[0].here.Publish(line("a", 2))
		synctest.Wait() // it is gathered
		l.erase()
		settle()
		ps[1].here.Publish(line("a", 3))
		settle()
		for i := range w {
			got, _ := shows(ps[i], w[i])
			if all := strings.Join(got, " "); !strings.Contains(all, "reset") || strings.Contains(all, "2") || !strings.HasSuffix(all, "3") {
				t.Errorf("%d: %q", i, got)
			}
		}
	})
}

// While the database is away nothing is lost that fits, and an alarm of the process itself is seen all the same.
func TestRelayOutlivesOutages(t *testing.T) {
	for lines, first := range map[int]string{300: "0", 5000: "reset"} {
		synctest.Test(t, func(t *testing.T) {
			l := &sharedLog{}
			ps := processes(t, l, 2)
			own, other := watch(t, ps[0], Cursor{}), watch(t, ps[1], Cursor{})
			l.set(errors.New("down"))
			ps[0].here.Publish(models.Event{Alarm: &models.Alarm{Text: "full"}})
			for i := range lines {
				ps[0].here.Publish(line("a", i))
				time.Sleep(time.Millisecond)
			}
			settle()
			got, _ := shows(ps[0], own)
			wants(t, "own page", got, "alarm full")
			got, _ = shows(ps[0], watch(t, ps[0], ps[0].pages.Cursor()))
			wants(t, "a page that comes", got, "alarm full")
			l.set(nil)
			settle()
			ps[0].here.Publish(line("a", lines))
			settle()
			got, _ = shows(ps[1], other)
			if len(got) < 2 || got[0] != first || first == "0" && len(got) != lines+1 || got[len(got)-1] != fmt.Sprint(lines) {
				t.Errorf("%d of %d lines: %.80q", len(got), lines, got)
			}
		})
	}
}
