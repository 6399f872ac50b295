//go:build !race

package wav

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"testing"

	"earshot/bot/audio/sound"
	"earshot/bot/audio/sound/soundtest"
)

// oddWAV is a WAV file of a sine of 440 Hz in 16 bits, 0.5 s at 16 kHz, as a writer of its own kind makes it.
type oddWAV struct {
	form       string
	format     []byte // instead of the usual one
	before     []byte // chunks before the sound
	after      []byte // what follows it
	size, riff uint32 // instead of the right ones, when set
	sized      bool
	data       []byte
	order      binary.AppendByteOrder
}

func sineData(order binary.AppendByteOrder) (out []byte) {
	for i := range 8000 {
		out = order.AppendUint16(out, uint16(int16(16384*math.Sin(2*math.Pi*440*float64(i)/16000))))
	}
	return out
}

func pcmFormat(order binary.AppendByteOrder, tag, channels uint16, rate uint32, align, bits uint16) (b []byte) {
	b = order.AppendUint16(order.AppendUint16(nil, tag), channels)
	b = order.AppendUint32(order.AppendUint32(b, rate), rate*uint32(align))
	return order.AppendUint16(order.AppendUint16(b, align), bits)
}

func chunk(order binary.AppendByteOrder, id string, data []byte) []byte {
	return append(order.AppendUint32([]byte(id), uint32(len(data))), data...)
}

func (w oddWAV) file() []byte {
	order := w.order
	if order == nil {
		order = binary.LittleEndian
	}
	format := w.format
	if format == nil {
		format = pcmFormat(order, 1, 1, 16000, 2, 16)
	}
	data := w.data
	if data == nil {
		data = sineData(order)
	}
	size := uint32(len(data))
	if w.sized {
		size = w.size
	}
	body := slices.Concat([]byte("WAVE"), w.before, chunk(order, "fmt ", format), order.AppendUint32([]byte("data"), size), data, w.after)
	riff := uint32(len(body))
	if w.sized {
		riff = w.riff
	}
	form := w.form
	if form == "" {
		form = "RIFF"
	}
	return append(order.AppendUint32([]byte(form), riff), body...)
}

// TestWAVAsWritersMakeThem: whatever is odd about a header, all of the sound is read.
func TestWAVAsWritersMakeThem(t *testing.T) {
	le := binary.LittleEndian
	whole := sineData(le)
	ds64 := func(size uint64) []byte {
		return chunk(
			le, "ds64", slices.Concat(le.AppendUint64(nil, 0), le.AppendUint64(nil, size), le.AppendUint64(nil, 0), le.AppendUint32(nil, 0)),
		)
	}
	extensible := append(
		pcmFormat(le, 0xfffe, 1, 16000, 2, 16),
		"\x16\x00\x10\x00\x04\x00\x00\x00\x01\x00\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71"...,
	)
	for name, c := range map[string]struct {
		w    oddWAV
		want int // samples
		told bool
	}{
		"as it should be":      {oddWAV{}, 8000, false},
		"never patched":        {oddWAV{sized: true}, 8000, true},
		"only the outer size":  {oddWAV{sized: true, riff: 36}, 8000, true},
		"a stream":             {oddWAV{sized: true, size: 0xffffffff, riff: 0xffffffff}, 8000, false},
		"a pipe of sox":        {oddWAV{sized: true, size: 0x7ffff000, riff: 0x7ffff024}, 8000, false},
		"patched halfway":      {oddWAV{sized: true, size: 8000, riff: 8036}, 8000, true},
		"RF64":                 {oddWAV{form: "RF64", before: ds64(16000), sized: true, size: 0xffffffff, riff: 0xffffffff}, 8000, false},
		"BW64":                 {oddWAV{form: "BW64", before: ds64(16000), sized: true, size: 0xffffffff, riff: 0xffffffff}, 8000, false},
		"RF64 without sizes":   {oddWAV{form: "RF64", before: ds64(0), sized: true, size: 0xffffffff, riff: 0xffffffff}, 8000, false},
		"RIFX":                 {oddWAV{form: "RIFX", order: binary.BigEndian}, 8000, false},
		"extensible":           {oddWAV{format: extensible}, 8000, false},
		"a short format":       {oddWAV{format: pcmFormat(le, 1, 1, 16000, 2, 16)[:14]}, 8000, false},
		"a long format":        {oddWAV{format: append(pcmFormat(le, 1, 1, 16000, 2, 16), 0, 0)}, 8000, false},
		"block align 0":        {oddWAV{format: pcmFormat(le, 1, 1, 16000, 0, 16)}, 8000, false},
		"a wrong block align":  {oddWAV{format: pcmFormat(le, 1, 1, 16000, 9, 16)}, 8000, false},
		"tags before":          {oddWAV{before: chunk(le, "LIST", make([]byte, 26))}, 8000, false},
		"an odd chunk, padded": {oddWAV{before: append(chunk(le, "LIST", make([]byte, 27)), 0)}, 8000, false},
		"an odd chunk, not":    {oddWAV{before: chunk(le, "LIST", bytes.Repeat([]byte{'x'}, 27))}, 8000, false},
		"tags after":           {oddWAV{after: chunk(le, "LIST", make([]byte, 10))}, 8000, false},
		"two chunks of sound":  {oddWAV{data: whole[:8000], after: chunk(le, "data", whole[8000:])}, 8000, true},
		"an empty one first": {
			oddWAV{before: slices.Concat(chunk(le, "fmt ", pcmFormat(le, 1, 1, 16000, 2, 16)), chunk(le, "data", nil))}, 8000, false,
		},
		"two files in one":      {oddWAV{after: oddWAV{}.file()}, 16000, true},
		"two, the first odd":    {oddWAV{data: append(slices.Clone(whole), 0), after: oddWAV{}.file()}, 16000, true},
		"half a file behind it": {oddWAV{after: oddWAV{}.file()[:30]}, 8000, true},
		"rate by the bytes": {oddWAV{
			format: slices.Concat(pcmFormat(le, 1, 1, 0, 2, 16)[:8], le.AppendUint32(nil, 32000), pcmFormat(le, 1, 1, 0, 2, 16)[12:]),
		}, 8000, false},
		"no sound":             {oddWAV{data: []byte{}}, 0, false},
		"12 bits in two bytes": {oddWAV{format: pcmFormat(le, 1, 1, 16000, 2, 12)}, 8000, false},
	} {
		for _, known := range []bool{true, false} {
			file := c.w.file()
			size := int64(-1)
			if known {
				size = int64(len(file))
			}
			s, err := NewReader(bytes.NewReader(file), size)
			got := soundtest.Read(t, s, err)
			if d := len(got.PCM) - c.want; d < -2 || d > 2 || got.Lost != 0 || (len(got.Notes) > 0) != c.told {
				t.Errorf("%s (size %d): %d samples, want %d; lost %d ms; %q", name, size, len(got.PCM), c.want, got.Lost, got.Notes)
			}
			if n := min(len(got.PCM), 7000); n > 0 && sineSNR(got.PCM[:n], 440, 0.5) < 60 {
				t.Errorf("%s: the sine is not one", name)
			}
		}
	}
}

// A header that promises more than there is tells how much is missing, unless nobody would believe it.
func TestWAVThatBreaksOff(t *testing.T) {
	for name, c := range map[string]struct {
		size uint32
		lost int64
	}{"a second": {48000, 1000}, "18 h": {0x7f000000, 0}} {
		file := oddWAV{sized: true, size: c.size, riff: c.size + 36}.file()
		s, err := NewReader(bytes.NewReader(file), int64(len(file)))
		got := soundtest.Read(t, s, err)
		if got.Lost != c.lost || len(got.PCM) != 8000+int(c.lost)*16 || len(got.Notes) != 1 {
			t.Errorf("%s: %d samples, %d ms lost, %q", name, len(got.PCM), got.Lost, got.Notes)
		}
	}
}

// A recording that is too long is refused by its header.
func TestWAVTooLongIsRefusedAtOnce(t *testing.T) {
	head := oddWAV{sized: true, size: 0x7ff00000 >> 1, riff: 0x7ff00000 >> 1}.file()
	read := &countedReader{r: endless{bytes.NewReader(head)}}
	_, err := NewReader(read, -1)
	if !errors.Is(err, sound.ErrTooLong) || read.n > 1<<20 {
		t.Errorf("%v after %d bytes", err, read.n)
	}
}

type countedReader struct {
	r endless
	n int
}

func (c *countedReader) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n += n
	return n, err
}

// An encoding that is not read is named.
func TestWAVNamesItsEncoding(t *testing.T) {
	for tag, want := range map[uint16]string{
		2: "ADPCM (Microsoft)", 0x11: "ADPCM (IMA)", 0x31: "GSM 6.10", 0x55: "MP3", 0x7777: "format 0x7777 with 4 bits",
	} {
		_, err := NewReader(bytes.NewReader(oddWAV{format: pcmFormat(binary.LittleEndian, tag, 1, 16000, 2, 4)}.file()), -1)
		var codec CodecError
		if !errors.As(err, &codec) || codec.Name != want || !errors.Is(err, ErrNotWAV) {
			t.Errorf("%#x: %v", tag, err)
		}
	}
}

// TestWAVSampleKinds: mu-law and A-law by their tables (ITU-T G.711), and floats however they are scaled.
func TestWAVSampleKinds(t *testing.T) {
	for code, want := range map[byte]float32{0xff: 0, 0x7f: 0, 0x80: 32124. / 32768, 0x00: -32124. / 32768, 0xef: 132. / 32768} {
		if got := muLaw[code]; got != want {
			t.Errorf("mu-law %#x is %g, want %g", code, got*32768, want*32768)
		}
	}
	for code, want := range map[byte]float32{0xd5: 8. / 32768, 0x55: -8. / 32768, 0xaa: 32256. / 32768, 0x2a: -32256. / 32768} {
		if got := aLaw[code]; got != want {
			t.Errorf("A-law %#x is %g, want %g", code, got*32768, want*32768)
		}
	}
	var doubles []byte
	for i := range 8000 {
		doubles = binary.LittleEndian.AppendUint64(doubles, math.Float64bits(0.5*math.Sin(2*math.Pi*440*float64(i)/16000)))
	}
	doubles = binary.LittleEndian.AppendUint64(doubles, math.Float64bits(math.NaN()))
	s, err := NewReader(bytes.NewReader(oddWAV{format: pcmFormat(binary.LittleEndian, 3, 1, 16000, 8, 64), data: doubles}.file()), -1)
	if got := soundtest.Read(t, s, err); len(got.PCM) != 8001 || sineSNR(got.PCM[:8000], 440, 0.5) < 80 {
		t.Errorf("%d samples of 64-bit floats", len(got.PCM))
	}
}
