//go:build !race

package bench

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"earshot/bot/audio"
	"earshot/bot/audio/impairtest"
	"earshot/bot/audio/sound"
	"earshot/cmd/earshot/recording"
	"earshot/models"
	"earshot/transcribe"
	"earshot/transcribe/fixture"
	"earshot/transcribe/fixture/eval"
	"earshot/transcribe/whisper"
)

// badSound is a condition under which speech is heard wrongly.
type badSound struct {
	name  string
	snr   float64 // dB of white or pink noise; 0 for none
	pink  bool
	loss  float64
	burst float64
}

func badSounds() []badSound {
	return []badSound{
		{name: "clean"},
		{name: "white noise, 10 dB", snr: 10},
		{name: "pink noise, 10 dB", snr: 10, pink: true},
		{name: "white noise, 5 dB", snr: 5},
		{name: "pink noise, 5 dB", snr: 5, pink: true},
		{name: "10 % loss", loss: 0.1},
		{name: "10 % loss in bursts", loss: 0.1, burst: 3},
		{name: "20 % loss", loss: 0.2},
		{name: "20 % loss in bursts", loss: 0.2, burst: 3},
	}
}

// noisy adds noise at a ratio to the speech's mean power.
func (b badSound) noisy(pcm []float32, seed uint64) []float32 {
	out := append([]float32(nil), pcm...)
	if b.snr == 0 {
		return out
	}
	rng := rand.New(rand.NewPCG(seed, 9))
	noise := make([]float32, len(pcm))
	var x, y, z, speech, sum float64
	for i := range noise {
		w := rng.NormFloat64()
		if b.pink { // Paul Kellet's filter
			x, y, z = 0.99765*x+w*0.0990460, 0.96300*y+w*0.2965164, 0.57000*z+w*1.0526913
			w = x + y + z + w*0.1848
		}
		noise[i] = float32(w)
		speech, sum = speech+float64(pcm[i])*float64(pcm[i]), sum+w*w
	}
	gain := float32(math.Sqrt(speech / sum * math.Pow(10, -b.snr/10)))
	for i := range out {
		out[i] += gain * noise[i]
	}
	return out
}

// clipSink collects clips.
type clipSink struct{ clips []models.Clip }

func (s *clipSink) Clip(c models.Clip) { s.clips = append(s.clips, c) }
func (s *clipSink) Gap(models.Gap)     {}

// live sends speech through Opus and a bad network, and gives what a room's track makes of it.
func (b badSound) live(t testing.TB, pcm []float32, seed uint64) []models.Clip {
	t.Helper()
	enc, err := audio.NewEncoder(audio.EncoderConfig{Bitrate: 24000})
	if err != nil {
		t.Fatal(err)
	}
	var sink clipSink
	track, err := audio.NewTrack(audio.TrackConfig{Session: "s", Epoch: 1, Track: "t"}, &sink)
	if err != nil {
		t.Fatal(err)
	}
	net := impairtest.NewImpairer(impairtest.Impairment{Seed: seed, Loss: b.loss, Burst: b.burst})
	pcm48 := sound.Resample(b.noisy(pcm, seed), 16000, 48000)
	at := time.Duration(0)
	for i := 0; i+960 <= len(pcm48); i += 960 {
		packet, err := enc.Encode(pcm48[i : i+960])
		if err != nil {
			t.Fatal(err)
		}
		at += 20 * time.Millisecond
		for range net.Deliver(at) {
			track.Push(audio.Packet{SSRC: 1, Seq: uint16(i / 960), Timestamp: uint32(i), Payload: packet}, at)
		}
		track.Tick(at)
	}
	track.Close(at + time.Second)
	return sink.clips
}

// TestDoubtMeansSomething: in noise and loss at least half of the wrong lines of the practice model are doubted, at no more
// than 5 % of the right ones; of clean speech none is. The bounds come from sentences that are not among these. -v shows
// the curve.
func TestDoubtMeansSomething(t *testing.T) {
	if testing.Short() {
		t.Skip("decodes hundreds of lines")
	}
	sentences, err := eval.Sentences()
	if err != nil {
		t.Fatal(err)
	}
	engine := practiceEngine(t)
	filter := transcribe.Filter{}.WithConfidence(fixture.Confidence / 100.)
	var all []recording.Judged
	var doubted, lines [2]float64 // of the wrong and the right ones in noise and loss
	seed := uint64(0)
	for _, b := range badSounds() {
		var here, of [2]int
		for _, s := range sentences {
			seed++
			for _, c := range b.live(t, slices.Concat(make([]float32, 16000), s.PCM, make([]float32, 8000)), seed) {
				r, err := engine.Decode(t.Context(), transcribe.Sound{PCM: c.PCM}, transcribe.Options{})
				if err != nil {
					t.Fatal(err)
				}
				u := filter.Utterance(c, r, "")
				for _, j := range recording.Judge([]models.Utterance{u}, s.Text, func(models.Utterance) float64 {
					return transcribe.Confidence(c, r)
				}) {
					k := 0
					if j.Right {
						k = 1
					}
					of[k]++
					if len(u.Doubt) > 0 {
						here[k]++
					}
					if b != badSounds()[0] {
						all = append(all, j)
					}
				}
			}
		}
		t.Logf("%-22s %2d wrong, %2d of them doubted; %2d right, %2d of them doubted", b.name, of[0], here[0], of[1], here[1])
		if b == badSounds()[0] {
			if of[1] < 10 || here[1] > 0 {
				t.Errorf("clean speech: %d right lines, of which %d are doubted", of[1], here[1])
			}
			continue
		}
		for k := range lines {
			doubted[k], lines[k] = doubted[k]+float64(here[k]), lines[k]+float64(of[k])
		}
	}
	for _, at := range recording.Curve(all) {
		if at.Percent%5 == 0 {
			t.Logf("confidence %2d: %3.0f %% of wrong, %3.0f %% of right lines", at.Percent, 100*at.Wrong, 100*at.Right)
		}
	}
	if doubted[0] < 0.5*lines[0] || doubted[1] > 0.05*lines[1] || lines[0] < 20 {
		t.Errorf("%g of %g wrong lines are doubted, and %g of %g right ones", doubted[0], lines[0], doubted[1], lines[1])
	}
}

// practiceEngine is the practice model.
func practiceEngine(t *testing.T) transcribe.Decoder {
	t.Helper()
	path, err := fixture.Path(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	m, err := whisper.Load(path, whisper.LoadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close() })
	s, err := m.NewState()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}
