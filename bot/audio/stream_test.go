package audio

import (
	"errors"
	"math/rand/v2"
	"testing"
	"time"
)

// The first packets may be rubbish, and much of it may lie between those of the stream: it is found all the same.
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

// What never proved to be a stream gives way at once, also under its own SSRC and while rubbish keeps coming near it.
func TestAnUnprovenStreamGivesWay(t *testing.T) {
	tr, _ := newTestTrack(t, nil)
	push := func(seq uint16, ts uint32, ms int) {
		tr.Push(Packet{SSRC: 1, Seq: seq, Timestamp: ts, Payload: []byte{8, 0, 0}}, time.Duration(ms)*time.Millisecond)
	}
	push(40000, 12345, 0)
	push(100, 960, 1)
	push(39800, 3<<30, 2) // near the first one, and does not follow it
	push(40900, 1<<30, 3)
	push(101, 1920, 20)
	for i := range 10 {
		push(uint16(102+i), uint32(2880+960*i), 40+20*i)
	}
	if st := tr.Stats(); st.Restarts == 0 || st.DecodedMS < 220 {
		t.Errorf("%+v", st)
	}
}
