//go:build !race

package audio

import (
	"bytes"
	"math"
	"testing"
	"time"

	"earshot/bot/audio/sound"
	"earshot/bot/audio/spectrum"
	"earshot/models"
)

// tones is one second of each frequency, one after the other.
func tones(hz ...float64) (out []float32) {
	for _, f := range hz {
		out = append(out, sines(1000, -12, f)...)
	}
	return out
}

// pitch is the strongest frequency in the audio.
func pitch(pcm []float32) float64 {
	const n = 8192
	p := spectrum.New(n).Of(pcm[:n])
	best := 10
	for k := range p {
		if k > 10 && p[k] > p[best] {
			best = k
		}
	}
	return float64(best) * 16000 / n
}

// fillRing sends audio through a track with a ring.
func fillRing(t *testing.T, r *Ring, packets []sent, from time.Duration) {
	t.Helper()
	tr, err := NewTrack(TrackConfig{Session: "s", Epoch: 1, Track: "mic", SpeakerID: "ann", Ring: r}, &recorder{})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range packets {
		tr.Push(p.Packet, from+p.at)
		tr.Tick(from + p.at)
	}
	tr.Tick(from + packets[len(packets)-1].at + 200*time.Millisecond)
}

// hear decodes what a ring returns for a span.
func hear(t *testing.T, r *Ring, from, to int64) (pcm []float32, begin, end int64) {
	t.Helper()
	opus, begin, end := r.Clip(from, to)
	if opus == nil {
		return nil, 0, 0
	}
	c := models.Clip{Opus: opus}
	if err := DecodeClip(&c); err != nil {
		t.Fatal(err)
	}
	var ogg bytes.Buffer
	if err := WriteOgg(&ogg, opus); err != nil {
		t.Fatal(err)
	}
	file, err := ReadOggOpus(&ogg)
	if err != nil {
		t.Fatal(err)
	}
	if d := len(file) - len(c.PCM); d < -200 || d > 200 || int64(len(c.PCM)) != (end-begin)*16 {
		t.Errorf("%d to %d ms: %d samples, %d in the file", begin, end, len(c.PCM), len(file))
	}
	return c.PCM, begin, end
}

// TestRing: the audio returned for a span is what was heard at that time of the session, checked by the pitch of each second, as far
// as the ring reaches back.
func TestRing(t *testing.T) {
	scale := []float64{300, 400, 500, 600, 700, 800, 900, 1000, 1100, 1200}
	r := NewRing(6 * time.Second)
	fillRing(t, r, encode(t, tones(scale...), EncoderConfig{}), time.Minute)
	if end := r.Last(); end < 69_900 || end > 70_100 {
		t.Errorf("it ends at %d", end)
	}
	pcm, from, to := hear(t, r, 65_000, 68_000)
	if from != 65_000 || to != 68_000 {
		t.Fatalf("asked for 65 to 68 s, got %d to %d", from, to)
	}
	for i, want := range scale[5:8] {
		if got := pitch(pcm[i*oneSecond+3000:]); math.Abs(got-want) > 10 {
			t.Errorf("second %d is of %.0f Hz and not %.0f", i, got, want)
		}
	}
	pcm, from, to = hear(t, r, 50_000, 90_000) // more than there is
	if from < 63_900 || from > 64_100 || to < 69_900 || to > 70_100 || math.Abs(pitch(pcm[3000:])-700) > 10 {
		t.Errorf("all of it is %d to %d ms of %.0f Hz", from, to, pitch(pcm[3000:]))
	}
	if opus, _, _ := r.Clip(10_000, 20_000); opus != nil {
		t.Error("there is sound from before the ring")
	}
}

// TestRingOverStreams: a speaker who returns with another stream has one continuous timeline with a pause in it.
func TestRingOverStreams(t *testing.T) {
	r := NewRing(30 * time.Second)
	fillRing(t, r, encode(t, tones(300, 400), EncoderConfig{}), 10*time.Second)
	again := encode(t, tones(900, 1000), EncoderConfig{})
	for i := range again {
		again[i].SSRC, again[i].Seq, again[i].Timestamp = 5, uint16(i), uint32(i*960)
	}
	fillRing(t, r, again, 14*time.Second)
	pcm, from, to := hear(t, r, 10_500, 15_500)
	if from != 10_500 || to != 15_500 {
		t.Fatalf("%d to %d ms", from, to)
	}
	for at, want := range map[int]float64{700: 400, 3600: 900, 4450: 1000} {
		if got := pitch(pcm[at*16:]); math.Abs(got-want) > 10 {
			t.Errorf("at %d ms: %.0f Hz and not %.0f", at, got, want)
		}
	}
	if p := sound.DBFS(sound.Power(pcm[2000*16 : 3000*16])); p > -50 {
		t.Errorf("the pause has %.0f dBFS", p)
	}
}

// TestRingForgets: even without packets nothing is kept for longer than the length of the ring.
func TestRingForgets(t *testing.T) {
	r := NewRing(2 * time.Second)
	tr, err := NewTrack(TrackConfig{Session: "s", Epoch: 1, Track: "mic", Ring: r}, &recorder{})
	if err != nil {
		t.Fatal(err)
	}
	packets := encode(t, tones(300, 400, 500), EncoderConfig{})
	for _, p := range packets {
		tr.Push(p.Packet, p.at)
	}
	if n := len(r.packets); n < 95 || n > 105 {
		t.Errorf("2 s are %d packets", n)
	}
	end := packets[len(packets)-1].at
	tr.Tick(end + 1900*time.Millisecond)
	if r.Last() == 0 {
		t.Error("it has forgotten too early")
	}
	tr.Tick(end + 2100*time.Millisecond)
	if opus, _, _ := r.Clip(0, 10_000); opus != nil || r.Last() != 0 || len(r.packets) != 0 {
		t.Error("it has not forgotten")
	}
}
