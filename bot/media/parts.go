package media

import (
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"earshot/bot/audio"
	"earshot/models"
)

// Config configures a Pipeline.
type Config struct {
	// Session needs ID and Epoch.
	Session models.Session
	Sink    Sink
	// Now returns the monotonic time since the session's start.
	Now func() time.Duration
	// Segment controls how speech is cut; the zero value means the default.
	Segment audio.SegmentConfig
	// NewVAD returns the voice detector of a track; nil means the energy detector. A detector that is an io.Closer is closed
	// with its track.
	NewVAD func() audio.VAD
	// Preview, if set, receives copies of segments that are still being spoken, with the key of the clip that they will become,
	// at most every PreviewEvery per track. It owns the copy and must not block. Previews are not stored.
	Preview      func(models.Clip)
	PreviewEvery time.Duration
	// Observer, if set, receives observations of audio and room events.
	Observer Observer
	// Unheard is the session time since which the room has not been heard, if an earlier run or another process heard it; 0 means none did.
	Unheard time.Duration
	// Hold is how much of each track's latest audio is held in memory for Recent; 0 means none.
	Hold time.Duration
	// Objected, if set, reports whether a speaker objected earlier to being recorded. It is called once per speaker and must
	// not block.
	Objected func(speakerID string) bool
	// Erased is called when the Sink reports that the session has been erased. It must not block.
	Erased func()
	Log    *slog.Logger
}

// parts holds what a session's tracks share. All of it is safe for concurrent use.
type parts struct {
	Config

	out     *outbox
	cut     cut
	people  roster
	access  *access
	voices  voices
	recent  recentSound
	numbers clipNumbers
	traffic traffic
	talk    talk
	left    atomic.Int64 // session time of Close, as a time.Duration; 0 before
}

// traffic counts the packets of all tracks.
type traffic struct {
	packets, bad, dropped atomic.Uint64
	last                  atomic.Int64 // session time of the latest one, as a time.Duration
}

// clipNumbers holds the number of the next clip by track; numbering continues when a track returns.
type clipNumbers struct {
	mu   sync.Mutex
	next map[string]int
}

// first returns the number of a track's next clip.
func (n *clipNumbers) first(track string) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return max(1, n.next[track])
}

// used records the number of a clip.
func (n *clipNumbers) used(track string, seq int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.next == nil {
		n.next = map[string]int{}
	}
	n.next[track] = seq + 1
}

// speaker implements Pipeline.Speaker.
func (p *parts) speaker(s models.Speaker) {
	s.Session = p.Session.ID
	if s, news := p.people.put(s, p.Now()); news {
		p.out.speaker(s)
	}
}

// gap stores a span of the session in which a speaker, or anybody if it is "", was not heard.
func (p *parts) gap(speaker, name string, from, to, lost time.Duration, why models.GapCause) {
	p.out.gap(models.Gap{
		Session: p.Session.ID, SpeakerID: speaker, SpeakerName: name,
		StartMS: from.Milliseconds(), EndMS: to.Milliseconds(), LostMS: lost.Milliseconds(), Cause: why,
	})
}

// observe reports an observation to the Observer, if there is one.
func (p *parts) observe(o models.Observation) {
	if p.Observer != nil {
		p.out.observe(o)
	}
}

// event reports a person's action to the Observer.
func (p *parts) event(e models.RoomEvent, speaker string) {
	p.observe(models.Observation{AtMS: p.Now().Milliseconds(), SpeakerID: speaker, Event: e})
}

// spoken returns the wall-clock time at which a clip's speech ended, which is not after now.
func (p *parts) spoken(c models.Clip) time.Time {
	return time.Now().Add(-max(0, p.Now()-time.Duration(c.EndMS)*time.Millisecond))
}

// silentFor implements Pipeline.SilentFor. It also returns false for a speaker whose tracks are not processed.
func (p *parts) silentFor(id string) (time.Duration, bool) {
	v := p.voices.get(id)
	if v == nil || p.access.of(id) != heardNow {
		return p.Now(), false
	}
	return p.Now() - time.Duration(v.last.Load()), v.apart.Load()
}
