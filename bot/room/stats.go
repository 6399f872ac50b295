package room

import (
	"time"

	"earshot/bot/audio"
)

// Stats are what a Room went through since it was made. Counters only rise.
type Stats struct {
	// Packets came. Bad of them were no RTP, and Dropped found no place, because decoding their track hung.
	Packets, Bad, Dropped uint64
	// Decoded tracks are those on which somebody may be speaking now; Silent ones are open and cost next to nothing.
	Decoded, Silent int
	// Unheard is for how long the platform showed people as talking of whom nothing was decoded meanwhile; Deaf is how many
	// such people there are now.
	Unheard time.Duration
	Deaf    int
	// Unstored is how much finished speech waits in memory because it could not be stored.
	Unstored time.Duration
	// Media sums up the counters of all tracks, also of those that are over. It is at most a quarter of a second old.
	Media audio.Stats
}

// Add adds another room's figures.
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

// Stats may be called from any goroutine, before, during and after Run.
func (r *Room) Stats() Stats {
	s := r.pipe.stats()
	s.Unstored = r.out.unstored()
	r.mu.Lock()
	s.Deaf = len(r.deaf)
	r.mu.Unlock()
	return s
}

func (p *pipeline) stats() Stats {
	s := Stats{Packets: p.packets.Load(), Bad: p.bad.Load(), Dropped: p.dropped.Load(), Unheard: time.Duration(p.talked.Load())}
	p.mu.Lock()
	defer p.mu.Unlock()
	s.Media = p.past
	for f := range p.live {
		f.mu.Lock()
		track := f.stats
		f.mu.Unlock()
		s.Media.Add(track)
		if track.Decoding {
			s.Decoded++
		} else {
			s.Silent++
		}
	}
	return s
}

// tell publishes what the track went through so far. It is called by the goroutine that owns the track.
func (f *feed) tell(track *audio.Track) {
	s := track.Stats()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stats = s
}

// keepStats adds the figures of an audio.Track that is over to those of the past. Not a packet is counted twice, and
// none is lost, when a track is followed by another one of the same feed.
func (f *feed) keepStats(track *audio.Track) {
	s := track.Stats()
	f.p.mu.Lock()
	defer f.p.mu.Unlock()
	f.mu.Lock()
	defer f.mu.Unlock()
	f.p.past.Add(s)
	f.stats = audio.Stats{}
}
