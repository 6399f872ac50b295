package audio

import (
	"fmt"
	"io"
)

// WriteOgg writes a clip's container (models.Clip.Opus) as a standard Ogg Opus file without re-encoding. In place of missing
// packets it writes empty ones, which a decoder conceals (RFC 7845, section 4.1). The lead-in becomes the pre-skip. Errors wrap
// ErrClip if opus is not a container.
func WriteOgg(w io.Writer, opus []byte) error {
	c, err := parseClip(opus)
	if err != nil {
		return err
	}
	packets, skip, err := c.oggPackets()
	if err != nil {
		return err
	}
	o, err := NewOggWriter(w, OggHead{Channels: 1, PreSkip: skip, Rate: 48000})
	if err != nil {
		return err
	}
	for _, p := range packets {
		if err := o.WritePacket(p); err != nil {
			return err
		}
	}
	return o.Close(int(max(0, o.granule-int64(skip)-c.length*3)))
}

// oggPackets returns the clip's packets with holes filled, and the pre-skip.
func (c clipData) oggPackets() (out [][]byte, skip int, err error) {
	lead := c.trim * 3
	var end int64
	if lead < 0 {
		lead = -lead
		whole := (lead + 959) / 960 * 960
		out = append(out, fill(whole)...)
		skip, lead = int(whole-lead), 0
	}
	// A packet after a loss may be far beyond the clip's end: only the time up to the end counts.
	need := lead + c.length*3
	for _, p := range c.packets {
		d, err := PacketDuration(p.payload)
		if err != nil {
			continue // the next packet's timestamp reveals the hole
		}
		at := p.ts - c.packets[0].ts
		if hole := min(at, need) - end; hole > 0 {
			out = append(out, fill(hole)...)
			end += hole
		}
		if at >= need {
			break
		}
		if at+int64(d) > end { // of packets that overlap by a sender's mistake the first counts
			out = append(out, p.payload)
			end += int64(d)
		}
	}
	skip += int(lead)
	return trimLead(out, skip)
}

// fill returns empty packets for n samples at 48 kHz, rounded down to 2.5 ms.
func fill(n int64) (out [][]byte) {
	const silk20, celt2 = 9 << 3, 28 << 3 // wideband 20 ms and fullband 2.5 ms: mono, one frame without data
	for ; n >= 960; n -= 960 {
		out = append(out, []byte{silk20})
	}
	for ; n >= concealGrain; n -= concealGrain {
		out = append(out, []byte{celt2})
	}
	return out
}

// trimLead drops whole packets while the pre-skip does not fit into 16 bits.
func trimLead(packets [][]byte, skip int) ([][]byte, int, error) {
	for skip > 65535 && len(packets) > 0 {
		d, err := PacketDuration(packets[0])
		if err != nil {
			return nil, 0, fmt.Errorf("%w: %w", ErrClip, err)
		}
		packets, skip = packets[1:], skip-d
	}
	if skip > 65535 {
		return nil, 0, fmt.Errorf("%w: a lead-in of %d ms", ErrClip, skip/48)
	}
	return packets, skip, nil
}
