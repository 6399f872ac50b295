package media

import (
	"sync"
	"time"

	"earshot/bot"
	"earshot/models"
)

// Encrypted returns the sink of a track that is encrypted end to end. When the track ends, its duration is stored as a gap.
func (p *Pipeline) Encrypted(info bot.TrackInfo) bot.TrackSink {
	return &encrypted{parts: p.parts, info: info, since: p.parts.Now()}
}

// encrypted is a track on which nothing can be heard.
type encrypted struct {
	parts *parts
	info  bot.TrackInfo
	since time.Duration
	once  sync.Once
}

// Packet implements bot.TrackSink.
func (e *encrypted) Packet([]byte, uint8) {}

// End implements bot.TrackSink.
func (e *encrypted) End() {
	e.once.Do(func() {
		now, id := e.parts.Now(), e.info.SpeakerID
		e.parts.gap(id, e.parts.people.name(id, e.info.SpeakerName), e.since, now, now-e.since, models.GapEncrypted)
	})
}
