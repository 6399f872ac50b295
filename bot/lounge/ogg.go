package lounge

import (
	"fmt"
	"io"
	"time"

	"earshot/bot/audio"
)

// ReadOgg makes a Source of an Ogg Opus recording (RFC 7845), to begin after lead. The recording's own positions are
// kept, so that a hole in it stays a pause. Errors wrap audio.ErrNotOgg.
func ReadOgg(r io.Reader, lead time.Duration) (Source, error) {
	o, err := audio.NewOggReader(r)
	if err != nil {
		return nil, fmt.Errorf("lounge: the recording: %w", err)
	}
	return &oggSource{r: o, lead: lead, first: -1}, nil
}

type oggSource struct {
	r     *audio.OggReader
	lead  time.Duration
	first int64 // position of the recording's beginning, in samples at 48 kHz
	end   int64 // of the packet before
}

// Next implements Source.
func (s *oggSource) Next() (Frame, error) {
	p, err := s.r.Next()
	for err == nil && p.Payload == nil { // a hole at the end
		p, err = s.r.Next()
	}
	if err != nil {
		return Frame{}, err //nolint:wrapcheck // io.EOF is compared, and Publish says whose error it is
	}
	begin := p.Granule - int64(p.Duration)
	if s.first < 0 {
		s.first, s.end = begin, begin
	}
	if p.Last || begin < s.end { // the last position is cut short where the recording ends inside the packet
		begin = s.end
	}
	s.end = begin + int64(p.Duration)
	return Frame{Opus: p.Payload, At: s.lead + time.Duration(begin-s.first)*time.Second/48000}, nil
}
