package playback

import (
	"errors"
	"io"
	"time"

	"earshot/bot/lounge"
)

const silentFrame = 20 * time.Millisecond

// silence returns a frame of digital silence.
func silence(at time.Duration) lounge.Frame {
	return lounge.Frame{Opus: []byte{0xf8, 0xff, 0xfe}, At: at} // RFC 6716: 20 ms, CELT, one channel
}

// SilenceUntil returns a recording that begins when begin is closed. Until then it is digital silence.
func SilenceUntil(s lounge.Source, begin <-chan struct{}) lounge.Source {
	return &silenceUntil{source: s, begin: begin}
}

type silenceUntil struct {
	source lounge.Source
	begin  <-chan struct{}
	began  bool
	at     time.Duration // when the recording begins
}

// Next implements lounge.Source.
func (s *silenceUntil) Next() (lounge.Frame, error) {
	if !s.began {
		select {
		case <-s.begin:
			s.began = true
		default:
			f := silence(s.at)
			s.at += silentFrame
			return f, nil
		}
	}
	f, err := s.source.Next()
	f.At += s.at
	return f, err
}

// endOfTurn is the silence after which the last words of a recording have been passed on to be transcribed.
const endOfTurn = 2 * time.Second

// SilenceAfter returns a recording that is followed by digital silence until enough is closed. It calls ended once, when the recording and
// the silence that ends its last words have been played.
func SilenceAfter(s lounge.Source, ended func(), enough <-chan struct{}) lounge.Source {
	return &silenceAfter{source: s, ended: ended, enough: enough}
}

type silenceAfter struct {
	source lounge.Source
	ended  func() // nil after the call
	enough <-chan struct{}
	over   bool          // the recording
	next   time.Duration // when the next frame of silence is due
	until  time.Duration // when ended is called
}

// Next implements lounge.Source.
func (s *silenceAfter) Next() (lounge.Frame, error) {
	if !s.over {
		f, err := s.source.Next()
		if !errors.Is(err, io.EOF) {
			s.next = f.At + silentFrame
			return f, err
		}
		s.over, s.until = true, s.next+endOfTurn
	}
	if s.ended != nil && s.next >= s.until {
		s.ended()
		s.ended = nil
	}
	select {
	case <-s.enough:
		return lounge.Frame{}, io.EOF
	default:
		f := silence(s.next)
		s.next += silentFrame
		return f, nil
	}
}
