package media

import (
	"time"

	"earshot/bot/audio"
	"earshot/models"
)

// failed stores as a gap what a panic lost, which is everything that the track held. track is nil if there was none yet.
func (f *feed) failed(track *audio.Track, began time.Duration) {
	now := f.p.Now()
	from := began
	if track != nil {
		from = max(began, track.Held(now))
	}
	f.missed(span{from: from, to: now, n: int((now - from).Milliseconds() / packetMS)}, models.GapFault)
}

// rest suspends a track that can't be decoded until restFor has passed, the track ends, or it is no longer to be processed. Every few
// seconds, speech on it is stored as a gap.
func (f *feed) rest() {
	f.p.event(models.RoomDeaf, f.info.SpeakerID)
	over, tell := time.NewTimer(restFor), time.NewTicker(restTold)
	defer over.Stop()
	defer tell.Stop()
	var said span
	defer func() { f.missed(said, models.GapFault) }()
	for {
		select {
		case a := <-f.in:
			if loud(a.packet) {
				said.add(a.at)
			}
		case <-tell.C:
			f.missed(said, models.GapFault)
			said = span{}
			f.held.Store(int64(f.p.Now()))
		case <-f.news:
			if f.hearing() != heardNow {
				return
			}
		case <-over.C:
			return
		case <-f.end:
			return
		}
	}
}

// missed stores a span in which packets were not decoded as a gap, if it has any. If many arrived at once, they belong to the time before.
func (f *feed) missed(s span, why models.GapCause) {
	if s.n == 0 || f.hearing() == objection {
		return
	}
	end, lost := s.to.Milliseconds()+packetMS, int64(s.n)*packetMS
	f.p.out.gap(models.Gap{
		Session: f.p.Session.ID, SpeakerID: f.info.SpeakerID, SpeakerName: f.p.people.name(f.info.SpeakerID, f.info.SpeakerName),
		StartMS: max(0, min(s.from.Milliseconds(), end-lost)), EndMS: end, LostMS: lost, Cause: why,
	})
}
