package audio

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"earshot/bot/audio/sound"
)

const (
	// maxOggPacket bounds a packet that spans pages. Tags with a picture are longer, and are dropped.
	maxOggPacket = 256 << 10
	// oggJitter is the insignificant deviation of page positions, in samples at 48 kHz: 40 ms.
	oggJitter = 1920
	// A jump of the position that the next page can't confirm is accepted up to loneJump, in samples at 48 kHz: 60 s.
	loneJump = 60 * 48000
	// longestJump is the longest jump accepted at all, in samples at 48 kHz.
	longestJump = sound.MaxFileSeconds * 48000
)

// OggPacket is one Opus packet of an Ogg file.
type OggPacket struct {
	// Payload is nil if nothing follows the missing time.
	Payload []byte
	// Duration is in samples at 48 kHz; Keep is how much of it belongs to the recording, which may end within its last
	// packets.
	Duration, Keep int
	// Granule is the position after it, in samples at 48 kHz from the recording's start, including the pre-skip. Last marks
	// the stream's last packet, whose Granule may be before the packet's own end.
	Granule int64
	Last    bool
	// Missing is the time between the previous packet and this one, in samples at 48 kHz: a pause of the recorder or, if
	// Lost, damaged or missing audio.
	Missing int64
	Lost    bool
	// Head is set on the first packet of every stream but the first.
	Head *OggHead
}

// OggReader reads the packets of the consecutive Opus streams of an Ogg file. The content of damaged pages is reported as
// missing time. Not safe for concurrent use.
type OggReader struct {
	// Head is that of the first stream.
	Head OggHead

	pages  *oggPages
	notes  sound.Notes
	stream *oggStream
	next   *OggHead // of the stream that begins with the next packet
	queue  []OggPacket
	ended  bool
	others map[uint32]bool // serial numbers of further streams
}

// NewOggReader reads up to the start of the first Opus stream. Errors wrap ErrNotOgg.
func NewOggReader(r io.Reader) (*OggReader, error) {
	o := &OggReader{pages: newOggPages(r), others: map[uint32]bool{}}
	for {
		p, err := o.pages.next()
		if errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("%w: it holds no Opus stream", ErrNotOgg)
		}
		if err != nil {
			return nil, err
		}
		if p.flags&oggFirst == 0 || !bytes.HasPrefix(p.body, []byte("OpusHead")) {
			continue
		}
		if o.Head, err = parseOpusHead(p.body); err != nil {
			return nil, err
		}
		o.stream = newOggStream(p)
		return o, nil
	}
}

// Notes returns the defects found so far, as sentences for people.
func (o *OggReader) Notes() []string { return o.notes }

// Next returns the next packet, which the caller owns, or io.EOF.
func (o *OggReader) Next() (OggPacket, error) {
	for len(o.queue) == 0 {
		if o.ended {
			return OggPacket{}, io.EOF
		}
		if err := o.advance(); err != nil {
			return OggPacket{}, err
		}
	}
	p := o.queue[0]
	o.queue = o.queue[1:]
	return p, nil
}

// advance reads one page.
func (o *OggReader) advance() error {
	p, err := o.pages.next()
	if o.pages.passed > 0 && o.stream != nil {
		o.stream.hole = true
		o.notes.Add("it is damaged: some of it is passed over")
	}
	switch {
	case errors.Is(err, io.EOF):
		o.ended = true
		o.finish()
		return nil
	case err != nil:
		return err
	case p.flags&oggFirst != 0:
		return o.begin(p)
	case p.serial == o.stream.serial:
		o.emit(o.stream.add(p, &o.notes))
	}
	return nil
}

// begin takes the first page of a stream: a subsequent one, one multiplexed with ours, or one of another kind.
func (o *OggReader) begin(p *oggPage) error {
	opus := bytes.HasPrefix(p.body, []byte("OpusHead"))
	switch {
	case !opus && isSound(p.body):
		o.notes.Add("it also holds sound that is not Opus, which is not read")
		return nil
	case !opus:
		return nil
	case !o.stream.begun && p.serial != o.stream.serial:
		o.others[p.serial] = true
		return nil
	case o.others[p.serial]:
		return nil
	}
	head, err := parseOpusHead(p.body)
	if err != nil {
		o.notes.Add("another stream in it can't be read: %v", err)
		return nil
	}
	o.finish()
	o.stream, o.next = newOggStream(p), &head
	clear(o.others)
	return nil
}

// finish emits what the stream held back, and tells of streams that ran beside it.
func (o *OggReader) finish() {
	switch n := len(o.others); {
	case n == 1:
		o.notes.Add("one more Opus stream runs beside the first, and is not read")
	case n > 1:
		o.notes.Add("%d more Opus streams run beside the first, and are not read", n)
	}
	o.emit(o.stream.finish(o.pages.torn, &o.notes))
}

// emit queues packets; the first of a new stream carries its head.
func (o *OggReader) emit(ps []OggPacket) {
	if len(ps) > 0 && o.next != nil {
		ps[0].Head, o.next = o.next, nil
	}
	o.queue = append(o.queue, ps...)
}

// isSound reports whether a stream's first packet is that of another known audio codec.
func isSound(b []byte) bool {
	for _, magic := range []string{"\x01vorbis", "\x7fFLAC", "Speex   ", "fLaC"} {
		if bytes.HasPrefix(b, []byte(magic)) {
			return true
		}
	}
	return false
}
