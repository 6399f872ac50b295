package audio

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// ErrNotOgg means that the data is not a readable Ogg Opus file.
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

// oggCRC is the table of Ogg's checksum: polynomial 0x04c11db7, not reflected, which hash/crc32 does not support.
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

// header returns the page's header with a checksum of 0.
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

// marshal returns the page.
func (p *oggPage) marshal() []byte {
	b := append(p.header(), p.body...)
	binary.LittleEndian.PutUint32(b[22:], oggChecksum(0, b))
	return b
}

// maxOggPage is the size of the largest page: its header, 255 lacing values and as many segments of 255 bytes.
const maxOggPage = 27 + 255 + 255*255

// oggPages reads pages one by one. Other data and damaged pages are skipped, as RFC 3533 intends: capture pattern and checksum
// serve to resynchronise.
type oggPages struct {
	r *bufio.Reader
	// passed is how many bytes were skipped before the latest page.
	passed int64
	// torn is the header of a damaged or truncated page that no intact page has followed yet; nil otherwise.
	torn *oggPage
}

func newOggPages(r io.Reader) *oggPages { return &oggPages{r: bufio.NewReaderSize(r, 2*maxOggPage)} }

// next returns the next page with a correct checksum, or io.EOF. A page that begins an Opus stream is accepted with a wrong
// checksum too, since nothing can be read without it.
func (o *oggPages) next() (*oggPage, error) {
	o.passed = 0
	for {
		h, err := o.r.Peek(27)
		if len(h) < 27 {
			return nil, o.end(err)
		}
		if string(h[:4]) != "OggS" || h[4] != 0 {
			o.seek()
			continue
		}
		h, _ = o.r.Peek(27 + int(h[26]))
		size := len(h)
		for _, l := range h[27:] {
			size += int(l)
		}
		b, err := o.r.Peek(size)
		if len(b) < size {
			if err != nil && !errors.Is(err, io.EOF) {
				return nil, fmt.Errorf("read Ogg: %w", err)
			}
			o.tear(b)
			continue
		}
		p := parseOggPage(b)
		if p == nil {
			o.torn = oggHeader(b)
			o.seek()
			continue
		}
		o.torn = nil
		_, err = o.r.Discard(size)
		return p, err
	}
}

// oggHeader parses a page's header.
func oggHeader(b []byte) *oggPage {
	return &oggPage{
		flags: b[5], granule: int64(binary.LittleEndian.Uint64(b[6:])), serial: binary.LittleEndian.Uint32(b[14:]),
		seq: binary.LittleEndian.Uint32(b[18:]),
	}
}

// parseOggPage parses a page; nil if it is damaged.
func parseOggPage(b []byte) *oggPage {
	p := oggHeader(b)
	n := min(len(b), 27+int(b[26]))
	p.lacing, p.body = bytes.Clone(b[27:n]), bytes.Clone(b[n:])
	crc := oggChecksum(oggChecksum(0, b[:22]), []byte{0, 0, 0, 0})
	if oggChecksum(crc, b[26:]) == binary.LittleEndian.Uint32(b[22:]) {
		return p
	}
	if p.flags&oggFirst != 0 && bytes.HasPrefix(p.body, []byte("OpusHead")) {
		return p
	}
	return nil
}

// seek skips one byte and then all up to the next capture pattern.
func (o *oggPages) seek() {
	b, _ := o.r.Peek(max(o.r.Buffered(), 27))
	n := bytes.Index(b[1:], []byte("OggS")) + 1
	if n == 0 {
		n = max(1, len(b)-3)
	}
	k, _ := o.r.Discard(n)
	o.passed += int64(k)
}

// tear consumes a truncated last page, unless another page begins within it.
func (o *oggPages) tear(b []byte) {
	if bytes.Contains(b[4:], []byte("OggS")) {
		o.seek()
		return
	}
	if len(b) >= 27 {
		o.torn = oggHeader(b)
	}
	k, _ := o.r.Discard(len(b))
	o.passed += int64(k)
}

// end returns the error after the last page.
func (o *oggPages) end(err error) error {
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read Ogg: %w", err)
	}
	k, _ := o.r.Discard(o.r.Buffered())
	o.passed += int64(k)
	return io.EOF
}
