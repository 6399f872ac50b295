package media

import (
	"sync"
	"time"

	"earshot/bot/audio"
)

// Stats are what the tracks of a session went through. Counters only rise.
type Stats struct {
	// Packets came. Bad of them were no RTP, and Dropped found no place, because decoding their track hung.
	Packets, Bad, Dropped uint64
	// Decoded tracks are those on which somebody may be speaking now; Silent ones are open and cost next to nothing.
	Decoded, Silent int
	// Unheard is how long the platform showed people as talking while nothing of them was decoded; Deaf is how many such
	// people there are now.
	Unheard time.Duration
	Deaf    int
	// Unstored is how much finished speech waits in memory because it could not be stored.
	Unstored time.Duration
	// Media sums up the counters of all tracks, also of those that are over. It is at most a quarter of a second old.
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

// figures are what one track went through. Its methods may be called from any goroutine.
type figures struct {
	mu   sync.Mutex
	past audio.Stats // of its audio.Tracks that are over
	now  audio.Stats // of the one that runs
}

// set takes the figures of the audio.Track that runs.
func (f *figures) set(s audio.Stats) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = s
}

// over takes the last figures of an audio.Track: another one may follow.
func (f *figures) over(s audio.Stats) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.past.Add(s)
	f.now = audio.Stats{}
}

// get sums them up; states are those of the audio.Track that runs.
func (f *figures) get() audio.Stats {
	f.mu.Lock()
	defer f.mu.Unlock()
	s := f.now
	s.Add(f.past)
	return s
}
