//go:build !race

package audio

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"math"
	"testing"
	"time"

	"earshot/bot/audio/impairtest"
	"earshot/models"
)

// correlation is the correlation of two signals of the same length.
func correlation(a, b []float32) float64 {
	var ab, aa, bb float64
	for i := range a {
		ab += float64(a[i]) * float64(b[i])
		aa += float64(a[i]) * float64(a[i])
		bb += float64(b[i]) * float64(b[i])
	}
	if aa == 0 || bb == 0 {
		return 0
	}
	return ab / math.Sqrt(aa*bb)
}

// bestLag returns by how many samples b lags behind a, and their correlation then.
func bestLag(a, b []float32, most int) (lag int, r float64) {
	n := min(len(a), len(b)) - 2*most
	for l := -most; l <= most; l++ {
		if c := correlation(a[most:most+n], b[most+l:most+l+n]); c > r {
			lag, r = l, c
		}
	}
	return lag, r
}

// sameSound decodes a clip again and compares it with the live audio.
func sameSound(t *testing.T, c models.Clip, least float64) {
	t.Helper()
	live := c.PCM
	if int64(len(live)) != c.DurationMS()*16 {
		t.Errorf("clip %s: %d samples for %d ms", c.Key, len(live), c.DurationMS())
	}
	c.PCM = nil
	if err := DecodeClip(&c); err != nil {
		t.Fatal(err)
	}
	if len(c.PCM) != len(live) {
		t.Fatalf("clip %s: %d samples decoded anew, %d live", c.Key, len(c.PCM), len(live))
	}
	if r := correlation(live, c.PCM); r < least {
		t.Errorf("clip %s: correlation %.4f with what was heard, want %g", c.Key, r, least)
	}
}

// opusClips are clips of real speech as a track outputs them.
func opusClips(t testing.TB, c EncoderConfig, bad impairtest.Impairment) ([]models.Clip, Stats) {
	t.Helper()
	tr, rec := newTestTrack(t, nil)
	pcm, _ := talk(t, 1000)
	run(tr, impair(encode(t, pcm, c), bad), time.Second)
	return rec.clips, tr.Stats()
}

// TestAClipFromATime: the rest of a clip sounds as before, however it is stored.
func TestAClipFromATime(t *testing.T) {
	clips, _ := opusClips(t, EncoderConfig{}, impairtest.Impairment{})
	for _, c := range clips {
		cut := (c.StartMS + c.EndMS) / 2
		if err := From(&c, cut); err != nil {
			t.Fatal(err)
		}
		if c.StartMS != cut || c.VoicedMS > c.DurationMS() {
			t.Errorf("from %d ms it starts at %d, with %d of %d ms voiced", cut, c.StartMS, c.VoicedMS, c.DurationMS())
		}
		sameSound(t, c, 0.99)
	}
	if err := From(&models.Clip{Opus: []byte("x")}, 1); len(clips) == 0 || !errors.Is(err, ErrClip) {
		t.Errorf("%d clips; what is none: %v", len(clips), err)
	}
}

func TestClipContainerIsRefused(t *testing.T) {
	good := clipData{length: 320, packets: []clipPacket{{payload: []byte{8, 1, 2}}}}.marshal()
	seal := func(b []byte) []byte {
		return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
	}
	flipped := bytes.Clone(good)
	flipped[8] ^= 1
	for _, c := range []struct {
		name string
		b    []byte
	}{
		{"nothing", nil},
		{"another file", []byte("RIFF....WAVEfmt ")},
		{"a later version", seal([]byte("ESOC\x02\x00\x00\x00"))},
		{"a flipped bit", flipped},
		{"cut off", good[:len(good)-1]},
		{"an hour long", seal(append([]byte(clipMagic), binary.AppendUvarint(nil, 3600*16000)...))},
		{"more packets than bytes", seal([]byte(clipMagic + "\x10\x00\x70"))},
		{"bytes after the end", seal([]byte(clipMagic + "\x10\x00\x00\x01"))},
		{"sequence numbers stand still", seal([]byte(clipMagic + "\x10\x00\x02\x00\x00\x01\x08\x00\x00\x01\x08"))},
	} {
		clip := models.Clip{Opus: c.b}
		if err := DecodeClip(&clip); !errors.Is(err, ErrClip) {
			t.Errorf("%s: %v", c.name, err)
		}
		if err := WriteOgg(&bytes.Buffer{}, c.b); !errors.Is(err, ErrClip) {
			t.Errorf("%s as Ogg: %v", c.name, err)
		}
	}
}

func FuzzDecodeClip(f *testing.F) {
	enc := encode(f, evalWAVs(f)[0][:8000], EncoderConfig{Bitrate: 16000})
	d := clipData{length: 4000, trim: 100}
	for i, p := range enc[:6] {
		d.packets = append(d.packets, clipPacket{seq: int64(i + i/3), ts: int64(960 * (i + i/3)), payload: p.Payload})
	}
	b := d.marshal()
	f.Add(b[:len(b)-4])
	d.trim = -100
	b = d.marshal()
	f.Add(b[:len(b)-4])
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 1<<16 {
			return
		}
		// With the right checksum, so that the fuzzer gets past it.
		b = binary.LittleEndian.AppendUint32(bytes.Clone(b), crc32.Checksum(b, castagnoli))
		c := models.Clip{Opus: b}
		if err := DecodeClip(&c); err != nil {
			return
		}
		data, err := parseClip(b)
		if err != nil || int64(len(c.PCM)) != data.length {
			t.Fatalf("%d samples, the container says %d (%v)", len(c.PCM), data.length, err)
		}
		var ogg bytes.Buffer
		if err := WriteOgg(&ogg, b); err == nil {
			if _, err := ReadOggOpus(&ogg); err != nil {
				t.Errorf("the Ogg file cannot be read: %v", err)
			}
		}
	})
}
