package transcribe

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"earshot/models"
)

func TestLadder(t *testing.T) {
	var l ladder
	at := time.Unix(1000, 0)
	for i, step := range []struct {
		after, lag time.Duration
		want       Rung
	}{
		{0, 400 * time.Millisecond, RungFull},
		{0, 500 * time.Millisecond, RungSlowPartials},
		{0, 5 * time.Second, RungSmallModel},           // up at once, over several
		{time.Second, 3 * time.Second, RungSmallModel}, // not small enough to come down
		{time.Minute, time.Second, RungSmallModel},     // small enough, but only now
		{2 * time.Second, time.Second, RungSmallModel},
		{time.Second, time.Second, RungNoPartials},
		{time.Second, 600 * time.Millisecond, RungNoPartials}, // above half of a second: starts anew
		{time.Second, 0, RungNoPartials},
		{2 * time.Second, 700 * time.Millisecond, RungNoPartials},
		{time.Second, 0, RungNoPartials},
		{6 * time.Second, 0, RungFull}, // two rungs' time
		{0, time.Hour, RungSpoolOnly},
	} {
		at = at.Add(step.after)
		l.step(at, step.lag)
		if l.rung != step.want {
			t.Fatalf("step %d: %v, want %v", i, l.rung, step.want)
		}
	}
}

// Sixteen people speak at the same time for twenty seconds, twice as much as can be decoded: partials are dropped, the smaller model
// takes over, every final arrives once and names the model that decoded it, and normal operation returns.
func TestFault19Overload(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &desk{}
		cfg := Config{
			Decoders: []Decoder{slow(500 * time.Millisecond), slow(500 * time.Millisecond)}, Model: "big",
			Fallback: []Decoder{slow(50 * time.Millisecond), slow(50 * time.Millisecond)}, FallbackModel: "small",
			Partial: func(models.Partial) {},
		}
		s := start(t, cfg, d)
		worst := RungFull
		for second := range 20 {
			for p := range 16 {
				track := fmt.Sprint("p", p)
				c := testClip(track, second+1)
				s.Preview(c)
				if (second+p)%2 == 0 {
					s.Submit(c)
				}
				worst = max(worst, s.Stats().Rung)
			}
			time.Sleep(time.Second)
		}
		drain(t, s)
		st, degraded := s.Stats(), 0
		for _, u := range d.got {
			if u.Degraded {
				degraded++
			}
			if want := map[bool]string{true: "small", false: "big"}[u.Degraded]; u.Model != want {
				t.Errorf("%v: model %q, degraded %t", u.Key, u.Model, u.Degraded)
			}
		}
		if len(d.got) != 160 || degraded == 0 || uint64(degraded) != st.Degraded || st.PartialsShed == 0 || worst < RungSmallModel {
			t.Errorf("%d finals, %d degraded, highest rung %v, stats %+v", len(d.got), degraded, worst, st)
		}
		if seen := slices.Compact(slices.Sorted(slices.Values(d.keys()))); len(seen) != 160 {
			t.Errorf("%d different finals, want 160", len(seen))
		}
		time.Sleep(20 * time.Second)
		s.Preview(testClip("p0", 99))
		if r := s.Stats().Rung; r != RungFull {
			t.Errorf("in the end the ladder stands at %v", r)
		}
	})
}

// In a backlog a small room gets as much decoding time as a big one.
func TestFairnessBetweenSessions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &desk{}
		s, err := New(Config{Decoders: []Decoder{slow(time.Second)}}, d.done)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 40 {
			c := testClip(fmt.Sprint("p", i), 1)
			c.Session = "big"
			s.Submit(c)
		}
		for i := range 8 {
			c := testClip("q", i+1)
			c.Session = "small"
			s.Submit(c)
		}
		time.Sleep(10 * time.Second) // all are overdue
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- s.Run(ctx) }()
		drain(t, s)
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		small := 0
		for _, k := range d.keys()[:18] {
			if strings.HasPrefix(k, "small") {
				small++
			}
		}
		if len(d.got) != 48 || small != 8 {
			t.Errorf("%d finals; %d of the first 18 are of the small room, want all its 8", len(d.got), small)
		}
	})
}

// Clips left by a crash do not delay live speech, and are decoded in the end.
func TestRecoveredClipsGiveWay(t *testing.T) {
	q, now := newQueue(), time.Unix(1e6, 0)
	for i := range 40 {
		j := testJob(fmt.Sprint("old", i), 1, 10+i)
		j.old, j.queued = true, now.Add(-time.Hour)
		q.push(j)
		j = testJob(fmt.Sprint("new", i), 1, 2e6+i)
		j.queued = now.Add(-time.Second)
		q.push(j)
	}
	old := 0
	for range 20 {
		j, _ := q.pop(now)
		if j.old {
			old++
		}
	}
	if old != 20/oldShare {
		t.Errorf("%d of the first 20 are old, want %d", old, 20/oldShare)
	}
	if q.wait(now) != time.Second || q.oldest().Unix() > 100 {
		t.Errorf("live clips wait for %v, the oldest deadline is %v", q.wait(now), q.oldest())
	}
}

// Audio beyond the memory limit stays in the spool and is read when its turn comes, even if reading fails at first.
func TestSoundStaysInTheSpool(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		spool := map[models.Key]models.Clip{}
		fails, fetched := 2, 0
		cfg := Config{
			Decoders: []Decoder{slow(time.Second)}, MaxOpus: 5000,
			Fetch: func(_ context.Context, k models.Key) (models.Clip, error) {
				if fails > 0 {
					fails--
					return models.Clip{}, fmt.Errorf("the disk is busy")
				}
				c, ok := spool[k]
				if !ok {
					return c, models.ErrNotFound
				}
				fetched++
				return c, nil
			},
		}
		d := &desk{}
		s, err := New(cfg, d.done)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 12 {
			c := testClip(fmt.Sprint("p", i), 1)
			c.Opus = make([]byte, 1000)
			if i != 11 { // the last one's session was deleted
				spool[c.Key] = c
			}
			s.Submit(c)
		}
		if s.queue.bytes != 5000 || s.queue.samples != 5*models.SampleRate {
			t.Errorf("%d bytes and %d samples wait in memory", s.queue.bytes, s.queue.samples)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- s.Run(ctx) }()
		drain(t, s)
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if len(d.got) != 11 || fetched != 6 {
			t.Errorf("%d finals, %d clips fetched, want 11 and 6", len(d.got), fetched)
		}
	})
}
