package audio

import (
	"slices"
	"time"

	"earshot/models"
)

// The distances in sequence number within which a packet belongs to the stream (RFC 3550, appendix A.1). Beyond them it may be
// from a restarted sender, or garbage.
const (
	maxDropout  = 3000
	maxMisorder = 100
)

// restartQuiet is how long the stream must have been silent before distant sequence numbers count as a restart: a burst of very
// late packets arrives while the stream continues.
const restartQuiet = 300 * time.Millisecond

// maxStrays bounds the packets held because they may begin a stream, and maxSightings those remembered without payload: there
// may be more garbage between two packets of a stream than can be held.
const (
	maxStrays    = 32
	maxSightings = 1 << sightingBits
	sightingBits = 10
)

// The distances within which a packet follows another, in sequence numbers and samples at 48 kHz (2 s, the longest DTX pause).
const (
	followSeq = 16
	followTS  = 2 * 48000
)

// follows reports whether a packet continues the stream with these latest numbers. Garbage does so by chance once in a hundred
// million times.
func follows(seq uint16, ts uint32, p Packet) bool {
	return p.Seq != seq && p.Seq-seq <= followSeq && p.Timestamp-ts <= followTS
}

// sighting is what is remembered of a stray packet.
type sighting struct {
	ssrc, ts, round uint32
	seq             uint16
}

// strays holds packets that do not belong to the stream, until two that follow each other while the stream is silent prove to be
// a new one.
type strays struct {
	held    []arrival
	seen    []sighting // by a hash of the SSRC; nil until there was a stray
	round   uint32     // counts the packets of the stream
	dropped int64
}

// disturb records that the stream is alive.
func (s *strays) disturb() { s.round++ }

// add holds a stray and reports whether it follows another.
func (s *strays) add(p Packet, now time.Duration) bool {
	if len(s.held) == maxStrays {
		s.held = slices.Delete(s.held, 0, 1)
		s.dropped++
	}
	s.held = append(s.held, arrival{Packet: p, at: now})
	if s.seen == nil {
		s.seen = make([]sighting, maxSightings)
		s.round++ // so that an empty entry is of another round
	}
	place := &s.seen[p.SSRC*0x9e3779b1>>(32-sightingBits)]
	before := *place
	*place = sighting{ssrc: p.SSRC, ts: p.Timestamp, round: s.round, seq: p.Seq}
	return before.ssrc == p.SSRC && before.round == s.round && follows(before.seq, before.ts, p)
}

// prove records a packet of the stream. A stream is proven once a packet has followed another. Until then it may be garbage, and
// its packets do not prevent another stream from replacing it.
func (t *Track) prove(p Packet) {
	t.proven = t.proven || follows(t.before.Seq, t.before.Timestamp, p)
	t.before = Packet{Seq: p.Seq, Timestamp: p.Timestamp}
	if t.proven {
		t.strays.disturb()
	}
}

// convinced reports whether strays that follow each other are a new stream: at once if the SSRC differs or the current stream is
// unproven, otherwise only after restartQuiet.
func (t *Track) convinced(p Packet, now time.Duration) bool {
	return p.SSRC != t.ssrc || !t.proven || now-t.heardAt >= restartQuiet
}

// take removes all strays and returns those that belong to the stream of the last one.
func (s *strays) take(now time.Duration) []arrival {
	n := len(s.held)
	last := s.held[n-1]
	kept := slices.DeleteFunc(s.held, func(a arrival) bool {
		d := int16(last.Seq - a.Seq)
		return a.SSRC != last.SSRC || now-a.at > time.Second || d > maxMisorder || d < -maxMisorder
	})
	s.dropped += int64(n - len(kept))
	s.held, s.seen = nil, nil
	return kept
}

// nearby reports whether a sequence number can belong to the stream.
func (t *Track) nearby(seq int64) bool {
	d := seq - t.order.highest()
	return d <= maxDropout && d >= -maxMisorder
}

// newStream begins a stream with its first packet.
func (t *Track) newStream(p Packet) {
	t.live, t.ssrc, t.proven = true, p.SSRC, false
	t.before = Packet{Seq: p.Seq, Timestamp: p.Timestamp}
	t.order = newReorder(int64(p.Seq))
}

// switchStream replaces the stream by that of the strays.
func (t *Track) switchStream(now time.Duration) {
	held := t.strays.take(now)
	if held[0].SSRC != t.ssrc {
		t.stats.SSRCChanges++
	} else {
		t.stats.Restarts++
	}
	t.endStream(now)
	t.newMedia()
	t.vad.Reset()
	first := held[0].Packet
	for _, a := range held[1:] {
		if int16(a.Seq-first.Seq) < 0 {
			first = a.Packet
		}
	}
	t.newStream(first)
	t.proven = true
	for _, a := range held {
		a.seq = nearSeq(t.order.highest(), a.Seq)
		t.admit(a)
	}
}

// endStream releases all that is held.
func (t *Track) endStream(now time.Duration) {
	if t.live {
		t.drain(now, true)
	}
	t.endMedia()
}

// endMedia ends the current period of continuous media time.
func (t *Track) endMedia() {
	for _, h := range t.gate.held {
		t.play.skip(h.seq, h.ts, h.payload)
	}
	t.seg.flush()
	if t.meter != nil {
		t.meter.flush()
	}
	t.flushLoss()
}

// newMedia begins a period of continuous media time, with a new decoder and clock.
func (t *Track) newMedia() {
	t.clk = clock{}
	t.play = player{to: t, stats: &t.stats}
	t.log = nil
	t.gate = gate{}
	t.cfg.Ring.begin()
	t.seg.forget()
	t.seg.start = 0
}

// rest frees what a silent track does not need.
func (t *Track) rest() {
	t.play.dec = nil
	t.log = nil
	t.seg.jump(0)
	t.seg.pcm, t.seg.blocks = nil, nil
	t.vad.Reset()
}

// lossSpan merges losses that are close together into one gap.
type lossSpan struct {
	start, end, lost int64 // samples at 16 kHz; lost is 0 if there is none
}

// Losses at most lossJoin apart are merged, in samples at 16 kHz. A gap is reported when no loss has followed for lossJoin or it
// began lossTold ago, so that it is visible soon and survives a crash.
const (
	lossJoin = 2 * 16000
	lossTold = 4 * 16000
)

// lose records n samples lost at the player's position.
func (t *Track) lose(n int64) {
	pos := t.play.pos
	t.tellLoss()
	if t.loss.lost == 0 {
		t.loss.start = pos
	}
	t.loss.end, t.loss.lost = pos+n, t.loss.lost+n
}

// tellLoss reports the merged loss to the sink if it is due.
func (t *Track) tellLoss() {
	if t.loss.lost > 0 && (t.play.pos-t.loss.end > lossJoin || t.play.pos-t.loss.start > lossTold) {
		t.flushLoss()
	}
}

// flushLoss reports the merged loss to the sink.
func (t *Track) flushLoss() {
	l := t.loss
	t.loss = lossSpan{}
	if l.lost < 16 {
		return
	}
	t.sink.Gap(models.Gap{
		Session: t.cfg.Session, SpeakerID: t.cfg.SpeakerID, SpeakerName: t.cfg.SpeakerName,
		StartMS: max(0, ms(t.clk.session(samples16(l.start)))),
		EndMS:   max(0, ms(t.clk.session(samples16(l.end)))),
		LostMS:  l.lost / 16, Cause: models.GapLoss,
	})
}
