package recording

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"strings"
	"testing"

	"earshot/bot/audio"
	"earshot/bot/audio/sound"
)

// mjr writes recordings of Janus.
type mjr struct {
	bytes.Buffer
	t   testing.TB
	enc *audio.Encoder
}

func newMJRFile(t testing.TB, head string) *mjr {
	t.Helper()
	enc, err := audio.NewEncoder(audio.EncoderConfig{})
	if err != nil {
		t.Fatal(err)
	}
	m := &mjr{t: t, enc: enc}
	m.WriteString(mjrMagic)
	m.Write(binary.BigEndian.AppendUint16(nil, uint16(len(head)))) //nolint:gosec // it is short
	m.WriteString(head)
	return m
}

// packet writes 20 ms of a tone, with a sequence number and a time in packets.
func (m *mjr) packet(seq uint16, at uint32) {
	pcm := make([]float32, 960)
	for i := range pcm {
		pcm[i] = 0.3 * float32(math.Sin(float64(i)/12))
	}
	opus, err := m.enc.Encode(pcm)
	if err != nil {
		m.t.Fatal(err)
	}
	raw := []byte{0x80, 111}
	raw = binary.BigEndian.AppendUint16(raw, seq)
	raw = binary.BigEndian.AppendUint32(raw, at*960)
	raw = append(binary.BigEndian.AppendUint32(raw, 7), opus...)
	m.WriteString(mjrPacket)
	m.Write(make([]byte, 4))
	m.Write(binary.BigEndian.AppendUint16(nil, uint16(len(raw)))) //nolint:gosec // a packet is short
	m.Write(raw)
}

const opusHead = `{"t":"a","c":"opus","x":{"2":"urn:x"},"s":1770000000000000,"u":1770000001000000}`

// played reads a recording and gives its length, the silence and the loss in it, in ms.
func played(t *testing.T, b []byte) (length, silent, lost int64, err error) {
	t.Helper()
	var s sound.Sound
	if s, err = newMJR(bufio.NewReader(bytes.NewReader(b))); err != nil {
		return 0, 0, 0, err
	}
	for {
		p, err := s.Next()
		if err != nil {
			return length / 16, silent / 16, lost / 16, err
		}
		length += p.Samples()
		switch {
		case p.Lost:
			lost += p.Samples()
		case p.PCM == nil:
			silent += p.Samples()
		}
	}
}

// TestMJR: packets come into order; a jump of their numbers is lost sound, one of the time alone is silence; a recording that ends
// within a packet says so after what it has.
func TestMJR(t *testing.T) {
	m := newMJRFile(t, opusHead)
	for i, seq := range []uint16{65534, 0, 65535, 1, 1} { // across the wrap, swapped, and twice
		at := []uint32{10, 12, 11, 13, 13}[i]
		m.packet(seq, at)
	}
	m.packet(2, 64)  // 50 packets of silence
	m.packet(8, 70)  // 5 lost
	m.packet(9, 71)  //
	whole := m.Len() //
	m.packet(10, 72) //
	check := func(b []byte, length int64, end error) {
		t.Helper()
		l, silent, lost, err := played(t, b)
		if l != length || silent != 1000 || lost != 100 || !errors.Is(err, end) {
			t.Errorf("%d ms, %d silent, %d lost, %v; want %d, 1000, 100, %v", l, silent, lost, err, length, end)
		}
	}
	check(m.Bytes(), 1260, io.EOF)
	check(m.Bytes()[:m.Len()-5], 1240, io.ErrUnexpectedEOF)
	check(append(m.Bytes()[:whole:whole], "no packet here"...), 1240, errDamaged)
	h, err := ReadMJRHead(bytes.NewReader(m.Bytes()))
	if err != nil || h.First != 1_770_000_001_000_000 || h.Created != 1_770_000_000_000_000 {
		t.Errorf("%+v, %v", h, err)
	}
}

// TestMJRHeads: what is no recording of sound is refused.
func TestMJRHeads(t *testing.T) {
	for head, want := range map[string]string{
		`{"t":"v","c":"vp8"}`: `it holds "v" with codec "vp8"`, `{"t":"a","c":"pcma"}`: `codec "pcma"`, `{`: "its head is no JSON",
	} {
		if _, _, _, err := played(t, newMJRFile(t, head).Bytes()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	if _, _, _, err := played(t, []byte(mjrMagic+"\xff\xff{")); !errors.Is(err, errMJR) {
		t.Errorf("%v", err)
	}
}

func FuzzMJR(f *testing.F) {
	m := newMJRFile(f, opusHead)
	for i := range uint16(20) {
		m.packet(i, uint32(i))
	}
	f.Add(m.Bytes())
	f.Add([]byte(mjrMagic))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := newMJR(bufio.NewReader(bytes.NewReader(b)))
		for n := 0; err == nil && n < 10_000; n++ {
			var p sound.Piece
			if p, err = s.Next(); err == nil && p.Samples() < 0 {
				t.Fatal("a piece of less than nothing")
			}
		}
	})
}
