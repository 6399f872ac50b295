package audio

import (
	"testing"
	"time"
)

// TestALossIsToldSoon: a second of an unbroken stream is lost. The gap is told within some seconds, not when the stream ends.
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

// TestAnEndlessLossIsTold: somebody's sound is lost again and again, more often than losses are joined. It is told as it goes on.
func TestAnEndlessLossIsTold(t *testing.T) {
	packets := encode(t, evalWAVs(t)[0], EncoderConfig{})
	tr, rec := newTestTrack(t, nil)
	var last, worst time.Duration
	told := 0
	for i := range 60 * 50 {
		at := time.Duration(i+1) * 20 * time.Millisecond
		if i%50 < 35 { // 300 ms of each second
			tr.Push(
				Packet{SSRC: 1, Seq: uint16(i), Timestamp: uint32(i * 960), Payload: append([]byte(nil), packets[i%len(packets)].Payload...)}, at,
			)
		}
		tr.Tick(at)
		if len(rec.gaps) > told {
			told, last = len(rec.gaps), at
		}
		worst = max(worst, at-last)
	}
	if worst > 6*time.Second || told > 20 {
		t.Errorf("in a minute of losses %d gaps were told, with up to %v between them", told, worst)
	}
}
