package node

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"earshot/models"
)

// list is a database whose clock is ahead of the machine's, and whose answers take a while.
type list struct {
	mu            sync.Mutex
	ahead, takes  time.Duration
	down          error
	nodes         map[string]models.Node
	beats, sweeps int
	drain         bool
}

func (l *list) Beat(_ context.Context, n models.Node) (time.Time, bool, error) {
	time.Sleep(l.takes)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.beats++
	if l.down != nil {
		return time.Time{}, false, l.down
	}
	l.nodes[n.ID] = n
	return time.Now().Add(l.ahead - l.takes/2), l.drain, nil
}

func (l *list) LeaveNode(_ context.Context, id string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.nodes, id)
	return nil
}

func (l *list) SweepNodes(context.Context, time.Duration) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sweeps++
	return nil
}

func (l *list) set(ahead time.Duration, down error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ahead, l.down = ahead, down
}

// order has the nodes drained, or take rooms again.
func (l *list) order(drain bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.drain = drain
}

// seen returns the numbers of beats and sweeps, and the node of an id.
func (l *list) seen(id string) (beats, sweeps int, n models.Node) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.beats, l.sweeps, l.nodes[id]
}

// A node says once a second that it lives, goes on when the database was away, knows how the clocks differ, and says goodbye.
func TestNodeLives(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &list{takes: 20 * time.Millisecond, nodes: map[string]models.Node{}}
		var told []bool
		n := New(Config{
			Store: l, Name: "east", Version: "1", Log: slog.New(slog.DiscardHandler),
			Info:  func() models.NodeInfo { return models.NodeInfo{Rooms: 3} },
			Drain: func(on bool) { told = append(told, on) },
		})
		ctx, cancel := context.WithCancel(t.Context())
		var all sync.WaitGroup
		all.Go(func() {
			if err := n.Run(ctx); err != nil {
				t.Error(err)
			}
		})
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if beats, _, got := l.seen(n.ID()); beats < 9 || got.Name != "east" || got.Info.Rooms != 3 || got.Info.ClockMS != 0 {
			t.Errorf("%d beats, %+v", beats, got)
		}
		l.set(-10*time.Second, nil)
		time.Sleep(3 * time.Second)
		if i := n.Own().Info; i.ClockMS != 10_000 || i.ClockOffMS < 1 || i.ClockOffMS > 20 {
			t.Errorf("ten seconds ahead: %+v", i)
		}
		l.set(0, errors.New("down"))
		time.Sleep(time.Minute)
		l.set(0, nil)
		time.Sleep(2 * time.Second)
		if i := n.Own().Info; i.ClockMS != 0 {
			t.Errorf("set right: %+v", i)
		}
		for _, on := range []bool{true, false} {
			l.order(on)
			time.Sleep(5 * time.Second)
			if n.Own().Draining != on {
				t.Errorf("told %v: %+v", on, n.Own())
			}
		}
		time.Sleep(time.Hour)
		if _, sweeps, _ := l.seen(n.ID()); sweeps != 1 {
			t.Errorf("%d sweeps", sweeps)
		}
		cancel()
		all.Wait()
		if len(l.nodes) != 0 {
			t.Errorf("left behind: %+v", l.nodes)
		}
		if !slices.Equal(told, []bool{true, false}) {
			t.Errorf("to be drained: %v", told)
		}
	})
}

// Of comparisons of the clocks the one that took least counts, as long as the others allow it.
func TestClock(t *testing.T) {
	at := time.Unix(1000, 0)
	for _, tt := range []struct {
		name       string
		ahead      []time.Duration
		took       []time.Duration
		want, most time.Duration
	}{
		{"one", []time.Duration{time.Second}, []time.Duration{0}, time.Second, time.Millisecond},
		{
			"the quick one",
			[]time.Duration{0, 10 * time.Millisecond},
			[]time.Duration{2 * time.Millisecond, time.Second},
			0,
			2 * time.Millisecond,
		},
		{"set since", []time.Duration{0, time.Minute}, []time.Duration{0, time.Second}, time.Minute, 501 * time.Millisecond},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var c clock
			for i, ahead := range tt.ahead {
				c.compare(at, at.Add(tt.took[i]), at.Add(tt.took[i]/2-ahead))
			}
			if c.ahead != tt.want || c.off != tt.most {
				t.Errorf("%v ± %v", c.ahead, c.off)
			}
		})
	}
}
