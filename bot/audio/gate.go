package audio

import "slices"

// The gate's thresholds of the sender's audio level (RFC 6464), in -dBov: it opens at gateOpen or louder and closes after
// gateHold at gateClose or quieter. Soft speech has 40 to 60, a quiet room 70 and more, a muted microphone 127.
const (
	gateOpen  = 66
	gateClose = 72
	gateHold  = 48000     // 1 s at 48 kHz
	gateKeep  = 48000 / 2 // undecoded audio kept for the onset, 500 ms
)

// gate saves decoding while the audio level shows that nobody speaks. It holds back the latest packets undecoded, so that an
// onset has its pre-roll. Packets without a level pass.
type gate struct {
	idle  bool
	quiet int64 // media time of consecutive quiet packets
	held  []heldPacket
}

// heldPacket is a packet in order with its unwrapped timestamp.
type heldPacket struct {
	seq, ts, dur int64
	payload      []byte
}

// pass decodes a packet or holds it back.
func (t *Track) pass(a arrival, ts int64) {
	g := &t.gate
	dur := t.play.dur
	if d, err := PacketDuration(a.Payload); err == nil {
		dur = int64(d)
	}
	if g.idle {
		g.held = append(g.held, heldPacket{seq: a.seq, ts: ts, dur: dur, payload: a.Payload})
		if a.HasLevel && a.Level > gateOpen {
			t.skipOld(ts + dur)
			return
		}
		g.release(t)
		return
	}
	t.decode(a.seq, ts, a.Payload)
	if a.HasLevel && a.Level >= gateClose {
		g.quiet += dur
	} else {
		g.quiet = 0
	}
	if g.quiet >= gateHold && !t.seg.open {
		g.idle = true
		t.rest()
	}
}

// skipOld skips held packets that no onset can need.
func (t *Track) skipOld(end int64) {
	g := &t.gate
	n := 0
	for n < len(g.held) && (end-g.held[n].ts > gateKeep || len(g.held)-n > 2*maxHeld) {
		h := g.held[n]
		t.play.skip(h.seq, h.ts, h.payload)
		n++
	}
	g.held = slices.Delete(g.held, 0, n)
}

// release opens the gate and decodes the held packets.
func (g *gate) release(t *Track) {
	held := g.held
	g.idle, g.quiet, g.held = false, 0, nil
	for _, h := range held {
		t.decode(h.seq, h.ts, h.payload)
	}
}
