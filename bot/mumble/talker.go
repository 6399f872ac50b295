package mumble

import (
	"math/rand/v2"
	"time"

	"earshot/bot"
	"earshot/bot/audio"
	"earshot/bot/internal/pace"
	"earshot/bot/mumble/wire"
)

const (
	frameTime      = 10 * time.Millisecond
	samplesOfFrame = 480 // at 48 kHz
	// lossAtMost is how many frames may be missing within a talkspurt: after more than two seconds the sender was silent.
	lossAtMost = 200
	// swapAtMost and swapWithin limit how far and how late a packet may arrive behind a later one (senders use UDP). Any other step back
	// is a new talkspurt, which many clients count from 0.
	swapAtMost = 50
	swapWithin = 200 * time.Millisecond
	// jumpAtMost is how far a sender's count may run ahead of elapsed time: the official client keeps counting in silence.
	jumpAtMost = 3 * time.Second
	// hush is how many packets of silence end a talkspurt. They tell at once what missing packets would tell only after a while.
	hush = 6
)

// silence is an Opus packet of 20 ms of digital silence (RFC 6716, section 3.1: CELT, full band, one channel, one frame).
var silence = []byte{0xf8, 0xff, 0xfe}

// talker turns a user's voice packets into RTP, whose timestamps follow the sender's count of 10 ms frames. One goroutine owns it.
type talker struct {
	sink bot.TrackSink
	ssrc uint32
	seq  uint16 // of the next packet in order
	time uint32 // RTP time of the next frame in order
	next int64  // the sender's count of the next frame in order

	began bool
	ended bool      // the last packet closed a talk
	heard time.Time // when the last packet came
	pace  pace.Pace
	raw   []byte
	// Bad counts packets that are not valid Opus.
	bad int
}

func newTalker(sink bot.TrackSink) *talker {
	//nolint:gosec // RFC 3550: random numbers that only have to differ
	return &talker{sink: sink, ssrc: rand.Uint32(), seq: uint16(rand.Uint32()), time: rand.Uint32()}
}

// voice passes on a packet, with its arrival time.
func (t *talker) voice(v wire.Voice, now time.Time) {
	samples, err := audio.PacketDuration(v.Opus)
	switch {
	case len(v.Opus) == 0 && v.Last:
		t.close()
		return
	case err != nil:
		t.bad++
		return
	}
	frames := int64(max(1, samples/samplesOfFrame))
	step := v.Frame - t.next
	if t.began && !t.ended && step < 0 && step >= -swapAtMost && now.Sub(t.heard) < swapWithin {
		back := (-step + frames - 1) / frames
		t.packet(t.seq-uint16(back), t.time-uint32(-step)*samplesOfFrame, v.Opus) //nolint:gosec // a second at most
		return
	}
	t.advance(step, frames, now)
	t.packet(t.seq, t.time, v.Opus)
	t.seq++
	t.time += uint32(frames) * samplesOfFrame //nolint:gosec // 120 ms at most
	t.next, t.began, t.ended, t.heard = v.Frame+frames, true, false, now
	if v.Last {
		t.close()
	}
}

// advance moves the clock to a packet that is step frames after the next one expected.
func (t *talker) advance(step, frames int64, now time.Time) {
	if !t.began {
		return
	}
	passed := int64(now.Sub(t.heard) / frameTime)
	filled := int64(0) // by the silence that closed the talk
	if t.ended {
		filled = 2 * hush
	}
	switch most := passed + int64(jumpAtMost/frameTime); {
	case step == 0:
	case step < 0 || step > most: // a new talk: only the time says when it began
		t.time += uint32(max(0, passed-frames-filled) * samplesOfFrame) //nolint:gosec // RFC 3550: it wraps
	default:
		t.time += uint32(step) * samplesOfFrame //nolint:gosec // bounded by the time that passed; it wraps
		if !t.ended && step <= lossAtMost {
			t.seq += uint16((step + frames - 1) / frames) //nolint:gosec // 200 at most
		}
	}
}

// close ends a talkspurt with a little silence.
func (t *talker) close() {
	if !t.began || t.ended {
		return
	}
	for range hush {
		t.packet(t.seq, t.time, silence)
		t.seq++
		t.time += 2 * samplesOfFrame
		t.next += 2
	}
	t.ended = true
}

// packet passes on an RTP packet.
func (t *talker) packet(seq uint16, at uint32, opus []byte) {
	t.raw = audio.AppendRTPHeader(t.raw[:0], seq, at, t.ssrc)
	t.sink.Packet(append(t.raw, opus...), 0)
}
