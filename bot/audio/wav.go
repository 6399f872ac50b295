package audio

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"earshot/models"
)

// ErrNotWAV says that bytes are not a WAV file that can be read.
var ErrNotWAV = errors.New("not a WAV file that can be read")

// ErrTooLong says that a recording is longer than MaxFileSeconds.
var ErrTooLong = errors.New("recording too long")

// MaxFileSeconds bounds a recording that is read into memory: four hours, 900 MB of PCM.
const MaxFileSeconds = 4 * 3600

const (
	maxFileSamples = MaxFileSeconds * models.SampleRate

	minRate     = 1000
	maxRate     = 384000
	maxChannels = 64
)

// wavFormat is what the fmt chunk says. float is IEEE, otherwise integers.
type wavFormat struct {
	float          bool
	channels, rate int
	bytes          int // of one sample
}

// ReadWAV reads a WAV file (RIFF or RF64): integers of 8, 16, 24 or 32 bits or float32, also as WAVE_FORMAT_EXTENSIBLE,
// of any rate from 1 to 384 kHz and up to 64 channels, which are averaged. It returns mono PCM at 16 kHz that the
// caller owns. Errors wrap ErrNotWAV or ErrTooLong; a file that ends early gives what it holds.
func ReadWAV(r io.Reader) ([]float32, error) {
	br := bufio.NewReaderSize(r, 1<<16)
	var head [12]byte
	if _, err := io.ReadFull(br, head[:]); err != nil {
		return nil, readFailure("header", err)
	}
	if id := string(head[:4]); id != "RIFF" && id != "RF64" || string(head[8:]) != "WAVE" {
		return nil, fmt.Errorf("%w: it does not begin with RIFF and WAVE", ErrNotWAV)
	}
	var f *wavFormat
	for range 1000 {
		id, size, err := readChunk(br)
		if err != nil {
			return nil, err
		}
		switch {
		case id == "fmt ":
			if f, err = readFormat(br, size); err != nil {
				return nil, err
			}
			continue
		case id == "data" && f == nil:
			return nil, fmt.Errorf("%w: the sound comes before its format", ErrNotWAV)
		case id == "data":
			return f.read(br, size)
		}
		if _, err := io.CopyN(io.Discard, br, size+size&1); err != nil {
			return nil, readFailure("chunks before the sound", err)
		}
	}
	return nil, fmt.Errorf("%w: a thousand chunks and no sound", ErrNotWAV)
}

func readChunk(r io.Reader) (id string, size int64, err error) {
	var h [8]byte
	if _, err := io.ReadFull(r, h[:]); err != nil {
		return "", 0, readFailure("chunks before the sound", err)
	}
	return string(h[:4]), int64(binary.LittleEndian.Uint32(h[4:])), nil
}

// readFailure tells a file that is too short from one that could not be read.
func readFailure(where string, err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%w: it ends in the %s", ErrNotWAV, where)
	}
	return fmt.Errorf("read WAV %s: %w", where, err)
}

// readFormat reads the fmt chunk (RIFF MCI, Microsoft's Multiple Channel Audio Data).
func readFormat(r io.Reader, size int64) (*wavFormat, error) {
	if size < 16 || size > 4096 {
		return nil, fmt.Errorf("%w: format of %d bytes", ErrNotWAV, size)
	}
	b := make([]byte, size+size&1)
	if _, err := io.ReadFull(r, b); err != nil {
		return nil, readFailure("format", err)
	}
	tag, bits := binary.LittleEndian.Uint16(b), int(binary.LittleEndian.Uint16(b[14:]))
	f := &wavFormat{channels: int(binary.LittleEndian.Uint16(b[2:])), rate: int(binary.LittleEndian.Uint32(b[4:]))}
	const extensible = 0xfffe
	if tag == extensible && size >= 26 {
		tag = binary.LittleEndian.Uint16(b[24:]) // the first two bytes of the sub-format's GUID
	}
	switch {
	case tag == 1 && (bits == 8 || bits == 16 || bits == 24 || bits == 32):
	case tag == 3 && bits == 32:
		f.float = true
	default:
		return nil, fmt.Errorf("%w: encoding %d with %d bits; integers of 8, 16, 24, 32 bits and 32-bit floats are", ErrNotWAV, tag, bits)
	}
	f.bytes = bits / 8
	if f.channels < 1 || f.channels > maxChannels || f.rate < minRate || f.rate > maxRate {
		return nil, fmt.Errorf("%w: %d channels at %d Hz", ErrNotWAV, f.channels, f.rate)
	}
	if align := int(binary.LittleEndian.Uint16(b[12:])); align != f.bytes*f.channels {
		return nil, fmt.Errorf("%w: blocks of %d bytes for %d channels of %d bits", ErrNotWAV, align, f.channels, bits)
	}
	return f, nil
}

// read converts the data chunk. A size of all ones is that of a writer which did not know it (streams, RF64).
func (f *wavFormat) read(r io.Reader, size int64) ([]float32, error) {
	if size != math.MaxUint32 {
		r = io.LimitReader(r, size)
	}
	return f.readUpTo(r, maxFileSamples)
}

// readUpTo converts what there is, if it makes no more than so many samples.
func (f *wavFormat) readUpTo(r io.Reader, limit int) ([]float32, error) {
	out := newCollector(f.rate, limit)
	frame := f.bytes * f.channels
	buf := make([]byte, frame*2048)
	mono := make([]float32, 2048)
	for {
		n, err := io.ReadFull(r, buf)
		frames := n / frame
		for i := range frames {
			mono[i] = f.mix(buf[i*frame:])
		}
		if err := out.push(mono[:frames]); err != nil {
			return nil, err
		}
		switch {
		case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
			return out.close(), nil
		case err != nil:
			return nil, fmt.Errorf("read WAV sound: %w", err)
		}
	}
}

// mix averages one frame's channels.
func (f *wavFormat) mix(b []byte) float32 {
	var sum float32
	for c := range f.channels {
		sum += f.sample(b[c*f.bytes:])
	}
	return sum / float32(f.channels)
}

func (f *wavFormat) sample(b []byte) float32 {
	switch {
	case f.float:
		v := math.Float32frombits(binary.LittleEndian.Uint32(b))
		if v != v || v > 8 || v < -8 { // not a number, or no sound
			return 0
		}
		return v
	case f.bytes == 1:
		return (float32(b[0]) - 128) / 128
	case f.bytes == 2:
		return float32(int16(binary.LittleEndian.Uint16(b))) / (1 << 15)
	case f.bytes == 3:
		return float32(int32(uint32(b[0])<<8|uint32(b[1])<<16|uint32(b[2])<<24)) / (1 << 31)
	default:
		return float32(int32(binary.LittleEndian.Uint32(b))) / (1 << 31)
	}
}

// collector gathers a recording at 16 kHz within the limit of its length.
type collector struct {
	rs    *resampler // nil when the rate is right already
	pcm   []float32
	limit int // in samples
}

func newCollector(rate, limit int) *collector {
	c := &collector{limit: limit}
	if rate != models.SampleRate {
		c.rs = newResampler(rate, models.SampleRate)
	}
	return c
}

func (c *collector) push(pcm []float32) error {
	if c.rs == nil {
		c.pcm = append(c.pcm, pcm...)
	} else {
		c.pcm = c.rs.push(c.pcm, pcm)
	}
	return tooLong(len(c.pcm), c.limit)
}

// tooLong is an error for a recording of more samples than the limit.
func tooLong(n, limit int) error {
	if n <= limit {
		return nil
	}
	return models.WithHint(fmt.Errorf("%w: more than %d s", ErrTooLong, limit/models.SampleRate),
		"cut the recording into shorter files")
}

func (c *collector) close() []float32 {
	if c.rs != nil {
		c.pcm = c.rs.flush(c.pcm)
	}
	return c.pcm
}
