package audio

import (
	"encoding/binary"
	"fmt"
)

// OggHead is an Ogg Opus identification header (RFC 7845, section 5.1).
type OggHead struct {
	Channels int
	// PreSkip is how many samples at 48 kHz to drop from the start.
	PreSkip int
	// Rate is the sample rate of the original recording in Hz, for information.
	Rate int
	// GainDB is the gain to apply to the decoded audio.
	GainDB float64

	layout opusLayout
}

// opusLayout maps the channels of a recording to Opus streams (RFC 7845, section 5.1.1).
type opusLayout struct {
	streams, coupled int
	mapping          []byte // the decoded channel of each channel; 255 for silence
}

// parseOpusHead parses the identification header. Mapping families other than 0 have a channel mapping table.
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
	family, table := b[18], b[19:]
	switch {
	case h.Channels == 0 || family == 0 && h.Channels > 2:
		return OggHead{}, fmt.Errorf("%w: %d channels in mapping %d", ErrNotOgg, h.Channels, family)
	case family == 0:
		h.layout = opusLayout{streams: 1, coupled: h.Channels - 1, mapping: []byte{0, 1}[:h.Channels]}
		return h, nil
	case len(table) < 2:
		return OggHead{}, fmt.Errorf("%w: mapping %d without its table", ErrNotOgg, family)
	}
	h.layout = opusLayout{streams: int(table[0]), coupled: int(table[1])}
	decoded := h.layout.streams + h.layout.coupled
	if h.layout.streams == 0 || h.layout.coupled > h.layout.streams || decoded > 255 {
		return OggHead{}, fmt.Errorf("%w: %d streams, %d of them of two channels", ErrNotOgg, h.layout.streams, h.layout.coupled)
	}
	if family == 3 || len(table) < 2+h.Channels { // ambisonics: use the decoded channels
		for c := range decoded {
			h.layout.mapping = append(h.layout.mapping, byte(c))
		}
		return h, nil
	}
	for _, m := range table[2 : 2+h.Channels] {
		if int(m) >= decoded {
			m = 255
		}
		h.layout.mapping = append(h.layout.mapping, m)
	}
	return h, nil
}
