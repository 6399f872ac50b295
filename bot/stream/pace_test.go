package stream

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

// sent is a duration of sound that arrives at once after some time.
type sent struct {
	after time.Duration
	sound time.Duration
}

// arrive delivers sound as described, and then continues in real time until the context ends.
func arrive(ctx context.Context, all []sent, to chan<- frame) {
	give := func() bool {
		select {
		case to <- frame{at: time.Now()}:
			return true
		case <-ctx.Done():
			return false
		}
	}
	for _, x := range all {
		time.Sleep(x.after)
		for range x.sound / frameTime {
			if !give() {
				return
			}
		}
	}
	for time.Sleep(frameTime); give(); time.Sleep(frameTime) {
	}
}

// TestOldSoundIsPassedOver: what a server sends in a burst at the start is from before the join, even if it comes in several parts; what
// the network held up for a moment is not.
func TestOldSoundIsPassedOver(t *testing.T) {
	for name, tt := range map[string]struct {
		sent    []sent
		old     time.Duration
		endless bool
	}{
		"nothing is old":            {[]sent{{0, 20 * time.Millisecond}}, 0, false},
		"held up by the network":    {[]sent{{0, 900 * time.Millisecond}}, 0, false},
		"Icecast":                   {[]sent{{0, 6 * time.Second}}, 6 * time.Second, false},
		"Icecast, in parts":         {[]sent{{0, 3 * time.Second}, {200 * time.Millisecond, 3 * time.Second}}, 5800 * time.Millisecond, false},
		"Icecast, busy":             {[]sent{{0, 3 * time.Second}, {800 * time.Millisecond, 3 * time.Second}}, 5200 * time.Millisecond, false},
		"a file, as fast as it can": {[]sent{{0, time.Minute}}, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				in := make(chan frame)
				go arrive(ctx, tt.sent, in)
				b := gather(ctx, <-in, in)
				old := time.Duration(b.old()) * frameTime
				if b.endless != tt.endless || max(old-tt.old, tt.old-old) > 100*time.Millisecond {
					t.Errorf("%v are old, endless: %v; want %v, %v", old, b.endless, tt.old, tt.endless)
				}
				if n := (source{listening: true}).before(b); n != 0 {
					t.Errorf("%d frames of somebody who publishes are passed over", n)
				}
				if len(b.frames)-b.old() < 1 {
					t.Error("nothing is left to be heard")
				}
			})
		})
	}
}

// TestTheRestOfABrokenConnection: when a connection is given up after seconds without sound, ffmpeg puts out the few samples that it still
// had. They are no sign of sound that was lost meanwhile: it is all one cut. Sound that was late is heard, even if it is the last.
func TestTheRestOfABrokenConnection(t *testing.T) {
	for name, tt := range map[string]struct {
		dry, late time.Duration
		rest      bool
	}{
		"the last samples":       {5 * time.Second, 40 * time.Millisecond, true},
		"the last, a bit late":   {1900 * time.Millisecond, 40 * time.Millisecond, false},
		"a part came late":       {5 * time.Second, 3 * time.Second, false},
		"all of it came late":    {5 * time.Second, 5 * time.Second, false},
		"nothing but one sample": {14 * time.Second, 20 * time.Millisecond, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				in := make(chan frame, held/frameTime)
				for range tt.late / frameTime {
					in <- frame{at: time.Now()}
				}
				close(in)
				if b := gather(t.Context(), <-in, in); !b.over || b.remainder(tt.dry) != tt.rest {
					t.Errorf("%d frames, over: %v, the rest: %v", len(b.frames), b.over, b.remainder(tt.dry))
				}
			})
		})
	}
}

// TestRealTimeIsKept: what is passed on in real time stays so on a machine that wakes up late, and a listener that has fallen behind
// catches up.
func TestRealTimeIsKept(t *testing.T) {
	for name, tt := range map[string]struct {
		frames  int
		late    time.Duration // of every tenth frame
		stopped time.Duration // once, in the middle
		behind  int           // that many frames at the start are known to be too late
		want    time.Duration
	}{
		"in time":             {1000, 0, 0, 0, 20 * time.Second},
		"often late":          {1000, 90 * time.Millisecond, 0, 0, 20 * time.Second},
		"stopped for a time":  {1000, 0, 3 * time.Second, 0, 23 * time.Second},
		"behind, catching up": {1000, 0, 0, 500, 12 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			now, p := start, pace{every: frameTime}
			for i := range tt.frames {
				now = now.Add(p.wait(now, i < tt.behind))
				if i%10 == 0 {
					now = now.Add(tt.late)
				}
				if i == tt.frames/2 {
					now = now.Add(tt.stopped)
				}
			}
			if took := now.Sub(start); max(took-tt.want, tt.want-took) > 300*time.Millisecond {
				t.Errorf("it took %v, want %v", took, tt.want)
			}
		})
	}
}

// TestLost: after a time without sound, what does not arrive late is missing.
func TestLost(t *testing.T) {
	for name, tt := range map[string]struct {
		dry, late, want time.Duration
	}{
		"a moment":          {1900 * time.Millisecond, 0, 0},
		"all comes late":    {8 * time.Second, 8 * time.Second, 0},
		"nothing is left":   {8 * time.Second, 0, 8 * time.Second},
		"half of it":        {8 * time.Second, 4 * time.Second, 4 * time.Second},
		"all but a blink":   {8 * time.Second, 7500 * time.Millisecond, 0},
		"slower than it is": {8 * time.Second, -time.Second, 8 * time.Second},
	} {
		if got := lost(tt.dry, burst{ahead: tt.late}); got != tt.want {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
}
