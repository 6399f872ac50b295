//go:build !race

package audio

import (
	"testing"
	"time"

	"earshot/bot/audio/impairtest"
	"earshot/models"
)

// Two hours with a skewed clock, during which both counters wrap.
func TestFault6SkewAndWraps(t *testing.T) {
	word := encode(t, append(evalWAVs(t)[0], silence(1000)...), speech24)
	loud := loudAt(evalWAVs(t)[0])
	for _, ppm := range []float64{-300, 300} {
		tr, rec := newTestTrack(t, nil)
		im := impairtest.NewImpairer(impairtest.Impairment{Seed: 8, SkewPPM: ppm, Jitter: 15 * time.Millisecond})
		seq, want := uint16(65500), []int64{}
		// One sentence a minute, a packet a second in the pause: the media clock wraps after 7 s.
		for minute := range 120 {
			start := time.Duration(minute) * time.Minute
			spoken := start - time.Duration(float64(start)*ppm/1e6)
			want = append(want, ms(spoken)+loud)
			send := func(at time.Duration, payload []byte) {
				ts := uint32(1<<32-48000*7) + uint32(int64(at)*48/1e6)
				due := im.Deliver(at + 20*time.Millisecond)[0]
				tr.Push(Packet{Seq: seq, Timestamp: ts, Payload: payload}, due)
				tr.Tick(due)
				seq++
			}
			for i, p := range word {
				send(start+time.Duration(i)*20*time.Millisecond, p.Payload)
			}
			for s := 5; s < 60; s++ {
				send(start+time.Duration(s)*time.Second, []byte{8, 0})
			}
		}
		tr.Close(2 * time.Hour)
		if len(rec.clips) != len(want) {
			t.Fatalf("%g ppm: %d clips, want %d", ppm, len(rec.clips), len(want))
		}
		for i, c := range rec.clips {
			within(t, "a sentence", onset(c), want[i], 100)
			if c.EndMS <= c.StartMS || i > 0 && c.StartMS < rec.clips[i-1].EndMS {
				t.Errorf("clip %d: %d-%d ms", i, c.StartMS, c.EndMS)
			}
		}
		if st := tr.Stats(); st.Restarts+st.Lost > 0 {
			t.Errorf("%+v", st)
		}
	}
}

// Loss, random and in bursts.
func TestFault7Loss(t *testing.T) {
	pcm, onsets := talk(t, 1000)
	packets := encode(t, pcm, EncoderConfig{Bitrate: 24000, FEC: true, LossPercent: 20})
	total := int64(len(packets)) * 20
	for _, loss := range []float64{0.05, 0.1, 0.3} {
		for _, burst := range []float64{1, 8} {
			tr, rec := newTestTrack(t, nil)
			run(tr, impair(packets, impairtest.Impairment{Seed: 11, Loss: loss, Burst: burst}), 0)
			st := tr.Stats()
			made := st.DecodedMS + st.RecoveredMS + st.ConcealedMS + st.LostMS
			if made < total-400 || made > total {
				t.Errorf("loss %g in bursts of %g: %d of %d ms are accounted for: %+v", loss, burst, made, total, st)
			}
			var gaps, concealed int64
			for _, g := range rec.gaps {
				gaps += g.LostMS
				if g.EndMS-g.StartMS < g.LostMS-1 || g.Cause != models.GapLoss || g.SpeakerID != "ann" {
					t.Errorf("gap %+v", g)
				}
			}
			if gaps < st.LostMS-int64(len(rec.gaps)) || gaps > st.LostMS+int64(len(rec.gaps)) {
				t.Errorf("gaps tell of %d ms, %d are lost", gaps, st.LostMS)
			}
			for _, c := range rec.clips {
				concealed += c.ConcealedMS
			}
			if concealed == 0 || concealed > st.ConcealedMS+st.LostMS {
				t.Errorf("loss %g: clips tell of %d ms concealed: %+v", loss, concealed, st)
			}
			if burst == 1 && loss <= 0.1 {
				checkTalk(t, rec.clips, onsets, 0, 100)
				if st.RecoveredMS*3 < st.ConcealedMS {
					t.Errorf("random loss is hardly recovered by FEC: %+v", st)
				}
			}
			if burst == 8 && loss == 0.3 && len(rec.gaps) == 0 {
				t.Error("bursts of 160 ms left no gap")
			}
		}
	}
}

// Jitter, reordering, duplicates and a straggler: order is kept and nothing is heard twice.
func TestFault8JitterReorderDuplicates(t *testing.T) {
	pcm, onsets := talk(t, 1000)
	packets := encode(t, pcm, speech24)
	bad := impair(packets, impairtest.Impairment{
		Seed: 5, Delay: 50 * time.Millisecond, Jitter: 200 * time.Millisecond,
		Reorder: 0.05, ReorderBy: 40 * time.Millisecond, Duplicate: 0.05,
	})
	for i, p := range packets[100:103] { // stragglers, in a row
		p.at = packets[600].at + time.Duration(i)
		bad = append(bad, p)
	}
	bad = impair(bad, impairtest.Impairment{}) // sorts
	tr, rec := newTestTrack(t, nil)
	run(tr, bad, 0)
	checkTalk(t, rec.clips, onsets, 50*time.Millisecond, 100)
	st := tr.Stats()
	if n := int64(len(packets)); st.Lost > n/100 || st.Duplicate < n/30 || st.Stray+st.Late == 0 || st.Restarts > 0 {
		t.Errorf("%+v", st)
	}
	if st.DecodedMS > int64(len(packets))*20 {
		t.Errorf("%d ms decoded of %d sent: something is heard twice", st.DecodedMS, len(packets)*20)
	}
}
