package audio

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
)

// maxOggPacket bounds a packet that runs over pages: the tags may hold a picture.
const maxOggPacket = 16 << 20

// OggHead is what an Ogg Opus stream says of itself (RFC 7845, section 5.1).
type OggHead struct {
	Channels int
	// PreSkip is how many samples at 48 kHz to leave out at the start.
	PreSkip int
	// Rate is that of the original recording in Hz, for information.
	Rate int
	// GainDB is to be applied to the decoded sound.
	GainDB float64
}

// OggPacket is one Opus packet of an Ogg file.
type OggPacket struct {
	Payload []byte
	// Duration is how long it plays, in samples at 48 kHz.
	Duration int
	// Granule is the position after it, in samples at 48 kHz, pre-skip included. It is that of the page after the last
	// packet of each page, and counted from it elsewhere.
	Granule int64
	// Last says that the stream ends with this packet; Granule may then lie before the packet's own end, and what
	// lies beyond it is not part of the recording.
	Last bool
}

// OggReader reads the packets of the first Opus stream in an Ogg file. One goroutine uses it.
type OggReader struct {
	Head OggHead

	r       *bufio.Reader
	serial  uint32
	queue   []OggPacket
	partial []byte // of a packet that goes on on the next page
	open    bool   // partial has begun
	granule int64
	ended   bool
}

// NewOggReader reads the headers. Errors wrap ErrNotOgg.
func NewOggReader(r io.Reader) (*OggReader, error) {
	o := &OggReader{r: bufio.NewReaderSize(r, 1<<16)}
	for range 64 { // streams of other kinds may begin before ours
		p, err := readOggPage(o.r)
		if errors.Is(err, io.EOF) {
			err = fmt.Errorf("%w: it is empty or holds no Opus", ErrNotOgg)
		}
		if err != nil {
			return nil, err
		}
		if p.flags&oggFirst == 0 {
			break
		}
		if bytes.HasPrefix(p.body, []byte("OpusHead")) {
			o.serial = p.serial
			if o.Head, err = parseOpusHead(p.body); err != nil {
				return nil, err
			}
			return o, o.skipTags()
		}
	}
	return nil, fmt.Errorf("%w: it holds no Opus stream", ErrNotOgg)
}

// parseOpusHead reads the identification header (RFC 7845, section 5.1).
func parseOpusHead(b []byte) (OggHead, error) {
	if len(b) < 19 || b[8]&0xf0 != 0 {
		return OggHead{}, fmt.Errorf("%w: bad or unknown OpusHead of %d bytes", ErrNotOgg, len(b))
	}
	h := OggHead{
		Channels: int(b[9]),
		PreSkip:  int(binary.LittleEndian.Uint16(b[10:])),
		Rate:     int(binary.LittleEndian.Uint32(b[12:])),
		GainDB:   float64(int16(binary.LittleEndian.Uint16(b[16:]))) / 256,
	}
	if h.Channels < 1 || h.Channels > 2 || b[18] > 1 || b[18] == 1 && (len(b) < 21 || b[19] != 1) {
		return OggHead{}, fmt.Errorf("%w: %d channels in mapping %d; mono and stereo are", ErrNotOgg, h.Channels, b[18])
	}
	return h, nil
}

// skipTags reads over the comment header (RFC 7845, section 5.2).
func (o *OggReader) skipTags() error {
	tags, _, err := o.packets()
	for err == nil && len(tags) == 0 {
		tags, _, err = o.packets()
	}
	if errors.Is(err, io.EOF) {
		err = fmt.Errorf("%w: it ends after its first header", ErrNotOgg)
	}
	if err != nil {
		return err
	}
	if !bytes.HasPrefix(tags[0], []byte("OpusTags")) || len(tags) > 1 {
		return fmt.Errorf("%w: no OpusTags page", ErrNotOgg)
	}
	return nil
}

// packets reads our stream's next page and gives the packets that end on it.
func (o *OggReader) packets() ([][]byte, *oggPage, error) {
	p, err := readOggPage(o.r)
	for err == nil && p.serial != o.serial {
		p, err = readOggPage(o.r)
	}
	if err != nil {
		return nil, nil, err
	}
	if p.flags&oggFirst != 0 {
		return nil, nil, fmt.Errorf("%w: the stream begins twice", ErrNotOgg)
	}
	// After a lost page the rest of a packet may come without its beginning, or the beginning without the rest.
	orphan := p.flags&oggContinued != 0 && !o.open
	if p.flags&oggContinued == 0 {
		o.partial = nil
	}
	var out [][]byte
	body := p.body
	for _, l := range p.lacing {
		if len(o.partial)+int(l) > maxOggPacket {
			return nil, nil, fmt.Errorf("%w: a packet of more than %d bytes", ErrNotOgg, maxOggPacket)
		}
		if !orphan {
			o.partial = append(o.partial, body[:l]...)
		}
		body = body[l:]
		o.open = l == 255
		if !o.open {
			if !orphan {
				out = append(out, o.partial)
			}
			o.partial, orphan = nil, false
		}
	}
	return out, p, nil
}

// Next gives the next packet, which the caller owns; io.EOF after the last. Packets that are not Opus are errors
// that wrap ErrNotOgg.
func (o *OggReader) Next() (OggPacket, error) {
	for len(o.queue) == 0 {
		if o.ended {
			return OggPacket{}, io.EOF
		}
		raw, page, err := o.packets()
		if err != nil {
			return OggPacket{}, err
		}
		if err := o.enqueue(raw, page); err != nil {
			return OggPacket{}, err
		}
	}
	p := o.queue[0]
	o.queue = o.queue[1:]
	return p, nil
}

// enqueue gives the packets of a page their positions.
func (o *OggReader) enqueue(raw [][]byte, page *oggPage) error {
	o.ended = page.flags&oggLast != 0
	total := int64(0)
	for _, b := range raw {
		d, err := PacketDuration(b)
		if err != nil {
			return fmt.Errorf("%w: %w", ErrNotOgg, err)
		}
		total += int64(d)
		o.queue = append(o.queue, OggPacket{Payload: b, Duration: d})
	}
	if len(o.queue) == 0 {
		return nil
	}
	// A recording may begin anywhere (granules count from the start of a broadcast); the last page may end early.
	if !o.ended && page.granule >= total {
		o.granule = page.granule - total
	}
	for i := range o.queue {
		o.granule += int64(o.queue[i].Duration)
		o.queue[i].Granule = o.granule
	}
	if last := &o.queue[len(o.queue)-1]; o.ended {
		last.Last = true
		if page.granule >= 0 {
			last.Granule = min(last.Granule, page.granule)
		}
	}
	return nil
}

// ReadOggOpus reads an Ogg Opus file (RFC 7845), mono or stereo, and returns mono PCM at 16 kHz that the caller owns:
// pre-skip and end trimming are done, the gain is applied. Errors wrap ErrNotOgg or ErrTooLong; a packet that cannot
// be decoded is concealed, and a file that ends without its end mark gives what it holds.
func ReadOggOpus(r io.Reader) ([]float32, error) {
	o, err := NewOggReader(r)
	if err != nil {
		return nil, err
	}
	dec, err := NewDecoder()
	if err != nil {
		return nil, err
	}
	d := oggDecode{dec: dec, gain: float32(math.Pow(10, o.Head.GainDB/20)), skip: o.Head.PreSkip / 3}
	for {
		p, err := o.Next()
		if errors.Is(err, io.EOF) {
			return d.pcm, nil
		}
		if err != nil {
			return nil, err
		}
		d.add(p)
		if err := tooLong(len(d.pcm), maxFileSamples); err != nil {
			return nil, err
		}
	}
}

// oggDecode gathers the PCM of a file.
type oggDecode struct {
	dec   *Decoder
	gain  float32
	skip  int   // samples still to leave out
	begin int64 // granule before the first packet
	began bool
	total int64 // samples decoded, at 48 kHz
	pcm   []float32
	buf   [maxFrame16]float32
}

func (d *oggDecode) add(p OggPacket) {
	if !d.began {
		d.began = true
		if !p.Last {
			d.begin = p.Granule - int64(p.Duration)
		}
	}
	n, err := d.dec.Decode(p.Payload, d.buf[:])
	if err != nil {
		n = p.Duration / 3
		if _, err := d.dec.Conceal(d.buf[:n]); err != nil {
			clear(d.buf[:n])
		}
	}
	keep := n
	if over := d.begin + d.total + int64(p.Duration) - p.Granule; p.Last && over > 0 {
		keep = max(0, n-int(min(over, maxOpusPacket))/3)
	}
	d.total += int64(p.Duration)
	from := min(keep, d.skip)
	d.skip -= from
	for _, s := range d.buf[from:keep] {
		d.pcm = append(d.pcm, s*d.gain)
	}
}
