//go:build !race

package audio

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"earshot/bot/audio/sound"
	"earshot/models"
)

func amplitude(dbfs float64) float64 { return math.Pow(10, dbfs/20) }

// speech24 is what a browser sends for speech.
var speech24 = EncoderConfig{Bitrate: 24000, FEC: true, LossPercent: 10}

// within fails if a time differs by more than allowed.
func within(t *testing.T, what string, got, want, tolerance int64) {
	t.Helper()
	if got < want-tolerance || got > want+tolerance {
		t.Errorf("%s at %d ms, want %d +-%d", what, got, want, tolerance)
	}
}

// onset is where the audio of a clip begins, in session ms: its first block above -35 dBFS.
func onset(c models.Clip) int64 {
	for i := 0; i+160 <= len(c.PCM); i += 160 {
		if sound.DBFS(sound.Power(c.PCM[i:i+160])) > -35 {
			return c.StartMS + int64(i/16)
		}
	}
	return -1
}

// loudAt is where audio begins in PCM, in ms.
func loudAt(pcm []float32) int64 { return onset(models.Clip{PCM: pcm}) }

// script returns sentences with pauses between them, and when each begins to be audible, in ms.
func talk(t testing.TB, pauseMS int) (pcm []float32, onsets []int64) {
	pcm = silence(pauseMS)
	for _, w := range evalWAVs(t)[:6] { // encoding is what these tests spend their time on
		onsets = append(onsets, int64(len(pcm)/16)+loudAt(w))
		pcm = append(append(pcm, w...), silence(pauseMS)...)
	}
	return pcm, onsets
}

// checkTalk checks that each sentence is one clip at its time.
func checkTalk(t *testing.T, clips []models.Clip, onsets []int64, from time.Duration, tolerance int64) {
	t.Helper()
	if len(clips) != len(onsets) {
		t.Fatalf("%d clips for %d sentences", len(clips), len(onsets))
	}
	for i, c := range clips {
		within(t, "sentence "+c.Key.String(), onset(c), onsets[i]+ms(from), tolerance)
		if c.Seq != i+1 || c.SpeakerID != "ann" || c.EndMS <= c.StartMS {
			t.Errorf("clip %d is %s of %s, %d-%d ms", i, c.Key, c.SpeakerID, c.StartMS, c.EndMS)
		}
	}
}

func TestTrack(t *testing.T) {
	pcm, onsets := talk(t, 1000)
	tr, rec := newTestTrack(t, nil)
	packets := encode(t, pcm, speech24)
	run(tr, packets, 5*time.Second)
	checkTalk(t, rec.clips, onsets, 5*time.Second, 100)
	st := tr.Stats()
	if st.Packets != int64(len(packets)) || st.Lost+st.Late+st.Duplicate+st.BadOpus+st.ConcealedMS != 0 || len(rec.gaps) != 0 {
		t.Errorf("a perfect network gave %+v and %d gaps", st, len(rec.gaps))
	}
}

// Padding between packets uses sequence numbers and no time: it is neither loss nor a reason to wait.
func TestPaddingIsNotLoss(t *testing.T) {
	pcm, onsets := talk(t, 1000)
	var packets []sent
	for i, p := range encode(t, pcm, speech24) {
		p.Seq += uint16(i / 3)
		packets = append(packets, p)
		if i%3 == 2 {
			filler := p
			filler.Seq, filler.Payload = p.Seq+1, nil
			packets = append(packets, filler)
		}
	}
	tr, rec := newTestTrack(t, nil)
	run(tr, packets, 0)
	checkTalk(t, rec.clips, onsets, 0, 100)
	if st := tr.Stats(); st.Lost != 0 || st.Padding != int64(len(packets)/4) || st.ConcealedMS+st.DTXMS != 0 {
		t.Errorf("%+v", st)
	}
}

// Damaged Opus is concealed; the time base stays right.
func TestFault2DamagedOpus(t *testing.T) {
	pcm, onsets := talk(t, 1000)
	for _, share := range []float64{0.01, 0.1} {
		r := rand.New(rand.NewPCG(3, 4))
		packets := encode(t, pcm, speech24)
		for i := range packets {
			p := packets[i].Payload
			switch x := r.Float64(); {
			case x < share/3:
				p[r.IntN(len(p))] ^= 1 << r.IntN(8)
			case x < share*2/3:
				packets[i].Payload = p[:1+r.IntN(2)]
			case x < share:
				packets[i].Payload = []byte{p[0] | 3, byte(r.IntN(2) * 63), 7}
			}
		}
		tr, rec := newTestTrack(t, nil)
		run(tr, packets, 0)
		if len(rec.clips) < len(onsets) {
			t.Errorf("%g: %d clips for %d sentences", share, len(rec.clips), len(onsets))
		}
		within(t, "the last clip's end", rec.clips[len(rec.clips)-1].EndMS, int64(len(pcm)/16)-1000, 600)
		if st := tr.Stats(); st.BadOpus == 0 || st.Restarts > 0 {
			t.Errorf("%g: %+v", share, st)
		}
	}
}

// Any payload size and any frame length.
func TestFault3PayloadSizesAndFrameLengths(t *testing.T) {
	for _, size := range []int{0, 1, 2, 3, 1275, 1500, 65507} {
		tr, _ := newTestTrack(t, nil)
		for i := range 20 {
			tr.Push(Packet{SSRC: 1, Seq: uint16(i), Timestamp: uint32(960 * i), Payload: make([]byte, size)}, time.Duration(i)*20*time.Millisecond)
		}
		tr.Close(time.Second)
		if st := tr.Stats(); st.Packets != 20 || st.Lost != 0 || (size > 1275) != (st.BadOpus == 20) {
			t.Errorf("%d bytes: %+v", size, st)
		}
	}
	pcm := sound.Resample(evalWAVs(t)[0], 16000, 48000)
	for _, ch := range []int{1, 2} {
		for _, frame := range []int{120, 240, 480, 960, 1920, 2880} {
			enc, err := NewEncoder(EncoderConfig{Channels: ch, Bitrate: 32000})
			if err != nil {
				t.Fatal(err)
			}
			tr, rec := newTestTrack(t, nil)
			n := len(pcm) / frame
			for i := range n {
				in := pcm[i*frame : (i+1)*frame]
				if ch == 2 {
					in = interleave(in)
				}
				b, err := enc.Encode(in)
				if err != nil {
					t.Fatal(err)
				}
				tr.Push(Packet{Seq: uint16(i), Timestamp: uint32(i * frame), Payload: b}, time.Duration(i*frame)*time.Second/48000)
			}
			tr.Close(4 * time.Second)
			st := tr.Stats()
			if want := int64(n*frame) / 48; st.DecodedMS < want-int64(n) || st.DecodedMS > want {
				t.Errorf("%d channels, %d samples: %d ms decoded, want %d", ch, frame, st.DecodedMS, want)
			}
			if len(rec.clips) != 1 || tr.play.pos != int64(n*frame/3) {
				t.Errorf("%d channels, %d samples: %d clips, position %d, want %d", ch, frame, len(rec.clips), tr.play.pos, n*frame/3)
			}
		}
	}
}

func interleave(mono []float32) []float32 {
	out := make([]float32, 0, 2*len(mono))
	for _, s := range mono {
		out = append(out, s, s)
	}
	return out
}

// Another SSRC in the middle of speech costs one split and no words.
func TestFault4SSRCChange(t *testing.T) {
	pcm := evalWAVs(t)[2]
	packets := encode(t, append(append(silence(500), pcm...), silence(900)...), speech24)
	half := 25 + len(pcm)/320/2
	for i := half; i < len(packets); i++ {
		p := &packets[i]
		p.SSRC, p.Seq, p.Timestamp = 99, p.Seq+12345, p.Timestamp+99999999
	}
	tr, rec := newTestTrack(t, nil)
	run(tr, packets, 0)
	if st := tr.Stats(); st.SSRCChanges != 1 || st.Lost != 0 || st.Stray != 0 {
		t.Errorf("%+v", st)
	}
	if len(rec.clips) != 2 {
		t.Fatalf("%d clips, want one split", len(rec.clips))
	}
	within(t, "the second part", rec.clips[1].StartMS, rec.clips[0].EndMS, 60)
	for _, c := range rec.clips {
		sameSound(t, c, 0.99)
	}
}

func TestAlternatingSSRCsKeepTheFirst(t *testing.T) {
	pcm, onsets := talk(t, 1000)
	var packets []sent
	for _, p := range encode(t, pcm, speech24) {
		q := p
		q.SSRC = 99
		packets = append(packets, p, q)
	}
	tr, rec := newTestTrack(t, nil)
	run(tr, packets, 0)
	checkTalk(t, rec.clips, onsets, 0, 100)
	if st := tr.Stats(); st.SSRCChanges != 0 || st.Stray == 0 {
		t.Errorf("%+v", st)
	}
}

// A sender that restarts with distant numbers under the same SSRC is followed.
func TestSequenceRestart(t *testing.T) {
	pcm, onsets := talk(t, 1000)
	packets := encode(t, pcm, speech24)
	cut := int(onsets[3]/20) - 30 // in the pause
	for i := cut; i < len(packets); i++ {
		packets[i].Seq += 20000
		packets[i].Timestamp += 1 << 30
		packets[i].at += 10 * time.Second
	}
	for i := 3; i < len(onsets); i++ {
		onsets[i] += 10000
	}
	tr, rec := newTestTrack(t, nil)
	run(tr, packets, 0)
	checkTalk(t, rec.clips, onsets, 0, 100)
	if st := tr.Stats(); st.Restarts != 1 {
		t.Errorf("%+v", st)
	}
}

// If the media clock jumps while sequence numbers continue, a new time base begins.
func TestTimestampJump(t *testing.T) {
	for _, jump := range []uint32{1 << 30, 3 << 30, 48000 * 20} {
		pcm, onsets := talk(t, 1000)
		packets := encode(t, pcm, speech24)
		for i := int(onsets[3]/20) - 30; i < len(packets); i++ {
			packets[i].Timestamp += jump
		}
		tr, rec := newTestTrack(t, nil)
		run(tr, packets, 0)
		checkTalk(t, rec.clips, onsets, 0, 100)
		if st := tr.Stats(); st.Restarts != 1 {
			t.Errorf("jump of %d: %+v", jump, st)
		}
	}
}

// A microphone that is muted without its clock advancing must not shift what follows.
func TestPausedMediaClock(t *testing.T) {
	pcm, onsets := talk(t, 1000)
	packets := encode(t, pcm, speech24)
	cut := int(onsets[3]/20) - 30
	for i := cut; i < len(packets); i++ {
		packets[i].at += time.Minute
	}
	for i := 3; i < len(onsets); i++ {
		onsets[i] += 60000
	}
	tr, rec := newTestTrack(t, nil)
	run(tr, packets, 0)
	checkTalk(t, rec.clips, onsets, 0, 100)
}

// A silent track costs no decoding; an onset loses nothing.
func TestLevelGate(t *testing.T) {
	pcm, onsets := talk(t, 5000)
	packets := encode(t, pcm, speech24)
	for i := range packets {
		k := min(len(pcm)-320, i*320)
		packets[i].Level, packets[i].HasLevel = uint8(min(127, -sound.DBFS(sound.Power(pcm[k:k+320])))), true
	}
	tr, rec := newTestTrack(t, nil)
	run(tr, packets, 0)
	checkTalk(t, rec.clips, onsets, 0, 100)
	st := tr.Stats()
	if st.SkippedMS < 6*3000 || st.SkippedMS+st.DecodedMS < int64(len(packets))*20-100 {
		t.Errorf("%+v", st)
	}
	for i, c := range rec.clips {
		sameSound(t, c, 0.999)
		if lead := onsets[i] - c.StartMS; i > 0 && lead < 200 {
			t.Errorf("clip %d has %d ms before its onset", i, lead)
		}
	}
}

func TestTrackConfigErrors(t *testing.T) {
	for name, c := range map[string]TrackConfig{
		"no session": {Track: "a"},
		"no track":   {Session: "s"},
		"segment":    {Session: "s", Track: "a", Segment: SegmentConfig{Onset: 9}},
	} {
		if _, err := NewTrack(c, &recorder{}); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := NewTrack(TrackConfig{Session: "s", Track: "a"}, nil); err == nil {
		t.Error("no sink: no error")
	}
}

func TestClosedTrackDoesNothing(t *testing.T) {
	tr, rec := newTestTrack(t, nil)
	run(tr, encode(t, evalWAVs(t)[0], speech24), 0)
	n, st := len(rec.clips), tr.Stats()
	run(tr, encode(t, evalWAVs(t)[1], speech24), time.Minute)
	if len(rec.clips) != n || tr.Stats() != st {
		t.Error("a closed track went on")
	}
}
