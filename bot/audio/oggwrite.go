package audio

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"earshot/bot/audio/sound"
)

// oggPageTime is the longest page written: 1 s at 48 kHz, the maximum that RFC 7845 recommends.
const oggPageTime = 48000

// OggWriter writes an Ogg Opus file. Not safe for concurrent use.
type OggWriter struct {
	w       io.Writer
	page    oggPage
	granule int64
	onPage  int // samples at 48 kHz on the open page
}

// NewOggWriter writes the headers: OpusHead from h (a gain is not written) and OpusTags.
func NewOggWriter(w io.Writer, h OggHead) (*OggWriter, error) {
	if h.Channels < 1 || h.Channels > 2 || h.PreSkip < 0 || h.PreSkip > 65535 {
		return nil, fmt.Errorf("write Ogg: %d channels with a pre-skip of %d samples", h.Channels, h.PreSkip)
	}
	head := append([]byte("OpusHead\x01"), byte(h.Channels))
	head = binary.LittleEndian.AppendUint16(head, uint16(h.PreSkip))
	head = binary.LittleEndian.AppendUint32(head, uint32(h.Rate))
	head = append(head, 0, 0, 0) // no gain, mapping family 0
	const vendor = "earshot"
	tags := binary.LittleEndian.AppendUint32([]byte("OpusTags"), uint32(len(vendor)))
	tags = binary.LittleEndian.AppendUint32(append(tags, vendor...), 0)
	// The serial number only has to differ between the streams of a file; here there is one.
	o := &OggWriter{w: w, page: oggPage{serial: 0x45415253, flags: oggFirst}}
	for _, b := range [][]byte{head, tags} {
		o.page.lacing = []byte{byte(len(b))}
		o.page.body = b
		if err := o.flush(); err != nil {
			return nil, err
		}
	}
	return o, nil
}

// WritePacket adds an Opus packet, which it copies.
func (o *OggWriter) WritePacket(payload []byte) error {
	d, err := PacketDuration(payload)
	if err != nil {
		return fmt.Errorf("write Ogg: %w", err)
	}
	segments := len(payload)/255 + 1
	if segments > 255 {
		return fmt.Errorf("write Ogg: packet of %d bytes", len(payload))
	}
	if o.onPage+d > oggPageTime || len(o.page.lacing)+segments > 255 {
		if err := o.flush(); err != nil {
			return err
		}
	}
	for range segments - 1 {
		o.page.lacing = append(o.page.lacing, 255)
	}
	o.page.lacing = append(o.page.lacing, byte(len(payload)%255))
	o.page.body = append(o.page.body, payload...)
	o.onPage += d
	o.granule += int64(d)
	o.page.granule = o.granule
	return nil
}

// Close writes the last page. trim is how many samples at 48 kHz at the end do not belong to the recording. The underlying
// writer stays open.
func (o *OggWriter) Close(trim int) error {
	if o.w == nil {
		return errors.New("write Ogg: closed already")
	}
	o.page.flags |= oggLast
	o.page.granule = max(0, o.granule-int64(trim))
	err := o.flush()
	o.w = nil
	return err
}

func (o *OggWriter) flush() error {
	_, err := o.w.Write(o.page.marshal())
	o.page.seq++
	o.page.flags = 0
	o.page.lacing, o.page.body, o.onPage = o.page.lacing[:0], o.page.body[:0], 0
	if err != nil {
		return fmt.Errorf("write Ogg: %w", err)
	}
	return nil
}

// EncodeOgg writes mono PCM at 16 kHz as an Ogg Opus file. It ignores c.Channels and c.DTX: a file can't represent the silence
// between packets.
func EncodeOgg(w io.Writer, pcm []float32, c EncoderConfig) error {
	c.Channels, c.DTX = 1, false
	enc, err := NewEncoder(c)
	if err != nil {
		return err
	}
	const preSkip = 312 // the encoder's delay (6.5 ms)
	o, err := NewOggWriter(w, OggHead{Channels: 1, PreSkip: preSkip, Rate: 16000})
	if err != nil {
		return err
	}
	pcm48 := sound.Resample(pcm, 16000, 48000)
	frames := (len(pcm48) + preSkip + 959) / 960
	trim := frames*960 - len(pcm48) - preSkip
	pcm48 = append(pcm48, make([]float32, frames*960-len(pcm48))...)
	for i := range frames {
		b, err := enc.Encode(pcm48[i*960 : (i+1)*960])
		if err != nil {
			return err
		}
		if err := o.WritePacket(b); err != nil {
			return err
		}
	}
	return o.Close(trim)
}

// EncodeClip encodes mono PCM at 16 kHz, of at most a minute, as a container of Opus packets (models.Clip.Opus).
func EncodeClip(pcm []float32, c EncoderConfig) ([]byte, error) {
	c.Channels, c.DTX = 1, false
	enc, err := NewEncoder(c)
	if err != nil {
		return nil, err
	}
	pcm = pcm[:min(len(pcm), maxClipSamples)]
	const delay, frame = 312, 960 // of the encoder, and of a packet, in samples at 48 kHz
	rest := sound.Resample(pcm, 16000, 48000)
	rest = append(rest, make([]float32, delay+frame-1)...)
	d := clipData{length: int64(len(pcm)), trim: delay / 3}
	for n := int64(0); len(rest) >= frame; n, rest = n+1, rest[frame:] {
		b, err := enc.Encode(rest[:frame])
		if err != nil {
			return nil, err
		}
		d.packets = append(d.packets, clipPacket{seq: n, ts: n * frame, payload: append([]byte(nil), b...)})
	}
	return d.marshal(), nil
}
