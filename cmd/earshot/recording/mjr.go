package recording

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"earshot/bot/audio"
	"earshot/bot/audio/sound"
)

// MJRHead is the header of a Janus recording. Times are µs since 1970.
type MJRHead struct {
	// Type is a, v or d for audio, video and data.
	Type string `json:"t"`
	// Codec is the audio or video codec.
	Codec string `json:"c"`
	// Created is when the recording was created, First when its first packet was written; 0 if none was.
	Created int64 `json:"s"`
	First   int64 `json:"u"`
}

// mjrMagic begins a Janus recording, mjrPacket each of its packets.
const (
	mjrMagic  = "MJR00002"
	mjrPacket = "MEET"
)

// errMJR is wrapped by errors in the header of a Janus recording.
var errMJR = errors.New("it is no recording of Janus with Opus in it")

// ReadMJRHead reads the header of a Janus recording (https://janus.conf.meetecho.com/docs/recordings.html): the magic, a length of
// two bytes, JSON.
func ReadMJRHead(r io.Reader) (h MJRHead, err error) {
	b := make([]byte, len(mjrMagic)+2)
	if _, err := io.ReadFull(r, b); err != nil || string(b[:len(mjrMagic)]) != mjrMagic {
		return h, errMJR
	}
	text := make([]byte, binary.BigEndian.Uint16(b[len(mjrMagic):]))
	if _, err := io.ReadFull(r, text); err != nil {
		return h, errMJR
	}
	if err := json.Unmarshal(text, &h); err != nil {
		return h, fmt.Errorf("%w: its head is no JSON", errMJR)
	}
	if h.Type != "a" || h.Codec != "opus" {
		return h, fmt.Errorf("%w: it holds %q with codec %q", errMJR, bounded(h.Type), bounded(h.Codec))
	}
	return h, nil
}

// errDamaged ends the reading of a recording in which a packet does not begin where it should.
var errDamaged = errors.New("the recording is damaged: there is no packet where one should be")

func bounded(s string) string { return s[:min(len(s), 16)] }

// mjrAhead is how many packets are held back to be sorted.
const mjrAhead = 16

// mjrSound decodes the packets of a Janus recording. A jump in sequence numbers is loss, a jump in time alone is silence.
type mjrSound struct {
	in    *bufio.Reader
	dec   *audio.Decoder
	early []audio.Packet // by sequence number
	ended error
	begun bool
	seq   uint16 // of the next packet
	ts    uint32 // of the next sample, at 48 kHz
	debt  sound.Thirds
	pcm   [1920]float32
	ready []sound.Piece
	total int64
	bad   int
}

func newMJR(r *bufio.Reader) (sound.Sound, error) {
	if _, err := ReadMJRHead(r); err != nil {
		return nil, err
	}
	dec, err := audio.NewDecoder()
	return &mjrSound{in: r, dec: dec}, err
}

// Length implements audio.Sound: the header doesn't say.
func (s *mjrSound) Length() int64 { return 0 }

// Notes implements audio.Sound.
func (s *mjrSound) Notes() []string {
	if s.bad == 0 {
		return nil
	}
	return []string{fmt.Sprintf("%d of its packets can't be decoded", s.bad)}
}

// Next implements audio.Sound.
func (s *mjrSound) Next() (sound.Piece, error) {
	for len(s.ready) == 0 {
		for s.ended == nil && len(s.early) < mjrAhead {
			s.ended = s.read()
		}
		if len(s.early) == 0 {
			return sound.Piece{}, s.ended
		}
		p := s.early[0]
		s.early = s.early[1:]
		s.take(p)
	}
	p := s.ready[0]
	s.ready = s.ready[1:]
	s.total += p.Samples()
	return p, sound.TooLong(s.total)
}

// read reads one packet and sorts it in. Packets that aren't RTP are counted and skipped.
func (s *mjrSound) read() error {
	head := make([]byte, len(mjrPacket)+6)
	switch _, err := io.ReadFull(s.in, head); {
	case errors.Is(err, io.EOF):
		return io.EOF
	case err != nil:
		return fmt.Errorf("the recording ends within a packet: %w", io.ErrUnexpectedEOF)
	case !bytes.HasPrefix(head, []byte(mjrPacket)):
		return errDamaged
	}
	raw := make([]byte, binary.BigEndian.Uint16(head[len(head)-2:]))
	if _, err := io.ReadFull(s.in, raw); err != nil {
		return fmt.Errorf("the recording ends within a packet: %w", io.ErrUnexpectedEOF)
	}
	p, err := audio.ParsePacket(raw, 0)
	if err != nil || len(p.Payload) == 0 {
		if !errors.Is(err, audio.ErrPaddingOnly) {
			s.bad++
		}
		return nil
	}
	at := len(s.early)
	for at > 0 && int16(p.Seq-s.early[at-1].Seq) < 0 {
		at--
	}
	if at > 0 && s.early[at-1].Seq == p.Seq { // a duplicate
		return nil
	}
	s.early = append(s.early[:at], append([]audio.Packet{p}, s.early[at:]...)...)
	return nil
}

// mostMissing is the longest pause within a recording, in samples at 48 kHz: four hours. After a longer jump the clock starts anew.
const mostMissing = 4 * 3600 * 48000

// take decodes the next packet in order, after filling in what is missing before it.
func (s *mjrSound) take(p audio.Packet) {
	if s.begun && int16(p.Seq-s.seq) < 0 {
		return // too late to be sorted in
	}
	if s.begun {
		if missing := int64(int32(p.Timestamp - s.ts)); missing > 0 && missing < mostMissing {
			if n := s.debt.Of(missing); n > 0 {
				s.ready = append(s.ready, sound.Piece{Silent: n, Lost: p.Seq != s.seq})
			}
		}
	}
	duration, err := audio.PacketDuration(p.Payload)
	s.begun, s.seq, s.ts = true, p.Seq+1, p.Timestamp+uint32(max(0, duration))
	if err == nil {
		var n int
		if n, err = s.dec.Decode(p.Payload, s.pcm[:]); err == nil {
			s.ready = append(s.ready, sound.Piece{PCM: [][]float32{append([]float32(nil), s.pcm[:n]...)}})
			return
		}
	}
	s.bad++
	if n := s.debt.Of(int64(max(0, duration))); n > 0 {
		s.ready = append(s.ready, sound.Piece{Silent: n, Lost: true})
	}
}
