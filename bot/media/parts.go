package media

import (
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"earshot/bot/audio"
	"earshot/models"
)

// Config says how a Pipeline hears and where what it hears goes.
type Config struct {
	// Session needs ID and Epoch.
	Session models.Session
	Sink    Sink
	// Now is the monotonic time from the session's start, to which everything is dated.
	Now func() time.Duration
	// Segment says how speech is cut; zero takes the default.
	Segment audio.SegmentConfig
	// NewVAD makes the voice detector of a track; nil: the energy detector. A detector that is an io.Closer is closed
	// with its track.
	NewVAD func() audio.VAD
	// Preview, when set, gets copies of stretches that are still being spoken, with the key of the clip that they will
	// become, at most every PreviewEvery of each track. It owns the copy and must not block. What it gets is stored nowhere.
	Preview      func(models.Clip)
	PreviewEvery time.Duration
	// Observer, when set, is told what is noticed otherwise than by words.
	Observer Observer
	// Hold is how much of each track's latest sound is held in memory for Recent; 0: none.
	Hold time.Duration
	// Objected says whether somebody objected earlier to being written down; nil: nobody did. It must not block. It is
	// asked once for each person.
	Objected func(speakerID string) bool
	// Erased is called when the Sink says that the session is not stored any more. It must not block.
	Erased func()
	Log    *slog.Logger
}

// parts are what the tracks of one session share. Each of them guards itself.
type parts struct {
	Config

	out     *outbox
	people  roster
	access  *access
	voices  voices
	recent  recentSound
	numbers clipNumbers
	traffic traffic
	talk    talk
}

// traffic counts the packets of all tracks.
type traffic struct {
	packets, bad, dropped atomic.Uint64
	last                  atomic.Int64 // time.Duration of Now: when the latest one came
}

// clipNumbers are the numbers of the next clips, by track, which go on when a track comes back.
type clipNumbers struct {
	mu   sync.Mutex
	next map[string]int
}

// first is the number of the next clip of a track.
func (n *clipNumbers) first(track string) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return max(1, n.next[track])
}

// used notes the number of a clip that was cut.
func (n *clipNumbers) used(track string, seq int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.next == nil {
		n.next = map[string]int{}
	}
	n.next[track] = seq + 1
}

// speaker notes who somebody is, and stores it when it is news.
func (p *parts) speaker(s models.Speaker) {
	s.Session = p.Session.ID
	if s, news := p.people.put(s, p.Now()); news {
		p.out.speaker(s)
	}
}

// gap stores a stretch of the session in which somebody was not heard; "": nobody was.
func (p *parts) gap(speaker, name string, from, to, lost time.Duration, why models.GapCause) {
	p.out.gap(models.Gap{
		Session: p.Session.ID, SpeakerID: speaker, SpeakerName: name,
		StartMS: from.Milliseconds(), EndMS: to.Milliseconds(), LostMS: lost.Milliseconds(), Cause: why,
	})
}

// observe tells of something, if anybody is to know.
func (p *parts) observe(o models.Observation) {
	if p.Observer != nil {
		p.out.observe(o)
	}
}

// event tells what somebody did.
func (p *parts) event(e models.RoomEvent, speaker string) {
	p.observe(models.Observation{AtMS: p.Now().Milliseconds(), SpeakerID: speaker, Event: e})
}

// spoken is when the speech of a clip that was cut just now ended. The clock may be mapped so that it ends a little later.
func (p *parts) spoken(c models.Clip) time.Time {
	return time.Now().Add(-max(0, p.Now()-time.Duration(c.EndMS)*time.Millisecond))
}

// silentFor is how long ago somebody was last heard; false when their sound is not heard apart from others'.
func (p *parts) silentFor(id string) (time.Duration, bool) {
	v := p.voices.get(id)
	if v == nil || p.access.of(id) != heardNow {
		return p.Now(), false
	}
	return p.Now() - time.Duration(v.last.Load()), v.apart.Load()
}
