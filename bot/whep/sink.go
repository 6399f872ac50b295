package whep

import (
	"sync"

	"earshot/bot"
)

// lateSink is a sink whose track is opened once the stream has been joined. It buffers the few packets that arrive before.
type lateSink struct {
	mu    sync.Mutex
	to    bot.TrackSink
	early [][]byte
	level uint8
}

const maxEarly = 50 // 1 s

// Packet implements bot.TrackSink.
func (s *lateSink) Packet(raw []byte, levelExtID uint8) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.to != nil {
		s.to.Packet(raw, levelExtID)
		return
	}
	if len(s.early) < maxEarly {
		s.early = append(s.early, append([]byte(nil), raw...))
		s.level = levelExtID
	}
}

func (s *lateSink) open(to bot.TrackSink) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, raw := range s.early {
		to.Packet(raw, s.level)
	}
	s.to, s.early = to, nil
}

// End implements bot.TrackSink.
func (s *lateSink) End() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.to != nil {
		s.to.End()
	}
}
