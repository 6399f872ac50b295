//go:build !race

package audio

import (
	"errors"
	"math/rand/v2"
	"testing"
	"time"
)

// Garbage among the packets is dropped and counted; the track survives.
func TestFault1GarbagePackets(t *testing.T) {
	pcm, onsets := talk(t, 1000)
	tr, rec := newTestTrack(t, nil)
	r := rand.New(rand.NewPCG(1, 2))
	buf := make([]byte, 1500)
	var bad, pushed int64
	now := time.Duration(0)
	packets := encode(t, pcm, speech24)
	for i, p := range packets {
		now = p.at
		rubbish := 20
		if i > 100 { // a million in all
			rubbish = 1_000_000 / len(packets)
		}
		for range rubbish {
			g, err := ParsePacket(garbage(r, buf), 3)
			if err != nil && !errors.Is(err, ErrPaddingOnly) {
				bad++
				continue
			}
			pushed++
			tr.Push(g, now)
		}
		tr.Push(p.Packet, now)
		tr.Tick(now)
	}
	tr.Close(now)
	checkTalk(t, rec.clips, onsets, 0, 100)
	if st := tr.Stats(); bad == 0 || st.Stray < pushed-40 || st.SSRCChanges > 1 {
		t.Errorf("of %d stray packets: %+v", pushed, st)
	}
}

// Silence that is not sent is silence, and times stay right.
func TestFault5DTX(t *testing.T) {
	pcm, onsets := talk(t, 3000)
	pcm = append(pcm, silence(60000)...)
	onsets = append(onsets, int64(len(pcm)/16)+loudAt(evalWAVs(t)[0]))
	pcm = append(append(pcm, evalWAVs(t)[0]...), silence(1000)...)
	enc := speech24
	enc.DTX = true
	packets := encode(t, pcm, enc)
	if len(packets) > len(pcm)/320*2/3 {
		t.Fatalf("%d packets sent: no DTX", len(packets))
	}
	tr, rec := newTestTrack(t, nil)
	run(tr, packets, 2*time.Second)
	checkTalk(t, rec.clips, onsets, 2*time.Second, 100)
	st := tr.Stats()
	if len(rec.gaps) > 0 || st.Lost != 0 || st.ConcealedMS != 0 || st.DTXMS < 60000 {
		t.Errorf("silence is taken for loss: %+v, %d gaps", st, len(rec.gaps))
	}
}

// The first packets may be garbage, and much garbage may be between those of the stream: it is found all the same.
func TestTheStreamIsFoundAmongRubbish(t *testing.T) {
	pcm, onsets := talk(t, 1000)
	for name, rubbish := range map[string]func(r *rand.Rand, buf []byte) (Packet, error){
		"of any SSRC": func(r *rand.Rand, buf []byte) (Packet, error) { return ParsePacket(garbage(r, buf), 3) },
		"of the same SSRC": func(r *rand.Rand, _ []byte) (Packet, error) {
			return Packet{SSRC: 77, Seq: uint16(r.Uint32()), Timestamp: r.Uint32(), Payload: []byte{1}}, nil
		},
	} {
		for _, n := range []int{1, 40, 400} {
			if n > 1 && name == "of the same SSRC" {
				continue // it cannot be told from the stream by anybody; one comes first
			}
			floods := 50 // of the packets, each after as much rubbish
			if n == 1 {
				floods = 1
			}
			r := rand.New(rand.NewPCG(uint64(n), 2))
			tr, rec := newTestTrack(t, nil)
			buf := make([]byte, 60)
			now := time.Duration(0)
			for i, p := range encode(t, pcm, speech24) {
				now = p.at
				for k := 0; k < n && i < floods; {
					g, err := rubbish(r, buf)
					if err != nil && !errors.Is(err, ErrPaddingOnly) {
						continue
					}
					k++
					tr.Push(g, now)
				}
				tr.Push(p.Packet, now)
				tr.Tick(now)
			}
			tr.Close(now)
			if len(rec.clips) != len(onsets) {
				t.Errorf("%d packets %s between those of the stream: %d clips, want %d: %+v", n, name, len(rec.clips), len(onsets), tr.Stats())
				continue
			}
			checkTalk(t, rec.clips, onsets, 0, 100)
		}
	}
}

// TestALossIsToldSoon: a second of an unbroken stream is lost. The gap is reported within some seconds, not when the stream ends.
func TestALossIsToldSoon(t *testing.T) {
	packets := encode(t, evalWAVs(t)[0], EncoderConfig{})
	tr, rec := newTestTrack(t, nil)
	seq, ts := uint16(100), uint32(1000)
	told := time.Duration(0)
	for i := range 10 * 60 * 50 { // ten minutes of a microphone that is never switched off
		at := time.Duration(i+1) * 20 * time.Millisecond
		p := packets[i%len(packets)]
		if i < 500 || i >= 550 { // but for one second after ten
			tr.Push(Packet{SSRC: 1, Seq: seq, Timestamp: ts, Payload: append([]byte(nil), p.Payload...)}, at)
		}
		seq++
		ts += 960
		tr.Tick(at)
		if told == 0 && len(rec.gaps) > 0 {
			told = at
		}
	}
	if told == 0 || told > 16*time.Second {
		t.Errorf("ten minutes later %d gaps are told (first after %v); a kill now would lose it", len(rec.gaps), told)
	}
	tr.Close(10 * time.Minute)
	t.Logf("after the end: %+v", rec.gaps)
}
