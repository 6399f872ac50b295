package bot

import (
	"time"

	"earshot/bot/audio"
	"earshot/models"
)

// firstPreview is the length at which an open stretch is looked at first: its pre-roll and a word or two.
const firstPreview = 900 * time.Millisecond

// previewer decides when the open stretch of a track is worth another look. The longer it is the less often, since all
// of it is decoded again each time.
type previewer struct {
	every time.Duration
	send  func(models.Clip) // nil: nobody looks
	seq   int
	next  int64 // ms
}

// look sends a copy of what is being spoken when it is time to.
func (p *previewer) look(track *audio.Track) {
	if p.send == nil {
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
		p.next = length + max(p.every.Milliseconds(), length/4)
		p.send(c)
	}
}
