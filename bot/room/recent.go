package room

import (
	"time"

	"earshot/bot"
	"earshot/bot/audio"
)

// recent is the latest sound of one track, in memory.
type recent struct {
	speaker string
	ring    *audio.Ring
	live    int // feeds that fill it
}

// ring finds or makes the memory of a track that begins; nil when nothing is to be held.
func (p *pipeline) ring(info bot.TrackInfo) *audio.Ring {
	if p.hold <= 0 {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	r := p.recents[info.Track]
	if r == nil || r.speaker != info.SpeakerID {
		r = &recent{speaker: info.SpeakerID, ring: audio.NewRing(p.hold)}
		p.recents[info.Track] = r
	}
	r.live++
	return r.ring
}

// letGo forgets the sound of a track that is over, as soon as it is older than what is held.
func (p *pipeline) letGo(track string, ring *audio.Ring) {
	if ring == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	r := p.recents[track]
	if r == nil || r.ring != ring {
		return
	}
	r.live--
	time.AfterFunc(p.hold, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if r.live == 0 && p.recents[track] == r {
			delete(p.recents, track)
		}
	})
}

// Recent is the sound of somebody between two times of the session, in ms, as far as it is still held in memory: the
// packets as they came, in the container of models.Clip.Opus, and where they begin and end. Of somebody with several tracks
// it is that of the named one, or without a name of the one with the most sound. opus is nil when nothing is held. Any
// goroutine may call it, also after the Room has ended.
func (r *Room) Recent(speakerID, track string, fromMS, toMS int64) (opus []byte, from, to int64) {
	p := r.pipe
	p.mu.Lock()
	defer p.mu.Unlock()
	for name, x := range p.recents {
		if x.speaker != speakerID || track != "" && name != track {
			continue
		}
		if b, f, t := x.ring.Clip(fromMS, toMS); b != nil && (opus == nil || len(b) > len(opus)) {
			opus, from, to = b, f, t
		}
	}
	return opus, from, to
}
