//go:build !race

package app

import (
	"bytes"
	"cmp"
	"slices"
	"testing"
	"time"

	"earshot/bot/audio"
	"earshot/bot/audio/impairtest"
	"earshot/bot/audio/sound"
	"earshot/cmd/earshot/noise"
	"earshot/cmd/earshot/playback"
	"earshot/models"
	"earshot/transcribe"
	"earshot/transcribe/fixture"
	"earshot/transcribe/fixture/eval"
)

// delivery is a packet and its time of arrival.
type delivery struct {
	packet audio.Packet
	at     time.Duration
}

// overNetwork encodes a sentence with a second of room noise around it as a browser would, and passes it through a simulated bad
// network.
func overNetwork(t *testing.T, pcm []float32, bad impairtest.Impairment) []delivery {
	t.Helper()
	enc, err := audio.NewEncoder(audio.EncoderConfig{Channels: 1, Bitrate: 24000, FEC: true, LossPercent: 10})
	if err != nil {
		t.Fatal(err)
	}
	room := noise.Make(noise.Pink, 16000, -70, 9)
	pcm48 := sound.Resample(slices.Concat(room, pcm, room), 16000, 48000)
	im := impairtest.NewImpairer(bad)
	var out []delivery
	for i := 0; (i+1)*960 <= len(pcm48); i++ {
		payload, err := enc.Encode(pcm48[i*960 : (i+1)*960])
		if err != nil {
			t.Fatal(err)
		}
		p := audio.Packet{SSRC: 1, Seq: uint16(i), Timestamp: uint32(i * 960), Payload: bytes.Clone(payload)}
		for _, at := range im.Deliver(time.Duration(i) * 20 * time.Millisecond) {
			out = append(out, delivery{p, at})
		}
	}
	slices.SortStableFunc(out, func(a, b delivery) int { return cmp.Compare(a.at, b.at) })
	return out
}

// heardThrough returns the transcript of a track that receives the packets, and how much of its audio was concealed.
func heardThrough(t *testing.T, e transcribe.Decoder, packets []delivery) (text string, concealedMS int64) {
	t.Helper()
	var sink playback.Clips
	track, err := audio.NewTrack(audio.TrackConfig{Session: "s", Epoch: 1, Track: "t", Attribution: models.AttributionTrack}, &sink)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Duration(0)
	for _, d := range packets {
		for ; now < d.at; now += 20 * time.Millisecond {
			track.Tick(now)
		}
		track.Push(d.packet, d.at)
	}
	track.Close(now + time.Second)
	for _, c := range sink {
		r, err := e.Decode(t.Context(), transcribe.Sound{PCM: c.PCM}, transcribe.Options{})
		if err != nil {
			t.Fatal(err)
		}
		text += " " + r.Text
		concealedMS += c.ConcealedMS
	}
	return text, concealedMS
}

// TestFault7WordsSurviveTheNetwork compares transcripts of recordings that went through Opus, the jitter buffer, loss, voice
// detection and segmentation with transcripts of the recordings themselves.
func TestFault7WordsSurviveTheNetwork(t *testing.T) {
	if testing.Short() {
		t.Skip("decodes for half a minute")
	}
	t.Parallel()
	engine := practiceEngine(t)
	all := sentences(t)
	wrong, words := 0, 0
	for _, u := range all {
		r, err := engine.Decode(t.Context(), transcribe.Sound{PCM: u.PCM}, transcribe.Options{})
		if err != nil {
			t.Fatal(err)
		}
		e, n := fixture.WER(u.Text, r.Text)
		wrong, words = wrong+e, words+n
	}
	offline := 100 * float64(wrong) / float64(words)
	t.Logf("from the recordings: WER %.1f %% of %d words", offline, words)
	checkSilence(t, engine, all)
	for _, c := range []struct {
		name  string
		bad   impairtest.Impairment
		seeds uint64
		more  float64 // percentage points above offline that are allowed
	}{
		{"a perfect network", impairtest.Impairment{}, 1, 1},
		{
			"jitter, reordering and duplicates",
			impairtest.Impairment{
				Delay: 40 * time.Millisecond, Jitter: 30 * time.Millisecond, Reorder: 0.05, ReorderBy: 60 * time.Millisecond, Duplicate: 0.05,
			},
			1, 1,
		},
		{"5 % random loss", impairtest.Impairment{Loss: 0.05}, 1, 4},
		{"10 % random loss", impairtest.Impairment{Loss: 0.1}, 2, 4},
		{"10 % loss in bursts of 3", impairtest.Impairment{Loss: 0.1, Burst: 3}, 1, 100},
		{"30 % random loss", impairtest.Impairment{Loss: 0.3}, 1, 100}, // reported, not required
	} {
		wrong, words, concealed := 0, 0, int64(0)
		for seed := range c.seeds {
			for i, u := range all {
				bad := c.bad
				bad.Seed = 1000*seed + uint64(i) + 1
				text, ms := heardThrough(t, engine, overNetwork(t, u.PCM, bad))
				e, n := fixture.WER(u.Text, text)
				wrong, words, concealed = wrong+e, words+n, concealed+ms
			}
		}
		wer := 100 * float64(wrong) / float64(words)
		t.Logf("%s: WER %.1f %%, %d ms concealed", c.name, wer, concealed)
		if wer > offline+c.more {
			t.Errorf("%s: %.1f %% of the words are wrong, %.1f %% of the recordings: want at most %g points more", c.name, wer, offline, c.more)
		}
		if c.bad.Loss >= 0.1 && concealed == 0 || c.bad == (impairtest.Impairment{}) && concealed > 0 {
			t.Errorf("%s: %d ms concealed", c.name, concealed)
		}
	}
}

// checkSilence sends two sentences with a minute of silence between them that the sender leaves out (DTX): each is one line at its
// time, and the silence produces none.
func checkSilence(t *testing.T, e transcribe.Decoder, all []eval.Sentence) {
	t.Helper()
	lines := []playback.Line{
		{Text: all[0].Text, PCM: sound.Resample(all[0].PCM, 16000, 48000)},
		{Text: all[1].Text, PCM: sound.Resample(all[1].PCM, 16000, 48000)},
	}
	sent, err := playback.Record(lines, func(time.Duration) time.Duration { return time.Minute })
	if err != nil {
		t.Fatal(err)
	}
	clips, err := sent.Clips()
	if err != nil || len(clips) != len(lines) {
		t.Fatalf("%d clips of %d sentences a minute apart, %v", len(clips), len(lines), err)
	}
	begins := time.Duration(0)
	for i, c := range clips {
		r, err := e.Decode(t.Context(), transcribe.Sound{PCM: c.PCM}, transcribe.Options{})
		if err != nil {
			t.Fatal(err)
		}
		begins += time.Minute
		if wrong, _ := fixture.WER(lines[i].Text, r.Text); wrong > 0 {
			t.Errorf("sentence %d after a minute of silence: %d words are wrong", i+1, wrong)
		}
		at, length := time.Duration(c.EndMS)*time.Millisecond, time.Duration(len(lines[i].PCM))*time.Second/48000
		if i > 0 && (at < begins+length-600*time.Millisecond || at > begins+length+600*time.Millisecond) {
			t.Errorf("sentence %d ends at %v, it was said from %v for %v", i+1, at, begins, length)
		}
		begins += length
	}
}
