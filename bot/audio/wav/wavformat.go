package wav

import (
	"encoding/binary"
	"fmt"
	"math"

	"earshot/models"

	"earshot/bot/audio/sound"
)

// The bounds of plausible formats.
const (
	minRate     = 1000
	maxRate     = 768000
	maxChannels = 64
)

// CodecError means that a WAV file has an unsupported encoding. It wraps ErrNotWAV.
type CodecError struct{ Name string }

// Error implements error.
func (e CodecError) Error() string { return "its sound is encoded as " + e.Name }

// Unwrap returns ErrNotWAV.
func (CodecError) Unwrap() error { return ErrNotWAV }

// Format tags (RFC 2361 and Microsoft's mmreg.h).
const (
	tagPCM, tagFloat, tagALaw, tagMuLaw, tagExtensible = 1, 3, 6, 7, 0xfffe
)

// wavCodecs names the unsupported encodings.
var wavCodecs = map[uint16]string{
	2: "ADPCM (Microsoft)", 0x11: "ADPCM (IMA)", 0x14: "G.723", 0x31: "GSM 6.10", 0x40: "G.721 ADPCM", 0x42: "G.723.1", 0x45: "G.726",
	0x50: "MPEG layer 2", 0x55: "MP3", 0x64: "G.726", 0x65: "G.722", 0x69: "ADPCM (Xbox)", 0x83: "G.729", 0xff: "AAC", 0x160: "WMA 1",
	0x161: "WMA 2", 0x162: "WMA Pro", 0x163: "WMA Lossless", 0x2000: "AC-3", 0x2001: "DTS", 0x566f: "Vorbis", 0x674f: "Vorbis",
	0x704f: "Opus", 0xa109: "Speex", 0xf1ac: "FLAC",
}

// wavFormat is the format according to the fmt chunk.
type wavFormat struct {
	channels, rate int
	bytes          int // of one sample
	sample         func(b []byte) float32
}

// frame returns the size of one sample of every channel, in bytes.
func (f *wavFormat) frame() int { return f.channels * f.bytes }

// samples converts n bytes to samples at 16 kHz.
func (f *wavFormat) samples(n int64) int64 {
	n /= int64(f.frame())
	rate := int64(f.rate)
	return n/rate*models.SampleRate + n%rate*models.SampleRate/rate
}

// readFormat reads the fmt chunk (RIFF MCI, Microsoft's Multiple Channel Audio Data). If its fields contradict each other,
// sample size and channels count, as in other programs.
func (w *wavSound) readFormat(size int64) error {
	if size < 14 || size > 1<<16 {
		return fmt.Errorf("%w: format of %d bytes", ErrNotWAV, size)
	}
	b := make([]byte, size)
	if err := w.full(b, "format"); err != nil {
		return err
	}
	w.pad(size)
	tag, align := w.order.Uint16(b), int(w.order.Uint16(b[12:]))
	f := &wavFormat{channels: int(w.order.Uint16(b[2:])), rate: int(w.order.Uint32(b[4:]))}
	bits := 8 * align / max(1, f.channels)
	if size >= 16 {
		bits = int(w.order.Uint16(b[14:]))
	}
	if tag == tagExtensible && size >= 26 {
		tag = w.order.Uint16(b[24:]) // the first two bytes of the sub-format's GUID
	}
	if f.rate == 0 && align > 0 {
		f.rate = int(w.order.Uint32(b[8:])) / align
	}
	if f.channels < 1 || f.channels > maxChannels || f.rate < minRate || f.rate > maxRate {
		return fmt.Errorf("%w: %d channels at %d Hz", ErrNotWAV, f.channels, f.rate)
	}
	if f.bytes = (bits + 7) / 8; align%f.channels == 0 && align/f.channels > f.bytes && align/f.channels <= 8 && tag == tagPCM {
		f.bytes = align / f.channels // fewer bits than their container holds
	}
	if f.sample = sampleOf(tag, bits, f.bytes, w.order); f.sample == nil {
		return codecError(tag, bits)
	}
	if tag == tagALaw || tag == tagMuLaw {
		f.bytes = 1
	}
	w.format = f
	w.buf = make([]byte, wavPiece*f.frame())
	return nil
}

func codecError(tag uint16, bits int) error {
	name, ok := wavCodecs[tag]
	switch {
	case ok:
	case tag == tagPCM:
		name = fmt.Sprintf("integers of %d bits", bits)
	case tag == tagFloat:
		name = fmt.Sprintf("floats of %d bits", bits)
	default:
		name = fmt.Sprintf("format 0x%04x with %d bits", tag, bits)
	}
	return CodecError{name}
}

// sampleOf returns a function that reads one sample, or nil for an unsupported format.
func sampleOf(tag uint16, bits, bytes int, order binary.ByteOrder) func([]byte) float32 {
	big := order == binary.BigEndian
	switch {
	case tag == tagMuLaw:
		return func(b []byte) float32 { return muLaw[b[0]] }
	case tag == tagALaw:
		return func(b []byte) float32 { return aLaw[b[0]] }
	case tag == tagPCM && bytes == 1:
		return func(b []byte) float32 { return (float32(b[0]) - 128) / 128 }
	case tag == tagPCM && bytes == 2:
		return func(b []byte) float32 { return float32(int16(order.Uint16(b))) / (1 << 15) }
	case tag == tagPCM && bytes > 2 && bytes <= 8:
		return func(b []byte) float32 { return integer(b[:bytes], big) }
	case tag == tagFloat && bits == 32:
		return func(b []byte) float32 { return sample(float64(math.Float32frombits(order.Uint32(b)))) }
	case tag == tagFloat && bits == 64:
		return func(b []byte) float32 { return sample(math.Float64frombits(order.Uint64(b))) }
	}
	return nil
}

// integer reads a signed integer of 3 to 8 bytes, using the most significant 4.
func integer(b []byte, big bool) float32 {
	var x uint32
	for i := range 4 {
		k := len(b) - 1 - i // from the most significant byte on
		if big {
			k = i
		}
		x <<= 8
		if k >= 0 && k < len(b) {
			x |= uint32(b[k])
		}
	}
	return float32(int32(x)) / (1 << 31)
}

// sample converts a float to a sample; NaN and absurdly large values become silence.
func sample(v float64) float32 {
	if v != v || v > 1<<40 || v < -1<<40 {
		return 0
	}
	return float32(v)
}

// muLaw and aLaw are the decoding tables of ITU-T G.711.
var muLaw, aLaw = func() (mu, a [256]float32) {
	for i := range 256 {
		u := ^byte(i)
		m := (int(u&15)<<3+0x84)<<(u>>4&7) - 0x84
		if u&0x80 != 0 {
			m = -m
		}
		mu[i] = float32(m) / (1 << 15)
		v := byte(i) ^ 0x55
		x := int(v&15)<<4 + 8
		if e := v >> 4 & 7; e > 0 {
			x = (x + 0x100) << (e - 1)
		}
		if v&0x80 == 0 {
			x = -x
		}
		a[i] = float32(x) / (1 << 15)
	}
	return mu, a
}()

// planes deinterleaves the channels of a recording and resamples them to 16 kHz.
type planes struct {
	rate int
	rs   []*sound.Resampler
	in   [][]float32
	out  [][]float32
}

// push converts whole frames. The result is valid until the next call.
func (p *planes) push(f *wavFormat, b []byte) [][]float32 {
	n := len(b) / f.frame()
	if len(p.in) != f.channels || p.rate != f.rate {
		*p = planes{rate: f.rate, in: make([][]float32, f.channels), out: make([][]float32, f.channels)}
		for range f.channels {
			if f.rate != models.SampleRate {
				p.rs = append(p.rs, sound.NewResampler(f.rate, models.SampleRate))
			}
		}
	}
	for c := range p.in {
		in := p.in[c][:0]
		for i := range n {
			in = append(in, f.sample(b[i*f.frame()+c*f.bytes:]))
		}
		p.in[c] = in
	}
	if p.rs == nil {
		return p.in
	}
	for c, r := range p.rs {
		p.out[c] = r.Push(p.out[c][:0], p.in[c])
	}
	return p.out
}

// flush returns the resamplers' remaining output and resets planes.
func (p *planes) flush() [][]float32 {
	if p.rs == nil {
		return nil
	}
	for c, r := range p.rs {
		p.out[c] = r.Flush(p.out[c][:0])
	}
	out := p.out
	*p = planes{}
	return out
}
