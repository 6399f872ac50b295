//go:build !race

package audio

import (
	"testing"
	"time"
)

// A candidate that never proved to be a stream is replaced at once, even under its own SSRC and while garbage keeps arriving close
// to it.
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
