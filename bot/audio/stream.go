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

// maxStrays bounds the packets that wait to become a stream.
const maxStrays = 32

// strays holds packets that do not fit the stream until some of them prove to be a new one: by following each other
// while nothing of the stream comes.
type strays struct {
	held    []arrival
	proof   int // index in held from which packets came since the stream was last heard
	dropped int64
}

// disturb notes that the stream is alive.
func (s *strays) disturb() { s.proof = len(s.held) }

// add keeps a stray; it reports whether it follows another one.
func (s *strays) add(p Packet, now time.Duration) bool {
	if len(s.held) == maxStrays {
		s.held = s.held[:copy(s.held, s.held[1:])]
		s.proof = max(0, s.proof-1)
		s.dropped++
	}
	s.held = append(s.held, arrival{Packet: p, at: now})
	return slices.ContainsFunc(s.held[s.proof:], func(a arrival) bool { return a.SSRC == p.SSRC && a.Seq+1 == p.Seq })
}

// convince reports whether the strays are a new stream: of another SSRC at once, of the same one only after quiet.
func (s *strays) convince(otherSSRC bool, quiet time.Duration) bool {
	return otherSSRC || quiet >= restartQuiet
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
	s.held, s.proof = nil, 0
	return kept
}

// nearby reports whether a sequence number can be of the stream.
func (t *Track) nearby(seq int64) bool {
	d := seq - t.order.highest()
	return d <= maxDropout && d >= -maxMisorder
}

// newStream begins the stream that the packet is the first of.
func (t *Track) newStream(p Packet) {
	t.live, t.ssrc = true, p.SSRC
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

// lossJoin is how close, in samples at 16 kHz: 2 s.
const lossJoin = 2 * 16000

// lose notes n samples lost at the player's position.
func (t *Track) lose(n int64) {
	pos := t.play.pos
	if t.loss.lost > 0 && pos-t.loss.end > lossJoin {
		t.flushLoss()
	}
	if t.loss.lost == 0 {
		t.loss.start = pos
	}
	t.loss.end, t.loss.lost = pos+n, t.loss.lost+n
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
