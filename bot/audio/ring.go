package audio

import (
	"sync"
	"time"
)

// Ring keeps the latest packets of one track in memory, as they came, so that the sound around something can be had when
// it turns out to have mattered. One goroutine fills it through its Track; any goroutine may ask for a part of it.
type Ring struct {
	length time.Duration

	mu      sync.Mutex
	packets []kept
	head    int // the first that counts
	media   []mediaTime
	last    int64 // session ms at the end of the newest packet
}

// kept is a packet of a stretch of continuous media time.
type kept struct {
	clipPacket
	dur   int64 // samples at 48 kHz
	media int   // counts the stretches
}

// mediaTime maps the RTP timestamps of a stretch of media time to the session's time.
type mediaTime struct {
	id    int
	first int64         // timestamp
	at    time.Duration // session time of first
}

// NewRing makes a ring that holds so much time. Tracks that follow each other may fill the same ring.
func NewRing(length time.Duration) *Ring { return &Ring{length: length} }

// begin starts a stretch of media time.
func (r *Ring) begin() {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	id := 1
	if n := len(r.media); n > 0 {
		id = r.media[n-1].id + 1
	}
	r.media = append(r.media, mediaTime{id: id})
}

// add takes the next packet in order, which begins at a time of the session, and owns its payload.
func (r *Ring) add(p clipPacket, dur int64, at time.Duration) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	m := &r.media[len(r.media)-1]
	m.first, m.at = p.ts, at // the mapping gets better with time: the latest counts for the whole stretch
	r.packets = append(r.packets, kept{p, dur, m.id})
	r.last = ms(at + samples48(dur))
	r.trim()
}

// trim lets go what is older than the ring is long.
func (r *Ring) trim() {
	oldest := r.last - r.length.Milliseconds()
	for r.head < len(r.packets) && r.end(r.packets[r.head]) < oldest {
		r.packets[r.head] = kept{}
		r.head++
	}
	if r.head > 64 && r.head*2 > len(r.packets) {
		n := copy(r.packets, r.packets[r.head:])
		clear(r.packets[n:])
		r.packets, r.head = r.packets[:n], 0
	}
	for len(r.media) > 1 && (r.head == len(r.packets) || r.packets[r.head].media > r.media[0].id) {
		r.media = r.media[1:]
	}
}

// at is the session time of a packet's beginning.
func (r *Ring) at(p kept) time.Duration {
	for _, m := range r.media {
		if m.id == p.media {
			return m.at + samples48(p.ts-m.first)
		}
	}
	return 0
}

// end is the session time of a packet's end, in ms.
func (r *Ring) end(p kept) int64 { return ms(r.at(p) + samples48(p.dur)) }

// Last is the time of the session, in ms, at which the newest packet ends; 0 for an empty ring.
func (r *Ring) Last() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.last
}

// Clip is the sound between two times of the session, in ms, in the container of models.Clip.Opus: as much of it as the
// ring holds, at most a minute. from and to are where what it holds begins and ends. opus is nil when it holds nothing.
func (r *Ring) Clip(fromMS, toMS int64) (opus []byte, from, to int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	toMS = min(toMS, fromMS+maxClipMS-1000)
	var c clipData
	var line inLine
	for _, p := range r.packets[r.head:] {
		at := r.at(p)
		if r.end(p)+leadIn/16 <= fromMS || ms(at) >= toMS {
			continue
		}
		if len(c.packets) == 0 {
			line.begin = at
			from = max(fromMS, ms(at))
		}
		c.packets = append(c.packets, line.put(p, at))
		to = min(toMS, r.end(p))
	}
	if to <= from {
		return nil, 0, 0
	}
	c.length = (to - from) * 16
	c.trim = from*16 - int64(line.begin*16/time.Millisecond)
	return c.marshal(), from, to
}

// inLine numbers packets of several stretches of media time in one line.
type inLine struct {
	begin   time.Duration // session time of the first
	media   int
	seq, ts int64 // what is added to the stretch's own numbers
	last    clipPacket
}

func (l *inLine) put(p kept, at time.Duration) clipPacket {
	if p.media != l.media {
		ts := int64((at - l.begin) * 48 / time.Millisecond)
		if l.media != 0 {
			ts = max(ts, l.last.ts+concealGrain)
		}
		l.media, l.ts, l.seq = p.media, ts-p.ts, l.last.seq+1-p.seq
	}
	l.last = clipPacket{seq: p.seq + l.seq, ts: p.ts + l.ts, payload: p.payload}
	return l.last
}

// clear lets everything go.
func (r *Ring) clear() {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.packets, r.head, r.last = nil, 0, 0
	r.media = r.media[max(0, len(r.media)-1):]
}

// samples48 is how long n samples at 48 kHz play.
func samples48(n int64) time.Duration { return time.Duration(n) * time.Second / 48000 }
