package media

import (
	"time"

	"earshot/bot/audio"
	"earshot/models"
)

// failed stores what a panic lost, all that the track held, as a gap. track is nil if there was none yet.
func (f *feed) failed(track *audio.Track, began time.Duration) {
	now := f.p.Now()
	from := began
	if track != nil {
		from = max(began, track.Held(now))
	}
	f.missed(span{from: from, to: now, n: int((now - from).Milliseconds() / packetMS)}, models.GapFault)
}

// rest suspends a track that can't be decoded, until restFor has passed, the track ends or is not to be processed. Speech on it
// is stored as gaps every few seconds.
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

// missed stores a span in which packets were not decoded as a gap, if it has any.
func (f *feed) missed(s span, why models.GapCause) {
	if s.n == 0 || f.hearing() == objection {
		return
	}
	f.p.out.gap(models.Gap{
		Session: f.p.Session.ID, SpeakerID: f.info.SpeakerID, SpeakerName: f.p.people.name(f.info.SpeakerID, f.info.SpeakerName),
		StartMS: s.from.Milliseconds(), EndMS: s.to.Milliseconds() + packetMS, LostMS: int64(s.n) * packetMS, Cause: why,
	})
}
