package audio

import (
	"fmt"

	"earshot/models"
)

// leadIn is how much audio before a clip goes into its container, so that a fresh decoder has converged when the clip begins:
// 80 ms, in samples at 16 kHz.
const leadIn = 1280

// logged is a decoded packet with its position in the PCM stream.
type logged struct {
	clipPacket
	start, end int64
}

// packetLog holds the packets that clips may still need.
type packetLog []logged

// trim drops packets that end more than the lead-in before a position.
func (l *packetLog) trim(pos int64) {
	for len(*l) > 0 && (*l)[0].end+leadIn < pos {
		(*l)[0] = logged{} // frees the payload
		*l = (*l)[1:]
	}
}

// pack returns the container of the clip between two positions.
func (l packetLog) pack(start, end int64) []byte {
	c := clipData{length: end - start}
	reached := start // the position up to which the packets so far suffice
	for _, p := range l {
		if p.end+leadIn <= start {
			continue
		}
		// The packet after a loss is needed, even beyond the end: it determines how the loss is concealed.
		if p.start >= end && reached >= end {
			break
		}
		if len(c.packets) == 0 {
			c.trim = start - p.start
		}
		c.packets = append(c.packets, p.clipPacket)
		reached = max(reached, p.end)
	}
	return c.marshal()
}

// pcmSink collects a player's output.
type pcmSink struct {
	pcm   []float32
	limit int
}

func (s *pcmSink) heard(pcm []float32, _ bool) {
	s.pcm = append(s.pcm, pcm[:min(len(pcm), s.limit-len(s.pcm))]...)
}

func (s *pcmSink) silent(n int64, _ bool) {
	s.pcm = append(s.pcm, make([]float32, min(n, int64(s.limit-len(s.pcm))))...)
}

// DecodeClip decodes c.Opus to c.PCM, for a clip from the spool. The PCM has exactly as many samples as that of the live clip,
// and differs only by the state that the decoder carried over from before the clip. Errors wrap ErrClip; c is then unchanged.
// The caller owns the PCM.
func DecodeClip(c *models.Clip) error {
	data, err := parseClip(c.Opus)
	if err != nil {
		return fmt.Errorf("clip %s: %w", c.Key, err)
	}
	pcm, err := data.decode()
	if err != nil {
		return fmt.Errorf("clip %s: %w", c.Key, err)
	}
	c.PCM = pcm
	return nil
}

// decode decodes the packets and trims the result to the clip.
func (c clipData) decode() ([]float32, error) {
	sink := &pcmSink{limit: int(max(0, c.trim) + c.length)}
	sink.pcm = make([]float32, 0, sink.limit)
	if c.trim < 0 {
		sink.silent(-c.trim, false)
		sink.limit = int(c.length)
	}
	p := player{to: sink, stats: &Stats{}}
	for _, k := range c.packets {
		if err := p.play(k.seq, k.ts, k.payload); err != nil {
			return nil, err
		}
		if len(sink.pcm) >= sink.limit {
			break
		}
	}
	sink.silent(int64(sink.limit-len(sink.pcm)), false)
	return sink.pcm[max(0, c.trim):], nil
}

// From drops what a clip holds from before a session time, in ms, which must lie within it. Errors wrap ErrClip; c is then unchanged.
func From(c *models.Clip, ms int64) error {
	data, err := parseClip(c.Opus)
	if err != nil {
		return fmt.Errorf("clip %s: %w", c.Key, err)
	}
	skip := min(max(0, ms-c.StartMS)*models.SampleRate/1000, data.length)
	data.trim += skip
	data.length -= skip
	c.Opus, c.StartMS = data.marshal(), ms
	if int64(len(c.PCM)) >= skip {
		c.PCM = c.PCM[skip:]
	}
	c.VoicedMS, c.ConcealedMS = min(c.VoicedMS, c.DurationMS()), min(c.ConcealedMS, c.DurationMS())
	return nil
}
