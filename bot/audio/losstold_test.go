//go:build !race

package audio

import (
	"testing"
	"time"
)

// TestAnEndlessLossIsTold: somebody's audio is lost repeatedly, at intervals shorter than those at which losses are merged. It is
// reported while it continues.
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
