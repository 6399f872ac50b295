package audio

import (
	"fmt"

	"earshot/models"
)

// leadIn is how much sound before a clip goes into its container, so that a fresh decoder has found its feet when the
// clip begins: 80 ms at 16 kHz.
const leadIn = 1280

// logged is a packet that was decoded, with its place in the line of PCM.
type logged struct {
	clipPacket
	start, end int64
}

// packetLog keeps the packets that clips may still need.
type packetLog struct {
	packets []logged
	head    int // the first that counts; those before are let go now and then
}

func (l *packetLog) add(p logged) { l.packets = append(l.packets, p) }

// trim lets go what ends more than the lead-in before the position.
func (l *packetLog) trim(pos int64) {
	for l.head < len(l.packets) && l.packets[l.head].end+leadIn < pos {
		l.packets[l.head] = logged{}
		l.head++
	}
	if l.head > 64 && l.head*2 > len(l.packets) {
		n := copy(l.packets, l.packets[l.head:])
		clear(l.packets[n:])
		l.packets, l.head = l.packets[:n], 0
	}
}

func (l *packetLog) clear() { *l = packetLog{} }

// pack makes the container of the clip between two positions.
func (l *packetLog) pack(start, end int64) []byte {
	c := clipData{length: end - start}
	reached := start // how far the packets so far suffice
	for _, p := range l.packets[l.head:] {
		if p.end+leadIn <= start {
			continue
		}
		// The packet after a loss is needed for what it tells of the loss, even if it lies behind the end.
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

// pcmSink collects what a player gives.
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

// DecodeClip makes c.PCM from c.Opus, for a clip that was read back from the spool. The sound is that of the live
// clip: as long to the sample, and alike but for what the decoder carried over from before the clip. Errors wrap
// ErrClip; c is then unchanged. The PCM is the caller's.
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

// decode plays the packets and cuts the clip out.
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
