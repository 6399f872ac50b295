package media

import (
	"time"

	"earshot/bot/audio"
	"earshot/models"
)

// firstPreview is the length at which an open stretch is looked at first: its pre-roll and a word or two.
const firstPreview = 900 * time.Millisecond

// Previewer decides when the open stretch of a track is worth another look. The longer it is the less often, since all
// of it is decoded again each time. The goroutine that owns the track uses it.
type Previewer struct {
	// Every is the least growth between two looks.
	Every time.Duration
	// Send gets the copy and owns it; nil: nobody looks.
	Send func(models.Clip)

	seq  int
	next int64 // ms
}

// Look sends a copy of what is being spoken when it is time to. It is called after each packet.
func (p *Previewer) Look(track *audio.Track) {
	if p.Send == nil {
		return
	}
	seq, length := track.Open()
	if seq != p.seq {
		p.seq, p.next = seq, firstPreview.Milliseconds()
	}
	if length < p.next || length == 0 {
		return
	}
	if c, ok := track.Snapshot(); ok {
		p.next = length + max(p.Every.Milliseconds(), length/4)
		p.Send(c)
	}
}
