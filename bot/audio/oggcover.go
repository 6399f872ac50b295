package audio

import (
	"errors"
	"fmt"
	"io"
	"math"

	"earshot/models"
)

// coverMargin is added on both sides of a covered span: word times are imprecise, and a word can be guessed from its ends.
const coverMargin = 80 // ms

// beepHz and beepDBFS are those of the covering tone.
const (
	beepHz   = 1000
	beepDBFS = -26
)

// CoverOgg copies an Ogg Opus file with silence, or a tone, in place of the given spans, in ms from the file's start. It
// replaces whole packets, so that nothing of the covered audio remains; the others are unchanged. Errors wrap ErrNotOgg.
func CoverOgg(w io.Writer, r io.Reader, spans []models.Span, beep bool) error {
	in, err := NewOggReader(r)
	if err != nil {
		return err
	}
	out, err := NewOggWriter(w, OggHead{Channels: in.Head.Channels, PreSkip: in.Head.PreSkip, Rate: in.Head.Rate})
	if err != nil {
		return err
	}
	c := cover{spans: spans, beep: beep, at: -int64(in.Head.PreSkip)}
	var end int64
	for {
		p, err := in.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		d, err := PacketDuration(p.Payload)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrNotOgg, err)
		}
		if p.Missing > 0 || p.Head != nil { // the spans' times would no longer fit
			return fmt.Errorf("%w: it has a hole", ErrNotOgg)
		}
		end = p.Granule
		packets, err := c.packets(p.Payload, d)
		if err != nil {
			return err
		}
		for _, b := range packets {
			if err := out.WritePacket(b); err != nil {
				return err
			}
		}
	}
	return out.Close(int(max(0, out.granule-end)))
}

// cover replaces packets.
type cover struct {
	spans []models.Span
	beep  bool
	at    int64 // samples at 48 kHz from the file's start
	enc   *Encoder
	phase int
}

// packets returns what replaces a packet of d samples: the packet itself, or as many samples of silence or tone.
func (c *cover) packets(payload []byte, d int) (out [][]byte, err error) {
	from, to := c.at, c.at+int64(d)
	c.at = to
	hit := false
	for _, s := range c.spans {
		hit = hit || from < (s.EndMS+coverMargin)*48 && to > (s.StartMS-coverMargin)*48
	}
	if !hit {
		return [][]byte{payload}, nil
	}
	if c.enc == nil {
		if c.enc, err = NewEncoder(EncoderConfig{Bitrate: 16000}); err != nil {
			return nil, err
		}
	}
	for d > 0 {
		n := 960
		for n > d {
			n /= 2
		}
		b, err := c.enc.Encode(c.sound(n))
		if err != nil {
			return nil, err
		}
		out = append(out, b)
		d -= n
	}
	return out, nil
}

// sound returns the next n samples of silence or tone.
func (c *cover) sound(n int) []float32 {
	pcm := make([]float32, n)
	if !c.beep {
		return pcm
	}
	gain := math.Sqrt2 * math.Pow(10, beepDBFS/20.0)
	for i := range pcm {
		pcm[i] = float32(gain * math.Sin(2*math.Pi*beepHz*float64(c.phase)/48000))
		c.phase++
	}
	return pcm
}
