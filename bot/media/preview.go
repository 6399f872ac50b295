package media

import (
	"time"

	"earshot/bot/audio"
	"earshot/models"
)

// firstPreview is the duration of an open segment at its first preview: the pre-roll and a word or two.
const firstPreview = 900 * time.Millisecond

// Previewer decides when to send a preview of a track's open segment: the longer the segment, the less often, because all of it is decoded
// again each time. Only the goroutine that owns the track may use it.
type Previewer struct {
	// Every is the minimum growth between two previews.
	Every time.Duration
	// Send receives and owns the copy; nil disables previews.
	Send func(models.Clip)

	seq  int
	next int64 // ms
}

// Look sends a preview if one is due. Call it after each packet.
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
