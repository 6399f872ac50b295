package audio

import (
	"fmt"
	"io"
)

// WriteOgg writes a clip's container (models.Clip.Opus) as an Ogg Opus file that any player plays: the packets as they
// came, nothing encoded anew. Where packets are missing it writes empty ones, which a decoder conceals (RFC 7845,
// section 4.1). The lead-in is the file's pre-skip. Errors wrap ErrClip when opus is not a container.
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

// oggPackets lines the clip's packets up without holes. skip is the pre-skip.
func (c clipData) oggPackets() (out [][]byte, skip int, err error) {
	lead := c.trim * 3
	var end int64
	if lead < 0 {
		lead = -lead
		whole := (lead + 959) / 960 * 960
		out = append(out, fill(whole)...)
		skip, lead = int(whole-lead), 0
	}
	// A packet that only tells of a loss may lie far behind the clip's end: what counts is the time up to there.
	need := lead + c.length*3
	for _, p := range c.packets {
		d, err := PacketDuration(p.payload)
		if err != nil {
			continue // the next packet's time shows the hole
		}
		at := p.ts - c.packets[0].ts
		if hole := min(at, need) - end; hole > 0 {
			out = append(out, fill(hole)...)
			end += hole
		}
		if at >= need {
			break
		}
		if at+int64(d) > end { // packets that overlap come from a sender's mistake: the first counts
			out = append(out, p.payload)
			end += int64(d)
		}
	}
	skip += int(lead)
	return trimLead(out, skip)
}

// fill is n samples at 48 kHz of empty packets, rounded down to 2.5 ms.
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

// trimLead drops whole packets while the pre-skip does not fit its 16 bits.
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
