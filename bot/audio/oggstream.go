package audio

import (
	"bytes"

	"earshot/bot/audio/sound"
)

// oggStream assigns positions to the packets of one stream. It holds each page back until the next, which confirms a jump of its
// position.
type oggStream struct {
	serial uint32
	// Of the packets.
	partial []byte // of a packet that continues on the next page
	open    bool   // partial has begun
	tooBig  bool   // the packet exceeds maxOggPacket
	tagged  bool   // the tags have passed
	seq     uint32 // that the next page should have
	counted bool   // seq is known
	hole    bool   // something is missing before the next page
	// Of the positions, in samples at 48 kHz.
	begun bool
	base  int64 // subtracted from a granule to get a position
	pos   int64 // after the last packet placed
	usual int   // duration of the last good packet
	held  *heldPage
}

// heldPage is a page whose packets have not been placed yet.
type heldPage struct {
	packets []OggPacket
	total   int64 // of the durations
	granule int64
	last    bool
	hole    bool
}

func (h *heldPage) start() int64 { return h.granule - h.total }

func newOggStream(first *oggPage) *oggStream {
	return &oggStream{serial: first.serial, seq: first.seq + 1, counted: true, usual: 960}
}

// add takes the stream's next page and returns the packets of the previous one.
func (s *oggStream) add(p *oggPage, n *sound.Notes) []OggPacket {
	if s.counted && p.seq+1 == s.seq && s.held != nil && p.granule == s.held.granule {
		return nil // a duplicate
	}
	if s.counted && p.seq != s.seq {
		s.hole = true
	}
	s.seq, s.counted = p.seq+1, true
	h := s.read(p)
	if h == nil {
		return nil
	}
	var out []OggPacket
	if s.held != nil {
		out = s.place(s.held, h, n)
	}
	s.held = h
	return out
}

// finish returns the packets of the last page, and the time that a torn one would have filled.
func (s *oggStream) finish(torn *oggPage, n *sound.Notes) (out []OggPacket) {
	if s.held != nil {
		out = s.place(s.held, nil, n)
		if !s.held.last {
			n.Add("it has no end mark: it may have been cut off")
		}
		s.held = nil
	}
	if torn == nil || torn.serial != s.serial {
		return out
	}
	if missing := torn.granule - s.base - s.pos; s.begun && torn.granule > 0 && missing > 0 && missing <= loneJump {
		s.pos += missing
		out = append(out, OggPacket{Missing: missing, Lost: true, Granule: s.pos})
	}
	return out
}

// read returns the packets that end on a page; nil if none does.
func (s *oggStream) read(p *oggPage) *heldPage {
	h := &heldPage{granule: p.granule, last: p.flags&oggLast != 0}
	// After a lost page the rest of a packet may come without its beginning, or the beginning without the rest.
	orphan := p.flags&oggContinued != 0 && !s.open
	if p.flags&oggContinued == 0 && s.open {
		s.drop()
		s.hole = true
	}
	body := p.body
	for _, l := range p.lacing {
		if !orphan {
			s.keep(body[:l])
		}
		body = body[l:]
		s.open = l == 255
		if s.open {
			continue
		}
		if !orphan && !s.isHeader() {
			h.add(s.partial, s)
		}
		s.drop()
		orphan = false
	}
	if len(h.packets) == 0 {
		return nil
	}
	h.hole, s.hole = s.hole, false
	return h
}

// keep appends to the packet being read.
func (s *oggStream) keep(b []byte) {
	if s.tooBig = s.tooBig || len(s.partial)+len(b) > maxOggPacket; !s.tooBig {
		s.partial = append(s.partial, b...)
	}
}

func (s *oggStream) drop() { s.partial, s.open, s.tooBig = nil, false, false }

// isHeader reports whether the packet being read is the tags (RFC 7845, section 5.2), or too big for audio.
func (s *oggStream) isHeader() bool {
	tags := !s.tagged && bytes.HasPrefix(s.partial, []byte("OpusTags"))
	s.tagged = true
	return tags || s.tooBig
}

// add adds a packet. A malformed one is given the duration of the previous one.
func (h *heldPage) add(b []byte, s *oggStream) {
	d, err := PacketDuration(b)
	if err != nil {
		d = s.usual
	}
	s.usual = d
	h.total += int64(d)
	h.packets = append(h.packets, OggPacket{Payload: b, Duration: d, Keep: d})
}

// place assigns positions to a page's packets. next is the page after it, or nil.
func (s *oggStream) place(h, next *heldPage, n *sound.Notes) []OggPacket {
	missing := int64(0)
	switch start := h.start(); {
	case h.granule < 0: // no packet ends on it, according to its header
	case !s.begun:
		missing = s.first(h)
	case h.last && start-s.base < s.pos: // it ends early: see trim
	default:
		missing = s.jump(start-s.base-s.pos, h, next, n)
	}
	s.begun = true
	h.packets[0].Missing, h.packets[0].Lost = missing, h.hole
	s.pos += missing
	for i := range h.packets {
		s.pos += int64(h.packets[i].Duration)
		h.packets[i].Granule = s.pos
	}
	if h.last {
		s.trim(h)
	}
	return h.packets
}

// first places the first page. A recording may begin at any granule, which counts from the start of a broadcast.
func (s *oggStream) first(h *heldPage) (missing int64) {
	start := h.start()
	switch {
	case start < 0: // more packets than the position allows for: it ends early, or the position is wrong
	case h.hole && start <= loneJump:
		return start
	default:
		s.base = start
	}
	return 0
}

// jump returns how much time is missing before a page whose position deviates by off.
func (s *oggStream) jump(off int64, h, next *heldPage, n *sound.Notes) int64 {
	least := int64(oggJitter)
	if h.hole {
		least = concealGrain - 1
	}
	switch {
	case off > least && s.confirmed(off, h, next):
		return off
	case off > least:
		n.Add("its times jump by %s, which is implausible", sound.Hours(off/3))
	case off >= -oggJitter*25: // up to a second back: it will catch up
		return 0
	}
	s.base += off
	return 0
}

// confirmed reports whether a jump is plausible: the next page continues from there, or it is short.
func (s *oggStream) confirmed(off int64, h, next *heldPage) bool {
	if off > longestJump || s.pos+off > longestJump {
		return false
	}
	if next == nil || next.granule < 0 {
		return off <= loneJump
	}
	after := next.start() - h.granule
	return next.last || after >= -2*oggJitter && after <= longestJump
}

// trim excludes what is beyond the last page's position from the recording.
func (s *oggStream) trim(h *heldPage) {
	last := &h.packets[len(h.packets)-1]
	last.Last = true
	over := s.pos - (h.granule - s.base)
	if h.granule <= 0 || over <= 0 || over > 48000 {
		return
	}
	last.Granule -= min(over, int64(last.Duration))
	for i := len(h.packets) - 1; i >= 0 && over > 0; i-- {
		cut := min(over, int64(h.packets[i].Duration))
		h.packets[i].Keep -= int(cut)
		over -= cut
	}
}
