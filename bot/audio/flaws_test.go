package audio

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"slices"
	"strings"
	"testing"
)

// heard is what came of a recording.
type heard struct {
	pcm   []float32 // with silence for what is missing
	lost  int64     // ms
	notes []string
}

func readSound(t testing.TB, s Sound, err error) (h heard) {
	t.Helper()
	var mix Mixer
	for err == nil {
		var p Piece
		if p, err = s.Next(); err != nil {
			break
		}
		if p.Lost {
			h.lost += p.Samples() / 16
		}
		if len(p.PCM) > 0 {
			h.pcm = append(h.pcm, mix.Mix(p.PCM)...)
		} else {
			h.pcm = append(h.pcm, make([]float32, p.Silent)...)
		}
	}
	if !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	h.notes = s.Notes()
	return h
}

// oggPagesOf takes a file apart.
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

// TestOggWithOneFlaw: what is damaged or missing costs what it holds, and is told with its length; the rest is in its place.
// The recording lasts 6 s, in pages of 1 s; page 4 begins at 2 s of the packets.
func TestOggWithOneFlaw(t *testing.T) {
	pcm := noise(6000, -20, 5)
	whole := hearOgg(t, oggFile(t, pcm))
	if d := len(whole.pcm) - len(pcm); d < -2 || d > 2 || whole.lost != 0 || len(whole.notes) > 0 {
		t.Fatalf("the whole recording: %d samples of %d, lost %d, %q", len(whole.pcm), len(pcm), whole.lost, whole.notes)
	}
	for name, c := range map[string]struct {
		harm   func(ps []*oggPage) []byte
		lostMS int64 // missing
		moreMS int64 // longer than the recording
		silent bool  // nothing is told
	}{
		"a wrong checksum": {func(ps []*oggPage) []byte {
			b := joinPages(ps)
			b[bytes.Index(b, ps[4].body)+100] ^= 1
			return b
		}, 1000, 0, false},
		"a page missing":         {func(ps []*oggPage) []byte { return joinPages(slices.Delete(ps, 4, 5)) }, 1000, 0, false},
		"two pages missing":      {func(ps []*oggPage) []byte { return joinPages(slices.Delete(ps, 3, 5)) }, 2000, 0, false},
		"the first page missing": {func(ps []*oggPage) []byte { return joinPages(slices.Delete(ps, 2, 3)) }, 1000, 0, false},
		"the tags damaged": {
			func(ps []*oggPage) []byte { b := joinPages(ps); b[bytes.Index(b, []byte("OpusTags"))+9] ^= 1; return b }, 0, 0, false,
		},
		"the head's checksum":      {func(ps []*oggPage) []byte { b := joinPages(ps); b[22] ^= 1; return b }, 0, 0, true},
		"the last page damaged":    {func(ps []*oggPage) []byte { b := joinPages(ps); b[len(b)-5] ^= 1; return b }, 0, 0, false},
		"cut within the last page": {func(ps []*oggPage) []byte { b := joinPages(ps); return b[:len(b)-20] }, 0, 0, false},
		"cut within a page": {func(ps []*oggPage) []byte {
			b := joinPages(ps)
			return b[:bytes.Index(b, ps[6].body)+50]
		}, 1000, -1000, false},
		"bytes between pages": {func(ps []*oggPage) []byte {
			return append(append(joinPages(ps[:4]), "OggSrubbish and more OggS of it"...), joinPages(ps[4:])...)
		}, 0, 0, false},
		"bytes before the file": {func(ps []*oggPage) []byte { return append([]byte("rubbish"), joinPages(ps)...) }, 0, 0, true},
		"a page twice":          {func(ps []*oggPage) []byte { return joinPages(slices.Insert(ps, 4, ps[3])) }, 0, 0, true},
		"no numbers": {func(ps []*oggPage) []byte {
			for _, p := range ps {
				p.seq = 0
			}
			return joinPages(ps)
		}, 0, 0, true},
		"a malformed packet": {func(ps []*oggPage) []byte {
			ps[4].body[0] |= 3 // a count of frames that does not fit
			ps[4].body[1] = 0x3f
			return joinPages(ps)
		}, 20, 0, false},
		"a pause of 7 s":         {func(ps []*oggPage) []byte { return shifted(ps, 4, 7*48000) }, 0, 7000, true},
		"a jump of 100 h":        {func(ps []*oggPage) []byte { return shifted(ps, 4, 100*3600*48000) }, 0, 0, false},
		"a jump of one page":     {func(ps []*oggPage) []byte { ps[4].granule += 1 << 50; return joinPages(ps) }, 0, 0, false},
		"a jump back":            {func(ps []*oggPage) []byte { return shifted(ps, 4, -96000) }, 0, 0, true},
		"a broadcast":            {func(ps []*oggPage) []byte { return shifted(ps, 2, 9*3600*48000) }, 0, 0, true},
		"no position at the end": {func(ps []*oggPage) []byte { ps[len(ps)-1].granule = -1; return joinPages(ps) }, 0, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			got := hearOgg(t, c.harm(oggPagesOf(t, oggFile(t, pcm))))
			if d := got.lost - c.lostMS; (d < -10 || d > 10) && !strings.Contains(name, "last page") {
				t.Errorf("%d ms lost, want %d", got.lost, c.lostMS)
			}
			if d := int64(len(got.pcm)-len(pcm))/16 - c.moreMS; d < -30 || d > 30 {
				t.Errorf("%d ms long, want %d more than %d", len(got.pcm)/16, c.moreMS, len(pcm)/16)
			}
			if told := len(got.notes) > 0 || got.lost > 0; told == c.silent {
				t.Errorf("told %q", got.notes)
			}
			n := 16000
			if r := correlation(got.pcm[n/2:n], whole.pcm[n/2:n]); r < 0.9 && c.lostMS != 2000 && !strings.Contains(name, "first page") {
				t.Errorf("the first second has a correlation of %.2f", r)
			}
			if c.moreMS < 0 {
				return
			}
			end := got.pcm[len(got.pcm)-24000:][:8000]
			if _, r := bestLag(whole.pcm[len(whole.pcm)-24000:][:8000], end, 400); r < 0.7 {
				t.Errorf("the end is not in its place: correlation %.2f", r)
			}
		})
	}
}

func hearOgg(t testing.TB, file []byte) heard {
	t.Helper()
	s, err := NewOggSound(bytes.NewReader(file), 0)
	return readSound(t, s, err)
}

// shifted moves the positions of pages from one on.
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
		if got := hearOgg(t, c.file); len(got.pcm)/16 < c.ms-50 || len(got.pcm)/16 > c.ms+50 {
			t.Errorf("%s: %d ms, want %d", name, len(got.pcm)/16, c.ms)
		}
	}
	beside := oggPagesOf(t, two)
	for _, p := range beside {
		p.serial = 7
	}
	ps := oggPagesOf(t, one)
	got := hearOgg(t, joinPages(slices.Concat(ps[:1], beside[:1], ps[1:2], beside[1:], ps[2:])))
	if len(got.pcm)/16 != 3000 || len(got.notes) != 1 {
		t.Errorf("a stream beside the first: %d ms, %q", len(got.pcm)/16, got.notes)
	}
}

// Two channels with opposite signs are no silence, in Opus neither.
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
	if l := powerDBFS(power(got.pcm[8000:])); l < -16 || l > -12 {
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
		var m Mixer
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
		var l Leveller
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
		if got := powerDBFS(power(out)); got < c.from || got > c.to {
			t.Errorf("%s: %.0f dBFS, want %.0f to %.0f", name, got, c.from, c.to)
		}
	}
}

// TestOggLength: the last page tells how long a recording is, unless it can't be so.
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
