package media

import (
	"sync"
	"time"

	"earshot/bot/audio"
)

// Stats holds the figures of a session's tracks.
type Stats struct {
	// Packets counts the packets received. Bad counts those that were malformed, and Dropped those that found their track's queue full.
	Packets, Bad, Dropped uint64
	// Decoded counts open tracks on which somebody may be speaking now, Silent the others, which cost next to nothing.
	Decoded, Silent int
	// Unheard is how long the platform showed people as talking while nothing of them was decoded; Deaf is the number of such people now.
	Unheard time.Duration
	Deaf    int
	// Unstored is the duration of finished speech queued in memory because storing fails.
	Unstored time.Duration
	// Media is the sum of the counters of all tracks, including those that have ended. It is at most a quarter of a second old.
	Media audio.Stats
}

// Add adds another session's figures.
func (s *Stats) Add(o Stats) {
	s.Packets += o.Packets
	s.Bad += o.Bad
	s.Dropped += o.Dropped
	s.Decoded += o.Decoded
	s.Silent += o.Silent
	s.Unheard += o.Unheard
	s.Deaf += o.Deaf
	s.Unstored += o.Unstored
	s.Media.Add(o.Media)
}

// figures holds the counters of a feed. Its methods may be called from any goroutine.
type figures struct {
	mu   sync.Mutex
	past audio.Stats // of audio.Tracks that have ended
	now  audio.Stats // of the current one
}

// set updates the counters of the current audio.Track.
func (f *figures) set(s audio.Stats) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = s
}

// over adds the final counters of an audio.Track to the past.
func (f *figures) over(s audio.Stats) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.past.Add(s)
	f.now = audio.Stats{}
}

// get returns the sum, with the states of the current audio.Track.
func (f *figures) get() audio.Stats {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.now
	s.Add(f.past)
	return s
}
