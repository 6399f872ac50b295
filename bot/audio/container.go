package audio

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
)

// The clip container, version 1: the Opus packets of one clip with all that is needed to decode it. Numbers are varints as in
// encoding/binary; z marks signed (zigzag) ones.
//
//	"ESOC" 0x01
//	length     samples of the clip at 16 kHz
//	trim     z samples to drop from the start of the decoded packets: the lead-in, in which a fresh decoder converges.
//	           A negative value is the length of silence before the first packet.
//	packets    their count, then for each:
//	  seq      increment of the sequence number (1 without loss); 0 for the first
//	  time   z increment of the RTP timestamp, at 48 kHz; 0 for the first
//	  size     bytes, then the Opus packet
//	crc        CRC-32C of all before, 4 bytes, little endian
const clipMagic = "ESOC\x01"

// The limits of a container, far beyond any clip of this program.
const (
	maxClipMS      = 60000
	maxClipSamples = maxClipMS * 16
	maxClipPackets = 2 * maxClipSamples / 40 // of 2.5 ms, twice over
	maxClipBytes   = 4 << 20
)

// ErrClip means that the data is not a clip container, or is damaged.
var ErrClip = errors.New("not a clip of Opus packets")

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// clipPacket is an Opus packet of a clip, with unwrapped sequence number and timestamp.
type clipPacket struct {
	seq, ts int64
	payload []byte
}

// clipData is the content of a container.
type clipData struct {
	length, trim int64
	packets      []clipPacket
}

// marshal writes the container.
func (c clipData) marshal() []byte {
	size := 64
	for _, p := range c.packets {
		size += len(p.payload) + 12
	}
	b := append(make([]byte, 0, size), clipMagic...)
	b = binary.AppendUvarint(b, uint64(c.length))
	b = binary.AppendVarint(b, c.trim)
	b = binary.AppendUvarint(b, uint64(len(c.packets)))
	for i, p := range c.packets {
		before := p
		if i > 0 {
			before = c.packets[i-1]
		}
		b = binary.AppendUvarint(b, uint64(p.seq-before.seq))
		b = binary.AppendVarint(b, p.ts-before.ts)
		b = binary.AppendUvarint(b, uint64(len(p.payload)))
		b = append(b, p.payload...)
	}
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

// parseClip parses a container. The packets alias b. Errors wrap ErrClip.
func parseClip(b []byte) (clipData, error) {
	if len(b) > maxClipBytes {
		return clipData{}, fmt.Errorf("%w: %d bytes", ErrClip, len(b))
	}
	if len(b) < len(clipMagic)+4 || string(b[:4]) != clipMagic[:4] {
		return clipData{}, fmt.Errorf("%w: no ESOC header in %d bytes", ErrClip, len(b))
	}
	if b[4] != clipMagic[4] {
		return clipData{}, fmt.Errorf("%w: version %d, this program reads version 1", ErrClip, b[4])
	}
	body := b[:len(b)-4]
	if crc32.Checksum(body, castagnoli) != binary.LittleEndian.Uint32(b[len(body):]) {
		return clipData{}, fmt.Errorf("%w: damaged, the checksum differs", ErrClip)
	}
	r := clipReader{b: body[len(clipMagic):]}
	c := r.clip()
	if r.bad != "" {
		return clipData{}, fmt.Errorf("%w: %s", ErrClip, r.bad)
	}
	return c, nil
}

// clipReader reads the fields of a container; bad names the first invalid one.
type clipReader struct {
	b   []byte
	bad string
}

func (r *clipReader) clip() clipData {
	c := clipData{
		length: r.uint("length", maxClipSamples),
		trim:   r.int("trim", maxClipSamples),
	}
	n := r.uint("packet count", maxClipPackets)
	// Each packet takes at least 3 bytes: the count alone must not cause an allocation.
	if n > int64(len(r.b)/3) {
		r.fail("more packets than bytes")
	}
	var seq, ts int64
	for i := int64(0); i < n && r.bad == ""; i++ {
		step := r.uint("sequence step", 1<<16)
		if (step == 0) != (i == 0) {
			r.fail("sequence numbers do not rise")
		}
		seq += step
		ts += r.int("time step", 1<<32)
		size := r.uint("packet size", maxRTPPacket)
		if size > int64(len(r.b)) {
			r.fail("packet runs over the end")
			break
		}
		c.packets = append(c.packets, clipPacket{seq: seq, ts: ts, payload: r.b[:size:size]})
		r.b = r.b[size:]
	}
	if len(r.b) > 0 {
		r.fail("bytes after the last packet")
	}
	return c
}

func (r *clipReader) uint(what string, limit int64) int64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 || v > uint64(limit) {
		r.fail(what)
		return 0
	}
	r.b = r.b[n:]
	return int64(v)
}

func (r *clipReader) int(what string, limit int64) int64 {
	v, n := binary.Varint(r.b)
	if n <= 0 || v > limit || v < -limit {
		r.fail(what)
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *clipReader) fail(what string) {
	if r.bad == "" {
		r.bad = what
		r.b = nil
	}
}
