package stream

import (
	"context"
	"time"
)

const (
	frameTime = 20 * time.Millisecond
	// held limits how much sound is buffered; after that, ffmpeg has to wait.
	held = 30 * time.Second
	// settled is how long sound must arrive no faster than real time for a burst to be over. A busy server or machine sends it in parts.
	settled = time.Second
	// oldAtLeast is the least old sound at the start that is skipped: anything shorter is network jitter.
	oldAtLeast = time.Second
	// dryAtLeast is how long sound must be absent to be considered a gap.
	dryAtLeast = 2 * time.Second
	// After the network stalls, seconds of sound arrive at once. The listener gets atOnce frames immediately, and the others at a rate many
	// times faster than real time.
	atOnce    = 100
	thenEvery = 4 * time.Millisecond
	// makesUp is how far frames that are passed on in real time may be late and still be made up for: a busy machine wakes up late.
	makesUp = time.Second
)

// frame is 20 ms of PCM and the time of its arrival.
type frame struct {
	pcm []byte
	at  time.Time
}

// burst is the sound that arrived at once.
type burst struct {
	frames  []frame
	ahead   time.Duration // duration of the sound beyond the time that passed
	endless bool          // it lasted until the buffer was full: this is not live sound
	over    bool          // the sound ended with it
}

// gather collects frames from the first one on, until they arrive no faster than real time.
func gather(ctx context.Context, first frame, in <-chan frame) burst {
	b := burst{frames: []frame{first}}
	var best time.Duration
	bestAt := first.at
	tick := time.NewTicker(settled / 20)
	defer tick.Stop()
	for {
		var now time.Time
		select {
		case f, open := <-in:
			if !open {
				b.over = true
				return b
			}
			b.frames = append(b.frames, f)
			now = f.at
		case now = <-tick.C:
		case <-ctx.Done():
			return b
		}
		b.ahead = time.Duration(len(b.frames))*frameTime - now.Sub(first.at)
		if b.ahead > best+frameTime {
			best, bestAt = b.ahead, now
		}
		switch {
		case time.Duration(len(b.frames))*frameTime >= held:
			b.endless = true
			return b
		case now.Sub(bestAt) >= settled:
			return b
		}
	}
}

// old returns how many of the first frames in a burst are older than the request for them.
func (b burst) old() int {
	if b.endless || b.ahead < oldAtLeast {
		return 0
	}
	return min(int(b.ahead/frameTime), len(b.frames)-1)
}

// before returns how many of a stream's first frames are older than the join. Whoever publishes to this machine sends nothing that is: the
// bot was there first, and ffmpeg puts out at once what it took to recognise the format.
func (s source) before(b burst) int {
	if s.listening {
		return 0
	}
	return b.old()
}

// remainder reports whether a burst that ended a time without sound is only what a decoder had held back: when a connection has timed out,
// ffmpeg puts out the last samples that it had received before.
func (b burst) remainder(dry time.Duration) bool {
	return b.over && lost(dry, b) > 0 && time.Duration(len(b.frames))*frameTime < oldAtLeast
}

// lost returns how much sound is missing after a time without any that ended with a burst: sound that was merely late arrives at once.
func lost(dry time.Duration, b burst) time.Duration {
	if dry < dryAtLeast {
		return 0
	}
	if missing := dry - max(0, b.ahead); missing >= time.Second {
		return missing
	}
	return 0
}

// pace determines how long a frame has to wait: long enough for the listener to keep up or, if every is set, until it is due in real time.
type pace struct {
	every time.Duration // 0: as fast as it arrives
	until time.Time     // when the frames passed on so far will have been played
}

// wait returns how long a frame has to wait that is ready now. If too many wait behind it, frames are passed on faster than real time: the
// listener would stay late for good.
func (p *pace) wait(now time.Time, tooMany bool) time.Duration {
	every, ahead, late := p.every, time.Duration(0), makesUp
	if every == 0 || tooMany {
		every, ahead, late = thenEvery, atOnce*thenEvery, 0
	}
	if now.Sub(p.until) > late {
		p.until = now
	}
	due := p.until.Sub(now) - ahead
	p.until = p.until.Add(every)
	return max(0, due)
}
