package media

import (
	"time"

	"earshot/bot/audio"
	"earshot/models"
)

// failed tells what a panic took along: all that the track held. track is nil when there was none yet.
func (f *feed) failed(track *audio.Track, began time.Duration) {
	now := f.p.Now()
	from := began
	if track != nil {
		from = max(began, track.Held(now))
	}
	f.missed(span{from: from, to: now, n: int((now - from).Milliseconds() / packetMS)}, models.GapFault)
}

// rest leaves a track alone that cannot be decoded, until it is worth another try, it ends or is not to be listened to. What
// is said on it meanwhile is told every few seconds.
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
			if !loud(a.packet) {
				continue
			}
			said.add(a.at)
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

// missed stores a stretch in which packets came and were not heard, if there is one.
func (f *feed) missed(s span, why models.GapCause) {
	if s.n == 0 || f.hearing() == objection {
		return
	}
	f.p.out.gap(models.Gap{
		Session: f.p.Session.ID, SpeakerID: f.info.SpeakerID, SpeakerName: f.p.people.name(f.info.SpeakerID, f.info.SpeakerName),
		StartMS: s.from.Milliseconds(), EndMS: s.to.Milliseconds() + packetMS, LostMS: int64(s.n) * packetMS, Cause: why,
	})
}
