//go:build !race

package audio

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"slices"
	"testing"

	"earshot/bot/audio/sound"
	"earshot/bot/audio/sound/soundtest"
)

// oggPagesOf splits a file into pages.
func oggPagesOf(t testing.TB, file []byte) (out []*oggPage) {
	t.Helper()
	pages := newOggPages(bytes.NewReader(file))
	for {
		p, err := pages.next()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, p)
	}
}

func joinPages(pages []*oggPage) (out []byte) {
	for _, p := range pages {
		out = append(out, p.marshal()...)
	}
	return out
}

func hearOgg(t testing.TB, file []byte) soundtest.Heard {
	t.Helper()
	s, err := NewOggSound(bytes.NewReader(file), 0)
	return soundtest.Read(t, s, err)
}

// shifted shifts the positions of pages, starting with one.
func shifted(ps []*oggPage, from int, by int64) []byte {
	for _, p := range ps[from:] {
		p.granule += by
	}
	return joinPages(ps)
}

func TestOggStreamsOneAfterAnother(t *testing.T) {
	one, two := oggFile(t, noise(3000, -20, 1)), oggFile(t, noise(2000, -20, 2))
	for name, c := range map[string]struct {
		file []byte
		ms   int
	}{
		"two":                 {slices.Concat(one, two), 5000},
		"with rubbish":        {slices.Concat(one, []byte("OggS and more"), two), 5000},
		"without an end mark": {slices.Concat(joinPages(oggPagesOf(t, one)[:4]), two), 4000},
	} {
		if got := hearOgg(t, c.file); len(got.PCM)/16 < c.ms-50 || len(got.PCM)/16 > c.ms+50 {
			t.Errorf("%s: %d ms, want %d", name, len(got.PCM)/16, c.ms)
		}
	}
	beside := oggPagesOf(t, two)
	for _, p := range beside {
		p.serial = 7
	}
	ps := oggPagesOf(t, one)
	got := hearOgg(t, joinPages(slices.Concat(ps[:1], beside[:1], ps[1:2], beside[1:], ps[2:])))
	if len(got.PCM)/16 != 3000 || len(got.Notes) != 1 {
		t.Errorf("a stream beside the first: %d ms, %q", len(got.PCM)/16, got.Notes)
	}
}

// Two channels with opposite signs are not silence, nor are they in Opus.
func TestInvertedChannels(t *testing.T) {
	enc, err := NewEncoder(EncoderConfig{Channels: 2, Bitrate: 64000})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	o, err := NewOggWriter(&b, OggHead{Channels: 2, PreSkip: 312, Rate: 48000})
	if err != nil {
		t.Fatal(err)
	}
	for i := range 100 {
		pcm := make([]float32, 1920)
		for k := range 960 {
			x := float32(0.3 * math.Sin(2*math.Pi*440*float64(i*960+k)/48000))
			pcm[2*k], pcm[2*k+1] = x, -x
		}
		packet, err := enc.Encode(pcm)
		if err != nil {
			t.Fatal(err)
		}
		if err := o.WritePacket(packet); err != nil {
			t.Fatal(err)
		}
	}
	if err := o.Close(0); err != nil {
		t.Fatal(err)
	}
	got := hearOgg(t, b.Bytes())
	if l := sound.DBFS(sound.Power(got.PCM[8000:])); l < -16 || l > -12 {
		t.Errorf("%.0f dBFS, want that of a sine of 0.3", l)
	}
}

func TestMixKeepsEveryVoice(t *testing.T) {
	a, b := noise(1000, -20, 1), noise(1000, -20, 2)
	inverted := make([]float32, len(a))
	for i := range a {
		inverted[i] = -a[i]
	}
	for name, channels := range map[string][][]float32{
		"one": {a}, "twice the same": {a, a}, "inverted": {a, inverted}, "two voices": {a, b}, "one silent": {a, make([]float32, len(a))},
		"two and an inverted one": {a, b, inverted},
	} {
		var m sound.Mixer
		if r := correlation(m.Mix(channels), a); r < 0.6 {
			t.Errorf("%s: correlation %.2f", name, r)
		}
	}
}

func TestLeveller(t *testing.T) {
	quiet, usual := noise(8000, -71, 1), noise(8000, -20, 2)
	pauses := slices.Clone(quiet)
	for i := range pauses {
		if i/8000%2 == 1 {
			pauses[i] = 0
		}
	}
	scaled := make([]float32, len(usual))
	for i := range usual {
		scaled[i] = usual[i] * 32768
	}
	for name, c := range map[string]struct {
		pcm      []float32
		from, to float64
	}{
		"as it should be": {usual, -21, -19}, "far too quiet": {pauses, -40, -30}, "steady noise is not raised": {quiet, -72, -60},
		"scaled":  {scaled, -25, -15},
		"silence": {make([]float32, 80000), -101, -99},
	} {
		var l sound.Leveller
		var out []float32
		for pcm := c.pcm; len(pcm) > 0; {
			n := min(len(pcm), 777)
			out = append(out, l.Push(pcm[:n])...)
			pcm = pcm[n:]
		}
		out = append(out, l.Flush()...)
		if len(out) != len(c.pcm) {
			t.Errorf("%s: %d samples of %d", name, len(out), len(c.pcm))
		}
		if got := sound.DBFS(sound.Power(out)); got < c.from || got > c.to {
			t.Errorf("%s: %.0f dBFS, want %.0f to %.0f", name, got, c.from, c.to)
		}
	}
}

// TestOggLength: the last page determines the length of a recording, unless its position is implausible.
func TestOggLength(t *testing.T) {
	file := oggFile(t, noise(5000, -20, 1))
	if n := OggLength(file, int64(len(file))); n < 79000 || n > 81000 {
		t.Errorf("%d samples, want 80000", n)
	}
	ps := oggPagesOf(t, file)
	if n := OggLength(shifted(ps, 0, 50*3600*48000), int64(len(file))); n != 0 {
		t.Errorf("%d samples in %d bytes", n, len(file))
	}
	if n := OggLength(binary.LittleEndian.AppendUint64(nil, 5), 8); n != 0 {
		t.Errorf("%d samples in no file", n)
	}
}
