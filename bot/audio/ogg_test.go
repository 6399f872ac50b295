//go:build !race

package audio

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"earshot/bot/audio/impairtest"
)

func oggFile(t testing.TB, pcm []float32) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := EncodeOgg(&b, pcm, EncoderConfig{Bitrate: 32000}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestOggThereAndBack(t *testing.T) {
	for _, n := range []int{5, 320, 16000, len(evalWAVs(t)[0])} {
		pcm := evalWAVs(t)[0][:n]
		back, err := ReadOggOpus(bytes.NewReader(oggFile(t, pcm)))
		if err != nil {
			t.Fatal(err)
		}
		if d := len(back) - n; d < -1 || d > 1 {
			t.Errorf("%d samples came back of %d", len(back), n)
		}
		if n < 20000 {
			continue
		}
		if lag, r := bestLag(pcm, back, 200); lag < -3 || lag > 3 || r < 0.95 {
			t.Errorf("shifted by %d samples, correlation %.3f with what was written", lag, r)
		}
	}
}

func TestOggReaderGivesPositions(t *testing.T) {
	pcm := evalWAVs(t)[1]
	o, err := NewOggReader(bytes.NewReader(oggFile(t, pcm)))
	if err != nil {
		t.Fatal(err)
	}
	if o.Head.Channels != 1 || o.Head.PreSkip != 312 || o.Head.Rate != 16000 {
		t.Errorf("head %+v", o.Head)
	}
	var at int64
	for {
		p, err := o.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		at += int64(p.Duration)
		if !p.Last && p.Granule != at {
			t.Fatalf("granule %d at %d", p.Granule, at)
		}
		if p.Last && p.Granule != int64(len(pcm)*3+312) {
			t.Errorf("the last granule is %d, want %d", p.Granule, len(pcm)*3+312)
		}
	}
	if _, err := o.Next(); !errors.Is(err, io.EOF) {
		t.Errorf("after the end: %v", err)
	}
}

// repage distributes a file's packets over pages with so few segments that packets span several.
func repage(t testing.TB, file []byte, segments int) []byte {
	t.Helper()
	pages := newOggPages(bytes.NewReader(file))
	var out []byte
	var data oggPage
	for n := 0; ; n++ {
		p, err := pages.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if n < 2 {
			out = append(out, p.marshal()...)
			continue
		}
		data.serial, data.granule = p.serial, p.granule
		data.lacing, data.body = append(data.lacing, p.lacing...), append(data.body, p.body...)
	}
	continued, seq, done := false, uint32(2), int64(0)
	for len(data.lacing) > 0 {
		k := min(segments, len(data.lacing))
		size, ends := 0, false
		p := oggPage{serial: data.serial, seq: seq, lacing: data.lacing[:k], granule: -1}
		for _, l := range p.lacing {
			size += int(l)
			ends = ends || l < 255
		}
		p.body = data.body[:size]
		if continued {
			p.flags = oggContinued
		}
		continued = p.lacing[k-1] == 255
		data.lacing, data.body = data.lacing[k:], data.body[size:]
		if ends {
			done += 960 * int64(countEnds(p.lacing))
			p.granule = done
		}
		if len(data.lacing) == 0 {
			p.flags |= oggLast
			p.granule = data.granule
		}
		out = append(out, p.marshal()...)
		seq++
	}
	return out
}

func countEnds(lacing []byte) (n int) {
	for _, l := range lacing {
		if l < 255 {
			n++
		}
	}
	return n
}

func TestOggPacketsThatRunOverPages(t *testing.T) {
	var b bytes.Buffer
	if err := EncodeOgg(&b, noise(2000, -10, 3), EncoderConfig{Bitrate: 200000}); err != nil { // packets of 500 bytes
		t.Fatal(err)
	}
	want, err := ReadOggOpus(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	for _, segments := range []int{1, 2, 3, 7, 255} {
		got, err := ReadOggOpus(bytes.NewReader(repage(t, b.Bytes(), segments)))
		if err != nil {
			t.Fatalf("%d segments a page: %v", segments, err)
		}
		if len(got) != len(want) || correlation(got, want) < 0.9999 {
			t.Errorf("%d segments a page: %d samples, want %d", segments, len(got), len(want))
		}
	}
}

func TestOggOtherStreamsAreSkipped(t *testing.T) {
	file := oggFile(t, evalWAVs(t)[0])
	other := oggPage{flags: oggFirst, serial: 1, lacing: []byte{5}, body: []byte("video")}
	first := bytes.Index(file[4:], []byte("OggS")) + 4
	more := oggPage{serial: 1, seq: 1, lacing: []byte{3}, body: []byte("pic")}
	mixed := append(append(append(other.marshal(), file[:first]...), more.marshal()...), file[first:]...)
	got, err := ReadOggOpus(bytes.NewReader(mixed))
	if err != nil || len(got) < 40000 {
		t.Errorf("%d samples, %v", len(got), err)
	}
}

// TestOggStreamsBesideEachOther: of concurrent streams the first is read, and the number of the others is reported once.
func TestOggStreamsBesideEachOther(t *testing.T) {
	pcm := noise(4000, -20, 5)
	for n, want := range map[int]string{
		1: "one more Opus stream runs beside the first, and is not read", 3: "3 more Opus streams run beside the first, and are not read",
	} {
		var mixed []byte
		pages := oggPagesOf(t, oggFile(t, pcm))
		for _, p := range pages {
			for serial := range n + 1 {
				p.serial = uint32(100 + serial)
				mixed = append(mixed, p.marshal()...)
			}
		}
		got := hearOgg(t, mixed)
		if d := len(got.PCM) - len(pcm); d < -2 || d > 2 || got.Lost != 0 || len(got.Notes) != 1 || got.Notes[0] != want {
			t.Errorf("%d beside the first: %d samples of %d, lost %d, %q", n, len(got.PCM), len(pcm), got.Lost, got.Notes)
		}
	}
}

func TestOggRefuses(t *testing.T) {
	good := oggFile(t, evalWAVs(t)[0][:16000])
	page, err := newOggPages(bytes.NewReader(good)).next()
	if err != nil {
		t.Fatal(err)
	}
	page.body[9] = 6
	for name, b := range map[string][]byte{
		"empty":                nil,
		"a WAV file":           append([]byte("RIFF\x24\x00\x00\x00WAVEfmt "), make([]byte, 24)...),
		"Vorbis":               (&oggPage{flags: oggFirst, lacing: []byte{7}, body: []byte("\x01vorbis")}).marshal(),
		"half a header":        good[:40],
		"six channels in mono": page.marshal(),
	} {
		if pcm, err := ReadOggOpus(bytes.NewReader(b)); !errors.Is(err, ErrNotOgg) {
			t.Errorf("%s: %d samples, %v", name, len(pcm), err)
		}
	}
}

// A clip as an Ogg file sounds like the clip and is as long, gaps included.
func TestClipAsOgg(t *testing.T) {
	for name, c := range map[string]struct {
		enc   EncoderConfig
		bad   impairtest.Impairment
		least float64
	}{
		"perfect": {EncoderConfig{Bitrate: 24000}, impairtest.Impairment{}, 0.999},
		"DTX":     {EncoderConfig{Bitrate: 24000, DTX: true}, impairtest.Impairment{}, 0.99},
		"loss":    {EncoderConfig{Bitrate: 24000}, impairtest.Impairment{Seed: 3, Loss: 0.05}, 0.95},
	} {
		clips, _ := opusClips(t, c.enc, c.bad)
		for _, clip := range clips {
			var b bytes.Buffer
			if err := WriteOgg(&b, clip.Opus); err != nil {
				t.Fatal(err)
			}
			pcm, err := ReadOggOpus(&b)
			if err != nil {
				t.Fatal(err)
			}
			if d := len(pcm) - len(clip.PCM); d < -320 || d > 1 {
				t.Errorf("%s, %s: %d samples in the file, %d in the clip", name, clip.Key, len(pcm), len(clip.PCM))
				continue
			}
			n := min(len(pcm), len(clip.PCM))
			if r := correlation(pcm[:n], clip.PCM[:n]); r < c.least {
				t.Errorf("%s, %s: correlation %.4f", name, clip.Key, r)
			}
		}
	}
}

func FuzzReadOgg(f *testing.F) {
	f.Add(oggFile(f, evalWAVs(f)[0][:1600]))
	f.Add((&oggPage{flags: oggFirst, lacing: []byte{255, 255}, body: make([]byte, 510)}).marshal())
	f.Fuzz(func(t *testing.T, b []byte) {
		// With the right checksums, so that the fuzzer gets past them.
		fixed := bytes.Clone(b)
		for i := 0; ; {
			k := bytes.Index(fixed[i:], []byte("OggS"))
			if k < 0 || i+k+27 > len(fixed) {
				break
			}
			i += k
			size := 27 + int(fixed[i+26])
			for _, l := range fixed[min(len(fixed), i+27):min(len(fixed), i+size)] {
				size += int(l)
			}
			if i+size > len(fixed) {
				break
			}
			clear(fixed[i+22 : i+26])
			crc := oggChecksum(0, fixed[i:i+size])
			fixed[i+22], fixed[i+23], fixed[i+24], fixed[i+25] = byte(crc), byte(crc>>8), byte(crc>>16), byte(crc>>24)
			i += size
		}
		for _, in := range [][]byte{b, fixed} {
			if _, err := ReadOggOpus(bytes.NewReader(in)); err != nil && !errors.Is(err, ErrNotOgg) {
				t.Errorf("an error of another kind: %v", err)
			}
		}
	})
}
