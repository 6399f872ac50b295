package events

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"earshot/models"
)

func line(session string, n int) models.Event {
	return models.Event{SessionID: session, Utterance: &models.Utterance{Text: fmt.Sprint(n)}}
}

// drain takes what waits in the watcher without blocking.
func drain(w *Watcher) (seqs []uint64) {
	for {
		select {
		case e, ok := <-w.Events():
			if !ok {
				return seqs
			}
			seqs = append(seqs, e.Seq)
		default:
			return seqs
		}
	}
}

func TestHubDeliversInOrderToThoseWhoWatchTheSession(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := NewHub(HubConfig{})
		one, err := h.Subscribe("a", Cursor{})
		if err != nil {
			t.Fatal(err)
		}
		all, err := h.Subscribe("", Cursor{})
		if err != nil {
			t.Fatal(err)
		}
		var gotOne, gotAll []uint64
		var wg sync.WaitGroup
		wg.Go(func() {
			for e := range one.Events() {
				gotOne = append(gotOne, e.Seq)
			}
		})
		wg.Go(func() {
			for e := range all.Events() {
				gotAll = append(gotAll, e.Seq)
			}
		})
		for i := range 6 {
			h.Publish(line([]string{"a", "b"}[i%2], i))
			time.Sleep(time.Second)
		}
		h.Close()
		wg.Wait()
		if want := "[1 3 5]"; fmt.Sprint(gotOne) != want {
			t.Errorf("watcher of a saw %v, want %v", gotOne, want)
		}
		if want := "[1 2 3 4 5 6]"; fmt.Sprint(gotAll) != want {
			t.Errorf("watcher of all saw %v, want %v", gotAll, want)
		}
		if !errors.Is(one.Err(), ErrClosed) {
			t.Errorf("err = %v, want ErrClosed", one.Err())
		}
		if _, err := h.Subscribe("a", Cursor{}); !errors.Is(err, ErrClosed) {
			t.Errorf("subscribe to a closed hub: %v", err)
		}
	})
}

func TestHubDropsTheSlowAndOnlyTheSlow(t *testing.T) {
	h := NewHub(HubConfig{Buffer: 4})
	slow, _ := h.Subscribe("a", Cursor{})
	quick, _ := h.Subscribe("a", Cursor{})
	var seen []uint64
	for i := range 10 {
		h.Publish(line("a", i))
		seen = append(seen, drain(quick)...)
	}
	if fmt.Sprint(seen) != "[1 2 3 4 5 6 7 8 9 10]" || quick.Err() != nil {
		t.Errorf("the quick one saw %v (%v)", seen, quick.Err())
	}
	got := drain(slow)
	if fmt.Sprint(got) != "[1 2 3 4]" || !errors.Is(slow.Err(), ErrSlow) {
		t.Fatalf("the slow one saw %v (%v), want four events and ErrSlow", got, slow.Err())
	}
	if h.Watchers() != 1 {
		t.Errorf("%d watchers left, want 1", h.Watchers())
	}
	again, err := h.Subscribe("a", Cursor{Hub: h.Cursor().Hub, Seq: got[len(got)-1]})
	if err != nil {
		t.Fatal(err)
	}
	if rest := drain(again); fmt.Sprint(rest) != "[5 6 7 8 9 10]" {
		t.Errorf("resumed with %v, want 5 to 10", rest)
	}
	again.Close()
	again.Close()
	if _, open := <-again.Events(); open || again.Err() != nil {
		t.Errorf("closed watcher: open=%v err=%v", open, again.Err())
	}
}

func TestHubResume(t *testing.T) {
	h := NewHub(HubConfig{Replay: 3})
	for i := range 5 {
		h.Publish(line("a", i))
		h.Publish(models.Event{SessionID: "a", Partial: &models.Partial{}})
	}
	id := h.Cursor().Hub // lines have the odd numbers to 9; 5, 7 and 9 are held
	tests := []struct {
		name  string
		after Cursor
		want  string
		err   error
	}{
		{"from now", Cursor{}, "[]", nil},
		{"from the end", Cursor{id, 10}, "[]", nil},
		{"after a partial", Cursor{id, 8}, "[9]", nil},
		{"all that is held", Cursor{id, 3}, "[5 7 9]", nil},
		{"too old", Cursor{id, 2}, "", ErrGone},
		{"from the future", Cursor{id, 11}, "", ErrGone},
		{"of another run", Cursor{"other", 9}, "", ErrGone},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w, err := h.Subscribe("a", tt.after)
			if !errors.Is(err, tt.err) {
				t.Fatalf("err = %v, want %v", err, tt.err)
			}
			if err != nil {
				return
			}
			defer w.Close()
			if got := fmt.Sprint(drain(w)); got != tt.want {
				t.Errorf("replayed %v, want %v", got, tt.want)
			}
		})
	}
}

// TestHubManyAtOnce looks for races: publishers, watchers that read, that leave, and that never read.
func TestHubManyAtOnce(t *testing.T) {
	h := NewHub(HubConfig{Buffer: 2000, Replay: 64})
	var publishers, watchers sync.WaitGroup
	const events = 400
	complete := make(chan int, 8)
	for i := range 8 {
		w, err := h.Subscribe("", Cursor{})
		if err != nil {
			t.Fatal(err)
		}
		watchers.Go(func() {
			last, n := uint64(0), 0
			for e := range w.Events() {
				if e.Seq != last+1 {
					t.Errorf("event %d after %d", e.Seq, last)
				}
				last = e.Seq
				if n++; i == 0 && n == 10 {
					w.Close()
				}
			}
			complete <- n
		})
	}
	idle, _ := h.Subscribe("", Cursor{})
	for p := range 4 {
		publishers.Go(func() {
			for i := range events {
				h.Publish(line(fmt.Sprint("s", p), i))
			}
		})
	}
	publishers.Wait()
	h.Close()
	watchers.Wait()
	close(complete)
	full := 0
	for n := range complete {
		if n == 4*events {
			full++
		}
	}
	if full < 7 {
		t.Errorf("%d watchers saw all events, want 7", full)
	}
	if n := len(drain(idle)); n != 4*events {
		t.Errorf("the idle watcher has %d events waiting, want %d", n, 4*events)
	}
}

func FuzzParseCursor(f *testing.F) {
	h := NewHub(HubConfig{})
	for _, s := range []string{
		"", "abc-1", "-1", "abc-", "a-b-3", "abc-18446744073709551616", "x-0", h.Cursor().Hub + "-1", h.Text(h.Cursor()),
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := h.Parse(s)
		if err != nil {
			return
		}
		back, err := h.Parse(h.Text(c))
		if err != nil || back != c {
			t.Errorf("%q became %+v, then %+v (%v)", s, c, back, err)
		}
	})
}
