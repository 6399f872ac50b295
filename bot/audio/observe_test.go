//go:build !race

package audio

import (
	"math"
	"testing"
	"time"

	"earshot/models"
)

// observe sends audio through Opus and a track, and returns the observations.
func observe(t *testing.T, pcm []float32, c EncoderConfig) []models.Observation {
	t.Helper()
	var out []models.Observation
	tr, err := NewTrack(TrackConfig{
		Session: "s", Epoch: 1, Track: "mic", SpeakerID: "ann", Observe: func(o models.Observation) { out = append(out, o) },
	}, &recorder{})
	if err != nil {
		t.Fatal(err)
	}
	run(tr, encode(t, pcm, c), time.Minute)
	return out
}

// sines is a sum of sines, each with its frequency, at a level in dBFS.
func sines(ms int, dbfs float64, hz ...float64) []float32 {
	out := silence(ms)
	g := amplitude(dbfs) * math.Sqrt(2/float64(len(hz)))
	for i := range out {
		for _, f := range hz {
			out[i] += float32(g * math.Sin(2*math.Pi*f*float64(i)/16000))
		}
	}
	return out
}

// melody is chords of 400 ms, each note with its overtones and a decay, as a piano has.
func melody(ms int, dbfs float64) []float32 {
	chords := [][]float64{{261.6, 329.6, 392}, {293.7, 349.2, 440}, {246.9, 293.7, 392}, {220, 261.6, 329.6}}
	var out []float32
	for i := 0; len(out) < ms*16; i++ {
		var hz []float64
		for _, f := range chords[i%len(chords)] {
			hz = append(hz, f, 2*f, 3*f)
		}
		part := sines(400, dbfs, hz...)
		for k := range part {
			part[k] *= float32(math.Exp(-float64(k) / 6400))
		}
		out = append(out, part...)
	}
	return out[:ms*16]
}

// joined concatenates the sentences.
func joined(all [][]float32) (out []float32) {
	for _, pcm := range all {
		out = append(append(out, pcm...), silence(300)...)
	}
	return out
}

// TestMusicAndNoise: each kind of sound is recognised after the first two seconds. Speech is neither.
func TestMusicAndNoise(t *testing.T) {
	speech := joined(evalWAVs(t)[:8])
	for name, c := range map[string]struct {
		pcm          []float32
		music, noise bool
	}{
		"melody":      {pcm: melody(8000, -20), music: true},
		"loud melody": {pcm: melody(8000, -10), music: true},
		"chord":       {pcm: sines(8000, -20, 220, 277.2, 329.6), music: true},
		"tone":        {pcm: sines(8000, -20, 440), music: true},
		"hum":         {pcm: noises["hum"](8000, -25), noise: true},
		"white noise": {pcm: noises["white"](8000, -25), noise: true},
		"pink noise":  {pcm: noises["pink"](8000, -25), noise: true},
		"brown noise": {pcm: noises["brown"](8000, -25), noise: true},
		"silence":     {pcm: silence(8000)},
		"faint noise": {pcm: noises["white"](8000, -65)},
		"speech":      {pcm: speech},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var music, noise []float64
			for i, o := range observe(t, c.pcm, EncoderConfig{}) {
				if i < 2 || o.Sound == nil || o.Sound.EndMS-o.Sound.StartMS < 900 {
					continue
				}
				music, noise = append(music, o.Sound.Music), append(noise, o.Sound.Noise)
			}
			if len(music) < 5 {
				t.Fatalf("%d observations of 8 s", len(music))
			}
			check := func(what string, got []float64, want bool) {
				for i, x := range got {
					if want && x <= 0.7 || !want && x > 0.5 {
						t.Errorf("%s at %d s is %.2f; all: %.2f", what, i+2, x, got)
						return
					}
				}
			}
			check("music", music, c.music)
			check("noise", noise, c.noise)
		})
	}
}

// TestHumanSpeechIsNoMusic: recordings of people are neither music nor noise by the thresholds of the shipped rules.
func TestHumanSpeechIsNoMusic(t *testing.T) {
	for name, pcm := range humanSpeech(t) {
		bad, n := 0, 0
		for _, o := range observe(t, pcm[:min(len(pcm), 60*oneSecond)], EncoderConfig{}) {
			n++
			if o.Sound != nil && (o.Sound.Music > 0.7 || o.Sound.Noise > 0.7) {
				bad++
			}
		}
		if bad*20 > n {
			t.Errorf("%s: %d of %d s are taken for music or noise", name, bad, n)
		}
	}
}

// TestLevelAndClipping: the level is that of the audio, and only what was cut off at full scale counts as clipped.
func TestLevelAndClipping(t *testing.T) {
	speech := joined(evalWAVs(t)[:4])
	loud := make([]float32, len(speech))
	for i, x := range speech {
		loud[i] = min(1, max(-1, 30*x))
	}
	clipped := func(all []models.Observation) (most float64) {
		for _, o := range all {
			if o.Sound != nil {
				most = max(most, o.Sound.Clipped)
			}
		}
		return most
	}
	if c := clipped(observe(t, speech, EncoderConfig{})); c > 0.001 {
		t.Errorf("of clean speech %.3f is clipped", c)
	}
	if c := clipped(observe(t, loud, EncoderConfig{})); c < 0.05 {
		t.Errorf("of speech cut off at full scale %.3f is clipped", c)
	}
	for _, o := range observe(t, sines(5000, -12, 440), EncoderConfig{})[1:4] {
		if math.Abs(o.Sound.LevelDBFS+12) > 1 {
			t.Errorf("a tone of -12 dBFS has %.1f", o.Sound.LevelDBFS)
		}
	}
}

// TestObservedSpeech: voiced spans are where the speech is, in session time, and observations are made once a second while there is
// audio and not after it.
func TestObservedSpeech(t *testing.T) {
	sentence := evalWAVs(t)[0]
	pcm := append(silence(2000), sentence...)
	spoken := int64(len(sentence) / 16)
	pcm = append(pcm, silence(6000)...)
	for name, c := range map[string]EncoderConfig{"sent": {}, "dtx": {DTX: true}} {
		all := observe(t, pcm, c)
		var voiced, first, last int64
		for i, o := range all {
			if s := o.Sound; s != nil && (s.EndMS-s.StartMS > 1001 || s.EndMS != o.AtMS) {
				t.Errorf("%s: at %d an observation of %+v", name, o.AtMS, *s)
			}
			if i > 0 && o.Sound != nil && o.Sound.StartMS < all[i-1].AtMS {
				t.Errorf("%s: observations overlap: %+v, %+v", name, all[i-1], o)
			}
			for _, v := range o.Voiced {
				if first == 0 {
					first = v.StartMS
				}
				if v.StartMS < last {
					t.Errorf("%s: voiced %+v after %d", name, v, last)
				}
				last = v.EndMS
				voiced += v.EndMS - v.StartMS
			}
		}
		from := int64(time.Minute/time.Millisecond) + 2000
		if first < from-150 || first > from+400 || last > from+spoken+200 || last < from+spoken-700 {
			t.Errorf("%s: speech from %d to %d is voiced from %d to %d", name, from, from+spoken, first, last)
		}
		if voiced < spoken/2 {
			t.Errorf("%s: of %d ms %d are voiced", name, spoken, voiced)
		}
		if seconds := int(8000+spoken)/1000 + 3; len(all) > seconds || c.DTX && len(all) > 10 {
			t.Errorf("%s: %d observations", name, len(all))
		}
	}
}
