package audio

import (
	"slices"
	"time"

	"earshot/models"
)

// A packet this far from the last one in sequence belongs to the stream (RFC 3550, appendix A.1). What is further off
// may be a restarted sender, or rubbish.
const (
	maxDropout  = 3000
	maxMisorder = 100
)

// restartQuiet is how long the stream must have been silent before far-off sequence numbers are taken for a restart:
// a burst of very late packets comes while the stream goes on.
const restartQuiet = 300 * time.Millisecond

// maxStrays bounds the packets that wait to become a stream, and maxSightings, a power of two, those that are only
// remembered: much more rubbish may lie between two packets of a stream than can be kept.
const (
	maxStrays    = 32
	maxSightings = 1 << sightingBits
	sightingBits = 10
)

// A packet follows another one within so many sequence numbers and so much media time (2 s, the longest DTX pause).
const (
	followSeq = 16
	followTS  = 2 * 48000
)

// follows reports whether a packet continues the stream that had the given numbers last: rubbish hits both by chance
// once in a hundred million times.
func follows(seq uint16, ts uint32, p Packet) bool {
	return p.Seq != seq && p.Seq-seq <= followSeq && p.Timestamp-ts <= followTS
}

// sighting is what is remembered of a stray.
type sighting struct {
	ssrc, ts, round uint32
	seq             uint16
}

// strays holds packets that do not fit the stream until some of them prove to be a new one: by following each other
// while nothing of the stream comes.
type strays struct {
	held    []arrival
	seen    []sighting // by a hash of the SSRC; nil until there was a stray
	round   uint32     // how often the stream was heard
	dropped int64
}

// disturb notes that the stream is alive.
func (s *strays) disturb() { s.round++ }

// add keeps a stray; it reports whether it follows another one.
func (s *strays) add(p Packet, now time.Duration) bool {
	if len(s.held) == maxStrays {
		s.held = s.held[:copy(s.held, s.held[1:])]
		s.dropped++
	}
	s.held = append(s.held, arrival{Packet: p, at: now})
	if s.seen == nil {
		s.seen = make([]sighting, maxSightings)
		s.round++ // an empty place is of another round
	}
	place := &s.seen[p.SSRC*0x9e3779b1>>(32-sightingBits)]
	before := *place
	*place = sighting{ssrc: p.SSRC, ts: p.Timestamp, round: s.round, seq: p.Seq}
	return before.ssrc == p.SSRC && before.round == s.round && follows(before.seq, before.ts, p)
}

// prove notes a packet of the stream. A stream is proven once a packet followed another one. Until then it may be rubbish,
// and what else of it comes does not keep a better one from taking its place.
func (t *Track) prove(p Packet) {
	t.proven = t.proven || follows(t.before.Seq, t.before.Timestamp, p)
	t.before = Packet{Seq: p.Seq, Timestamp: p.Timestamp}
	if t.proven {
		t.strays.disturb()
	}
}

// convinced reports whether strays that follow each other are a new stream: of another SSRC or in place of an unproven
// one at once, of the same one only after quiet.
func (t *Track) convinced(p Packet, now time.Duration) bool {
	return p.SSRC != t.ssrc || !t.proven || now-t.heardAt >= restartQuiet
}

// take gives up the strays that belong together with the last one: it came now, and the others near it.
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

// nearby reports whether a sequence number can be of the stream.
func (t *Track) nearby(seq int64) bool {
	d := seq - t.order.highest()
	return d <= maxDropout && d >= -maxMisorder
}

// newStream begins the stream that the packet is the first of.
func (t *Track) newStream(p Packet) {
	t.live, t.ssrc, t.proven = true, p.SSRC, false
	t.before = Packet{Seq: p.Seq, Timestamp: p.Timestamp}
	t.order = newReorder(int64(p.Seq))
}

// switchStream ends the stream and begins the one of the strays.
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

// endStream gives out all that waits.
func (t *Track) endStream(now time.Duration) {
	if t.live {
		t.drain(now, true)
	}
	t.endMedia()
}

// endMedia ends what is open in the current stretch of media time.
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

// newMedia begins a stretch of media time: another decoder, another clock.
func (t *Track) newMedia() {
	t.clk = clock{}
	t.play = player{to: t, stats: &t.stats}
	t.log.clear()
	t.gate = gate{}
	t.cfg.Ring.begin()
	t.seg.forget()
	t.seg.start = 0
}

// rest gives back what a track that hears nothing does not need.
func (t *Track) rest() {
	t.play.dec = nil
	t.log.clear()
	t.seg.jump(0)
	t.seg.pcm, t.seg.blocks = nil, nil
	t.vad.Reset()
}

// lossSpan gathers losses that lie close together into one gap.
type lossSpan struct {
	start, end, lost int64 // samples at 16 kHz; lost is 0 when there is none
}

// Losses are joined that are no further apart than lossJoin, into gaps that begin at most lossTold ago; in samples at 16 kHz. A
// loss that nothing follows for lossJoin, or that has gone on for lossTold, is told then: who looks sees it, and a crash does
// not take it along.
const (
	lossJoin = 2 * 16000
	lossTold = 4 * 16000
)

// lose notes n samples lost at the player's position.
func (t *Track) lose(n int64) {
	pos := t.play.pos
	t.tellLoss()
	if t.loss.lost == 0 {
		t.loss.start = pos
	}
	t.loss.end, t.loss.lost = pos+n, t.loss.lost+n
}

// tellLoss gives the gathered loss to the sink when its time has come, by the sound that has been heard since.
func (t *Track) tellLoss() {
	if t.loss.lost > 0 && (t.play.pos-t.loss.end > lossJoin || t.play.pos-t.loss.start > lossTold) {
		t.flushLoss()
	}
}

// flushLoss gives the gathered loss to the sink.
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
