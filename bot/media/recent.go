package media

import (
	"maps"
	"sync"
	"time"

	"earshot/bot/audio"
)

// recentSound keeps the latest audio of every track in memory. Its methods may be called from any goroutine.
type recentSound struct {
	hold time.Duration // Config.Hold

	mu     sync.Mutex
	tracks map[string]*recent
}

// recent is the latest audio of one track.
type recent struct {
	speaker string
	ring    *audio.Ring
	live    int // number of feeds that fill it
}

// open returns the ring of a track, which it creates if necessary, or nil if nothing is held.
func (s *recentSound) open(track, speaker string) *audio.Ring {
	if s.hold <= 0 {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.tracks[track]
	if r == nil || r.speaker != speaker {
		r = &recent{speaker: speaker, ring: audio.NewRing(s.hold)}
		if s.tracks == nil {
			s.tracks = map[string]*recent{}
		}
		s.tracks[track] = r
	}
	r.live++
	return r.ring
}

// release drops the audio of a track that has ended, after hold has passed.
func (s *recentSound) release(track string, ring *audio.Ring) {
	if ring == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.tracks[track]
	if r == nil || r.ring != ring {
		return
	}
	r.live--
	time.AfterFunc(s.hold, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if r.live == 0 && s.tracks[track] == r {
			delete(s.tracks, track)
		}
	})
}

// forget drops all audio of a speaker.
func (s *recentSound) forget(speaker string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.tracks, func(_ string, r *recent) bool { return r.speaker == speaker })
}

// clip implements Pipeline.Recent.
func (s *recentSound) clip(speaker, track string, fromMS, toMS int64) (opus []byte, from, to int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, x := range s.tracks {
		if x.speaker != speaker || track != "" && name != track {
			continue
		}
		if b, f, t := x.ring.Clip(fromMS, toMS); b != nil && (opus == nil || len(b) > len(opus)) {
			opus, from, to = b, f, t
		}
	}
	return opus, from, to
}
