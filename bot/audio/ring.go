package audio

import (
	"sync"
	"time"
)

// Ring buffers the latest packets of one track, so that the audio around an event is available afterwards. One goroutine fills
// it through its Track; any goroutine may read it.
type Ring struct {
	length time.Duration

	mu      sync.Mutex
	packets []kept
	media   []mediaTime
	last    int64 // session ms at the end of the newest packet
}

// kept is a packet with its mediaTime.
type kept struct {
	clipPacket
	dur   int64 // samples at 48 kHz
	media int   // mediaTime.id
}

// mediaTime maps the RTP timestamps of a period of continuous media time to session time.
type mediaTime struct {
	id    int
	first int64         // timestamp
	at    time.Duration // session time of first
}

// NewRing returns a ring of the given length. Consecutive tracks may fill the same ring.
func NewRing(length time.Duration) *Ring { return &Ring{length: length} }

// begin starts a period of continuous media time.
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

// add takes the next packet in order, with its session time, and owns the payload.
func (r *Ring) add(p clipPacket, dur int64, at time.Duration) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	m := &r.media[len(r.media)-1]
	m.first, m.at = p.ts, at // the mapping improves with time: the latest applies to the whole period
	r.packets = append(r.packets, kept{p, dur, m.id})
	r.last = ms(at + samples48(dur))
	r.trim()
}

// trim drops what is older than the ring's length.
func (r *Ring) trim() {
	oldest := r.last - r.length.Milliseconds()
	for len(r.packets) > 0 && r.end(r.packets[0]) < oldest {
		r.packets[0] = kept{} // frees the payload
		r.packets = r.packets[1:]
	}
	for len(r.media) > 1 && (len(r.packets) == 0 || r.packets[0].media > r.media[0].id) {
		r.media = r.media[1:]
	}
}

// at returns the session time of a packet's start.
func (r *Ring) at(p kept) time.Duration {
	for _, m := range r.media {
		if m.id == p.media {
			return m.at + samples48(p.ts-m.first)
		}
	}
	return 0
}

// end returns the session time of a packet's end, in ms.
func (r *Ring) end(p kept) int64 { return ms(r.at(p) + samples48(p.dur)) }

// Last returns the session time, in ms, of the newest packet's end; 0 for an empty ring.
func (r *Ring) Last() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.last
}

// Clip returns the audio between two session times, in ms, in the container of models.Clip.Opus: as much as the ring holds, but
// at most a minute. from and to are its actual bounds. opus is nil if the ring holds nothing of it.
func (r *Ring) Clip(fromMS, toMS int64) (opus []byte, from, to int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	toMS = min(toMS, fromMS+maxClipMS-1000)
	var c clipData
	var line inLine
	for _, p := range r.packets {
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

// inLine renumbers packets of several periods of media time consecutively.
type inLine struct {
	begin   time.Duration // session time of the first
	media   int
	seq, ts int64 // offsets of the current period
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

// clear empties the ring.
func (r *Ring) clear() {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.packets, r.last = nil, 0
	r.media = r.media[max(0, len(r.media)-1):]
}

// samples48 returns the duration of n samples at 48 kHz.
func samples48(n int64) time.Duration { return time.Duration(n) * time.Second / 48000 }
