//go:build !race

package wav

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"earshot/bot/audio/sound"
	"earshot/models"
)

// wavFile makes a WAV file of a sine of 440 Hz at -6 dBFS, 0.5 s long.
func wavFile(tag uint16, bits, channels, rate int, extensible bool) []byte {
	var data bytes.Buffer
	for i := range rate / 2 {
		v := 0.5 * math.Sin(2*math.Pi*440*float64(i)/float64(rate))
		for range channels {
			switch {
			case tag == 3:
				_ = binary.Write(&data, binary.LittleEndian, float32(v))
			case bits == 8:
				data.WriteByte(byte(128 + v*127))
			default:
				x := uint32(int32(v * (1 << 31)))
				for b := 4 - bits/8; b < 4; b++ {
					data.WriteByte(byte(x >> (8 * b)))
				}
			}
		}
	}
	format := binary.LittleEndian.AppendUint16(nil, tag)
	if extensible {
		binary.LittleEndian.PutUint16(format, 0xfffe)
	}
	format = binary.LittleEndian.AppendUint16(format, uint16(channels))
	format = binary.LittleEndian.AppendUint32(format, uint32(rate))
	format = binary.LittleEndian.AppendUint32(format, uint32(rate*channels*bits/8))
	format = binary.LittleEndian.AppendUint16(format, uint16(channels*bits/8))
	format = binary.LittleEndian.AppendUint16(format, uint16(bits))
	if extensible {
		format = append(format, 22, 0, byte(bits), 0, 0, 0, 0, 0)
		format = binary.LittleEndian.AppendUint16(format, tag)
		format = append(format, "\x00\x00\x00\x00\x10\x00\x80\x00\x00\xaa\x00\x38\x9b\x71"...)
	}
	out := append([]byte("RIFF____WAVELIST\x03\x00\x00\x00abc\x00fmt "), binary.LittleEndian.AppendUint32(nil, uint32(len(format)))...)
	out = append(append(out, format...), "data"...)
	out = binary.LittleEndian.AppendUint32(out, uint32(data.Len()))
	return append(out, data.Bytes()...)
}

// sineSNR compares PCM at 16 kHz with a sine and returns the signal-to-noise ratio in dB, leaving out the edges.
func sineSNR(pcm []float32, hz, amp float64) float64 {
	var signal, noise float64
	for i := 400; i < len(pcm)-400; i++ {
		want := amp * math.Sin(2*math.Pi*hz*float64(i)/16000)
		d := float64(pcm[i]) - want
		signal, noise = signal+want*want, noise+d*d
	}
	return 10 * math.Log10(signal/noise)
}

func TestReadWAV(t *testing.T) {
	for _, c := range []struct {
		tag            uint16
		bits, channels int
		rate           int
		ext            bool
		snr            float64
	}{
		{1, 8, 1, 16000, false, 35},
		{1, 16, 1, 16000, false, 80},
		{1, 24, 2, 48000, true, 80},
		{1, 32, 6, 44100, true, 80},
		{3, 32, 2, 48000, false, 80},
		{3, 32, 1, 11025, true, 80},
		{1, 16, 2, 8000, false, 75},
		{1, 16, 1, 44101, false, 60},
		{1, 16, 1, 192000, false, 80},
	} {
		t.Run(fmt.Sprintf("%d-%d-%dch-%dHz", c.tag, c.bits, c.channels, c.rate), func(t *testing.T) {
			pcm, err := ReadAll(bytes.NewReader(wavFile(c.tag, c.bits, c.channels, c.rate, c.ext)))
			if err != nil {
				t.Fatal(err)
			}
			if len(pcm) < 7990 || len(pcm) > 8010 {
				t.Errorf("%d samples, want 8000", len(pcm))
			}
			if snr := sineSNR(pcm, 440, 0.5); snr < c.snr {
				t.Errorf("the sine has %.0f dB to its noise, want %g", snr, c.snr)
			}
		})
	}
}

func TestReadWAVRefuses(t *testing.T) {
	good := wavFile(1, 16, 1, 16000, false)
	change := func(old, by string) []byte { return []byte(strings.Replace(string(good), old, by, 1)) }
	for name, b := range map[string][]byte{
		"empty":             nil,
		"a text":            []byte("Hello, this is a letter and not a recording."),
		"an Ogg file":       []byte("OggS\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00"),
		"header only":       good[:12],
		"cut in the format": good[:40],
		"no sound":          good[:48],
		"no format":         change("fmt ", "fnt "),
		"ADPCM":             change("fmt \x10\x00\x00\x00\x01", "fmt \x10\x00\x00\x00\x02"),
		"no channels":       change("\x01\x00\x01\x00\x80\x3e", "\x01\x00\x00\x00\x80\x3e"),
	} {
		pcm, err := ReadAll(bytes.NewReader(b))
		if !errors.Is(err, ErrNotWAV) || len(pcm) > 0 {
			t.Errorf("%s: %d samples, %v", name, len(pcm), err)
		}
	}
}

func TestReadWAVStream(t *testing.T) {
	b := wavFile(1, 16, 1, 16000, false)
	i := bytes.Index(b, []byte("data"))
	copy(b[i+4:], "\xff\xff\xff\xff")
	if pcm, err := ReadAll(bytes.NewReader(b[:len(b)-1])); err != nil || len(pcm) != 7999 {
		t.Errorf("a stream of unknown length: %d samples, %v", len(pcm), err)
	}
}

// endless gives a header and then zeros for ever.
type endless struct{ head *bytes.Reader }

func (e endless) Read(b []byte) (int, error) {
	if n, _ := e.head.Read(b); n > 0 {
		return n, nil
	}
	clear(b)
	return len(b), nil
}

func TestReadWAVIsBounded(t *testing.T) {
	head := wavFile(1, 8, 1, 1000, false)
	i := bytes.Index(head, []byte("data"))
	copy(head[i+4:], "\xff\xff\xff\xff")
	s, err := NewReader(endless{bytes.NewReader(head)}, -1)
	if err == nil {
		s.(*wavSound).total = sound.MaxFileSamples - 60*models.SampleRate // all but the last minute was read
	}
	for err == nil {
		_, err = s.Next()
	}
	if !errors.Is(err, sound.ErrTooLong) {
		t.Error(err)
	}
}

func TestResampleKeepsAliasesOut(t *testing.T) {
	for _, hz := range []float64{9000, 12000, 20000} {
		in := make([]float32, 48000)
		for i := range in {
			in[i] = float32(0.5 * math.Sin(2*math.Pi*hz*float64(i)/48000))
		}
		out := sound.Resample(in, 48000, 16000)
		if l := sound.DBFS(sound.Power(out[400 : len(out)-400])); l > -75 {
			t.Errorf("%g Hz comes out at %.0f dBFS", hz, l)
		}
	}
}

func TestResampleInPiecesIsTheSame(t *testing.T) {
	in := make([]float32, 16000)
	r4 := rand.New(rand.NewPCG(4, 1))
	for i := range in {
		in[i] = float32(0.1 * r4.NormFloat64())
	}
	whole := sound.Resample(in, 16000, 44100)
	r := sound.NewResampler(16000, 44100)
	var out []float32
	for i := 0; i < len(in); i += 777 {
		out = r.Push(out, in[i:min(len(in), i+777)])
	}
	out = r.Flush(out)
	if len(out) != len(whole) || len(out) != 44100 {
		t.Fatalf("%d samples, %d at once", len(out), len(whole))
	}
	for i := range out {
		if out[i] != whole[i] {
			t.Fatalf("sample %d differs", i)
		}
	}
}

func FuzzReadWAV(f *testing.F) {
	f.Add(wavFile(1, 16, 2, 8000, false)[:200])
	f.Add(wavFile(3, 32, 1, 44100, true)[:300])
	f.Add(wavFile(1, 24, 3, 1000, true)[:300])
	f.Fuzz(func(t *testing.T, b []byte) {
		pcm, err := ReadAll(bytes.NewReader(b))
		if err != nil && pcm != nil {
			t.Error("an error and a sound")
		}
		for _, s := range pcm {
			if s != s {
				t.Fatal("not a number")
			}
		}
	})
}
