package audio

import (
	"bytes"
	"io"
	"math"

	"earshot/bot/audio/sound"
	"earshot/bot/audio/wav"
	"earshot/models"
)

// oggSound decodes the packets of an Ogg Opus file.
type oggSound struct {
	in    *OggReader
	dec   *channelDecoder
	gain  float32
	skip  int // samples at 48 kHz still to drop
	debt  sound.Thirds
	ready []sound.Piece
	total int64
	size  int64 // length according to the last page, in samples at 16 kHz
	bad   int   // packets that could not be decoded
}

// NewOggSound reads an Ogg Opus file (RFC 7845) with any number of channels and consecutive streams. It applies pre-skip, end
// trimming and gain. length is that of the file (see OggLength), or 0. Errors wrap ErrNotOgg or ErrTooLong.
func NewOggSound(r io.Reader, length int64) (sound.Sound, error) {
	in, err := NewOggReader(r)
	if err != nil {
		return nil, err
	}
	s := &oggSound{in: in, size: length}
	return s, s.begin(in.Head)
}

// begin prepares for a stream.
func (s *oggSound) begin(h OggHead) (err error) {
	s.dec, err = newChannelDecoder(h.layout)
	s.gain, s.skip = float32(math.Pow(10, h.GainDB/20)), h.PreSkip
	return err
}

// Length implements Sound.
func (s *oggSound) Length() int64 { return s.size }

// Notes implements Sound.
func (s *oggSound) Notes() []string {
	n := append(sound.Notes(nil), s.in.notes...)
	if s.bad > 0 {
		n.Add("%d of its packets can't be decoded", s.bad)
	}
	return n
}

// Next implements Sound.
func (s *oggSound) Next() (sound.Piece, error) {
	for {
		if len(s.ready) > 0 {
			p := s.ready[0]
			s.ready = s.ready[1:]
			s.total += p.Samples()
			return p, sound.TooLong(s.total)
		}
		p, err := s.in.Next()
		if err != nil {
			return sound.Piece{}, err
		}
		if p.Head != nil {
			if err := s.begin(*p.Head); err != nil {
				return sound.Piece{}, err
			}
		}
		s.pass(p.Missing, p.Lost)
		if p.Payload != nil {
			s.play(p)
		}
	}
}

// pass fills missing time: lost audio is concealed up to maxConceal, and the rest is silence.
func (s *oggSound) pass(missing int64, lost bool) {
	if lost {
		for made := int64(0); made < maxConceal && missing >= concealGrain; {
			n := min(missing-missing%concealGrain, 960)
			s.conceal(int(n))
			made, missing = made+n, missing-n
		}
	}
	if n := s.debt.Of(missing); n > 0 {
		s.ready = append(s.ready, sound.Piece{Silent: n, Lost: lost})
	}
}

// conceal synthesises n samples at 48 kHz.
func (s *oggSound) conceal(n int) {
	n -= n % concealGrain
	if pcm, err := s.dec.decode(nil, n/3); err == nil && len(pcm[0]) > 0 {
		s.give(pcm, n, n, true)
	} else {
		s.ready = append(s.ready, sound.Piece{Silent: int64(n / 3), Lost: true})
	}
}

// play decodes a packet.
func (s *oggSound) play(p OggPacket) {
	if _, err := PacketDuration(p.Payload); err == nil {
		if pcm, err := s.dec.decode(p.Payload, maxFrame16); err == nil {
			s.give(pcm, p.Duration, p.Keep, false)
			return
		}
	}
	s.bad++
	s.conceal(p.Duration)
}

// give queues decoded PCM, trimmed at the start and end.
func (s *oggSound) give(pcm [][]float32, duration, keep int, lost bool) {
	from := min(s.skip, keep)
	s.skip -= min(s.skip, duration)
	piece := sound.Piece{Lost: lost}
	for _, c := range pcm {
		part := append([]float32(nil), c[min(len(c), (from+2)/3):min(len(c), (keep+2)/3)]...)
		for i := range part {
			part[i] *= s.gain
		}
		piece.PCM = append(piece.PCM, part)
	}
	if piece.Samples() > 0 {
		s.ready = append(s.ready, piece)
	}
}

// OggLength returns the length of an Ogg Opus file, in samples at 16 kHz, according to the last page in its tail, which is at
// least the last 128 KiB; 0 if unknown or implausible for the file's size in bytes.
func OggLength(tail []byte, size int64) int64 {
	for i := len(tail) - 27; i >= 0; i-- {
		if string(tail[i:i+4]) != "OggS" || tail[i+4] != 0 {
			continue
		}
		p := wholeOggPage(tail[i:])
		if p == nil || p.granule <= 0 {
			continue
		}
		if n := p.granule / 3; n/16000 <= size/leastOggRate {
			return n
		}
		return 0
	}
	return 0
}

// leastOggRate is the lowest plausible data rate, in bytes per second.
const leastOggRate = 200

// wholeOggPage parses the page at the start of b; nil if it is incomplete or damaged.
func wholeOggPage(b []byte) *oggPage {
	n := 27 + int(b[26])
	if n > len(b) {
		return nil
	}
	size := n
	for _, l := range b[27:n] {
		size += int(l)
	}
	if size > len(b) {
		return nil
	}
	return parseOggPage(b[:size])
}

// ReadOggOpus reads an Ogg Opus file into memory and returns mono PCM at 16 kHz that the caller owns, with silence for missing
// audio. Errors wrap ErrNotOgg or ErrTooLong.
func ReadOggOpus(r io.Reader) ([]float32, error) {
	s, err := NewOggSound(r, 0)
	if err != nil {
		return nil, err
	}
	return sound.ReadAll(s)
}

// OggFiles processes Ogg Opus files in memory. It has no state and is safe for concurrent use.
type OggFiles struct{}

// Ogg converts a clip's container to a file: see WriteOgg.
func (OggFiles) Ogg(opus []byte) ([]byte, error) {
	var out bytes.Buffer
	err := WriteOgg(&out, opus)
	return out.Bytes(), err
}

// WAV decodes a file for players that know no Ogg Opus: mono at 16 kHz. Errors wrap ErrNotOgg.
func (OggFiles) WAV(ogg []byte) ([]byte, error) {
	in, err := NewOggSound(bytes.NewReader(ogg), 0)
	if err != nil {
		return nil, err
	}
	pcm, err := sound.ReadAll(in)
	if err != nil {
		return nil, err
	}
	return wav.Encode(pcm), nil
}

// Cover replaces spans by silence or a tone: see CoverOgg.
func (OggFiles) Cover(ogg []byte, spans []models.Span, tone bool) ([]byte, error) {
	var out bytes.Buffer
	err := CoverOgg(&out, bytes.NewReader(ogg), spans, tone)
	return out.Bytes(), err
}

// PCM decodes a file: see ReadOggOpus.
func (OggFiles) PCM(ogg []byte) ([]float32, error) { return ReadOggOpus(bytes.NewReader(ogg)) }
