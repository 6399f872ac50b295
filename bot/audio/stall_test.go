//go:build !race

package audio

import (
	"testing"
	"time"
)

// A machine that stalls for a while checks late, finds no packet, and then many: nobody has stopped talking.
func TestTheMachineStandsStill(t *testing.T) {
	pcm, onsets := talk(t, 1000)
	tr, rec := newTestTrack(t, nil)
	const still = 1500 * time.Millisecond
	from := time.Duration(onsets[1])*time.Millisecond + 300*time.Millisecond // in the midst of a word
	now := time.Duration(0)
	for _, p := range encode(t, pcm, speech24) {
		stands := p.at >= from && p.at < from+still
		if stands {
			p.at = from + still
		}
		if !stands || now < from { // else it has looked since it goes on
			tr.Tick(p.at)
		}
		now = p.at
		tr.Push(p.Packet, now)
	}
	tr.Close(now)
	checkTalk(t, rec.clips, onsets, 0, 100)
}

// A network that delays everything for a second in the middle of a word, and then delivers it all, cuts nothing.
func TestTheNetworkHoldsBack(t *testing.T) {
	pcm, onsets := talk(t, 1000)
	packets := encode(t, pcm, speech24)
	from := time.Duration(onsets[1])*time.Millisecond + 300*time.Millisecond
	for i, p := range packets {
		if p.at >= from && p.at < from+time.Second {
			packets[i].at = from + time.Second
		}
	}
	tr, rec := newTestTrack(t, nil)
	run(tr, packets, 0)
	checkTalk(t, rec.clips, onsets, 0, 100)
}

// If packets stop in the middle of a word, the clip ends after a while: what was said until then is not delayed further.
func TestStalledPacketsEndSpeech(t *testing.T) {
	packets := encode(t, evalWAVs(t)[0], speech24)[:75]
	tr, rec := newTestTrack(t, nil)
	var now time.Duration
	for _, p := range packets {
		now = p.at
		tr.Push(p.Packet, now)
	}
	for end := now + 2*time.Second; now < end && len(rec.clips) == 0; now += 20 * time.Millisecond {
		tr.Tick(now)
	}
	if len(rec.clips) != 1 {
		t.Fatal("no clip two seconds after the packets stopped")
	}
	within(t, "the clip's hand-over", ms(now), 1500+holdMS, 60)
	sameSound(t, rec.clips[0], 0.999)
}
