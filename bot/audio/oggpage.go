package audio

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// ErrNotOgg says that bytes are not an Ogg Opus file that can be read.
var ErrNotOgg = errors.New("not an Ogg Opus file that can be read")

// Flags of an Ogg page (RFC 3533, section 6).
const (
	oggContinued = 1
	oggFirst     = 2
	oggLast      = 4
)

// oggPage is one page of an Ogg file.
type oggPage struct {
	flags   byte
	granule int64
	serial  uint32
	seq     uint32
	lacing  []byte
	body    []byte
}

// oggCRC is the table of Ogg's checksum: polynomial 0x04c11db7, not reflected, which hash/crc32 does not do.
var oggCRC = func() (t [256]uint32) {
	for i := range t {
		r := uint32(i) << 24
		for range 8 {
			if r&0x80000000 != 0 {
				r = r<<1 ^ 0x04c11db7
			} else {
				r <<= 1
			}
		}
		t[i] = r
	}
	return t
}()

func oggChecksum(crc uint32, b []byte) uint32 {
	for _, x := range b {
		crc = crc<<8 ^ oggCRC[byte(crc>>24)^x]
	}
	return crc
}

// header writes the page's header with a checksum of 0.
func (p *oggPage) header() []byte {
	h := make([]byte, 27, 27+len(p.lacing))
	copy(h, "OggS")
	h[5] = p.flags
	binary.LittleEndian.PutUint64(h[6:], uint64(p.granule))
	binary.LittleEndian.PutUint32(h[14:], p.serial)
	binary.LittleEndian.PutUint32(h[18:], p.seq)
	h[26] = byte(len(p.lacing))
	return append(h, p.lacing...)
}

// marshal writes the page.
func (p *oggPage) marshal() []byte {
	b := append(p.header(), p.body...)
	binary.LittleEndian.PutUint32(b[22:], oggChecksum(0, b))
	return b
}

// readOggPage reads the next page; io.EOF at the end of the file. A page whose checksum differs is an error: what
// follows could not be trusted to be in its place.
func readOggPage(r *bufio.Reader) (*oggPage, error) {
	var h [27]byte
	switch n, err := io.ReadFull(r, h[:]); {
	case n == 0 && errors.Is(err, io.EOF):
		return nil, io.EOF
	case err != nil:
		return nil, oggFailure(err)
	}
	if string(h[:4]) != "OggS" || h[4] != 0 {
		return nil, fmt.Errorf("%w: no page where one should begin", ErrNotOgg)
	}
	p := &oggPage{
		flags:   h[5],
		granule: int64(binary.LittleEndian.Uint64(h[6:])),
		serial:  binary.LittleEndian.Uint32(h[14:]),
		seq:     binary.LittleEndian.Uint32(h[18:]),
		lacing:  make([]byte, h[26]),
	}
	if _, err := io.ReadFull(r, p.lacing); err != nil {
		return nil, oggFailure(err)
	}
	size := 0
	for _, l := range p.lacing {
		size += int(l)
	}
	p.body = make([]byte, size)
	if _, err := io.ReadFull(r, p.body); err != nil {
		return nil, oggFailure(err)
	}
	want := binary.LittleEndian.Uint32(h[22:])
	clear(h[22:26])
	if got := oggChecksum(oggChecksum(oggChecksum(0, h[:]), p.lacing), p.body); got != want {
		return nil, fmt.Errorf("%w: page %d is damaged, its checksum differs", ErrNotOgg, p.seq)
	}
	return p, nil
}

func oggFailure(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%w: it ends within a page", ErrNotOgg)
	}
	return fmt.Errorf("read Ogg: %w", err)
}
