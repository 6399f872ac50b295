package mumble

import (
	"testing"
	"time"

	"earshot/bot/audio"
	"earshot/bot/mumble/wire"
)

// heardRTP keeps what a talker passes on.
type heardRTP struct{ packets []audio.Packet }

func (h *heardRTP) Packet(raw []byte, _ uint8) {
	p, err := audio.ParsePacket(raw, 0)
	if err != nil {
		panic(err)
	}
	h.packets = append(h.packets, p)
}

func (h *heardRTP) End() {}

// sound is an Opus packet of 20 ms that is not silence.
var sound = append([]byte{0xf8}, make([]byte, 60)...)

// TestTalker compares the RTP clock and the numbering with what was sent: time is the sender's count, numbers are missing only for
// what was lost.
func TestTalker(t *testing.T) {
	type sent struct {
		at    time.Duration // arrival
		frame int64
		last  bool
	}
	for name, x := range map[string]struct {
		sent []sent
		// ms and lost are of the last packet with sound: how long after the first it begins, and how many numbers were left out.
		ms, lost int
	}{
		"in order":                      {[]sent{{0, 10, false}, {20, 12, false}, {40, 14, false}}, 40, 0},
		"two packets lost":              {[]sent{{0, 10, false}, {60, 16, false}}, 60, 2},
		"counted on in silence":         {[]sent{{0, 580, true}, {2340, 814, false}}, 2340, 0},
		"counted on, no end was seen":   {[]sent{{0, 580, false}, {2340, 814, false}}, 2340, 0},
		"from 0 again after a silence":  {[]sent{{0, 580, true}, {8000, 0, false}}, 8000, 0},
		"from 0 again, no end was seen": {[]sent{{0, 580, false}, {8000, 0, false}}, 8000, 0},
		"a talk of its own each time":   {[]sent{{0, 0, true}, {1000, 0, true}, {2000, 0, false}}, 2000, 0},
		"late in a stall of the server": {[]sent{{0, 10, false}, {900, 12, false}, {900, 14, false}}, 40, 0},
		"swapped":                       {[]sent{{0, 10, false}, {20, 14, false}, {22, 12, false}}, 20, 0},
		"a count out of the blue":       {[]sent{{0, 10, false}, {1000, 1 << 40, false}}, 1000, 0},
		"back to 0 out of the blue":     {[]sent{{0, 1 << 40, false}, {1000, 0, false}}, 1000, 0},
	} {
		out, began := &heardRTP{}, time.Now()
		k := newTalker(out)
		for _, s := range x.sent {
			k.voice(wire.Voice{Frame: s.frame, Opus: sound, Last: s.last}, began.Add(s.at*time.Millisecond))
		}
		var first, final audio.Packet
		between := 0
		for i, p := range out.packets {
			switch {
			case i == 0:
				first = p
			case len(p.Payload) > 3:
				final, between = p, i-1
			}
		}
		ms := int(int32(final.Timestamp-first.Timestamp)) / 48
		lost := int(int16(final.Seq-first.Seq)) - 1 - between
		if name == "swapped" { // the last one takes the number that was left out for it
			lost++
		}
		if ms != x.ms || lost != x.lost {
			t.Errorf("%s: %d ms and %d lost, want %d and %d", name, ms, lost, x.ms, x.lost)
		}
	}
}

// TestEndOfATalk: a little silence follows, once, however often the end is said; and what is no Opus is passed over.
func TestEndOfATalk(t *testing.T) {
	out, now := &heardRTP{}, time.Now()
	k := newTalker(out)
	for _, v := range []wire.Voice{
		{Last: true}, {Frame: 2, Opus: sound}, {Frame: 4, Last: true}, {Frame: 4, Last: true}, {Frame: 6, Opus: []byte{3}}, {Frame: 6},
	} {
		k.voice(v, now)
	}
	if len(out.packets) != 1+hush || k.bad != 2 {
		t.Errorf("%d packets, %d bad", len(out.packets), k.bad)
	}
	for _, p := range out.packets[1:] {
		if d, err := audio.PacketDuration(p.Payload); err != nil || d != 960 || len(p.Payload) > 3 {
			t.Errorf("the silence is %x", p.Payload)
		}
	}
}

// FuzzTalker: whatever is sent, what is passed on is RTP, and no number or time runs away from the time that passed.
func FuzzTalker(f *testing.F) {
	f.Add([]byte{10, 0, 20, 2, 200, 1})
	f.Fuzz(func(t *testing.T, data []byte) {
		out, now := &heardRTP{}, time.Now()
		k, frame := newTalker(out), int64(0)
		began, first := now, k.time
		for i := 0; i+1 < len(data); i += 2 {
			now = now.Add(time.Duration(data[i]) * time.Millisecond)
			if frame += int64(int8(data[i+1])) << (data[i] & 31); frame < 0 {
				frame = 0
			}
			k.voice(wire.Voice{Frame: frame, Opus: sound, Last: data[i+1]&1 == 1}, now)
			ahead := time.Duration(k.time-first) * time.Second / 48000
			sent := time.Duration(len(out.packets)) * 20 * time.Millisecond
			if most := now.Sub(began) + jumpAtMost*time.Duration(1+i/2) + sent; ahead > most {
				t.Fatalf("%v of sound after %v", ahead, now.Sub(began))
			}
		}
	})
}
