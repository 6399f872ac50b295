package room

import (
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"earshot/bot"
	"earshot/bot/audio"
	"earshot/models"
)

// chain is the way of a speaker's sound, as each track prints it once in the log.
const chain = "rtp -> jitter -> opus 16k -> vad -> segment -> spool"

// pipeline takes every track of one session from RTP to the outbox. It outlives connections: a track that comes back
// is numbered on.
type pipeline struct {
	session models.Session
	segment audio.SegmentConfig
	newVAD  func() audio.VAD
	preview func(models.Clip) // nil: nobody looks
	out     *outbox
	now     func() time.Duration // monotonic, from the session's start
	log     *slog.Logger

	previewEvery time.Duration
	observed     bool          // somebody wants observations
	hold         time.Duration // how much of each track's latest sound is held; 0: none

	group      sync.WaitGroup
	lastPacket atomic.Int64 // time.Duration of now
	packets    atomic.Uint64
	bad        atomic.Uint64
	dropped    atomic.Uint64

	mu     sync.Mutex
	feeds  map[string]*feed // the newest of each track name
	live   map[*feed]bool   // all that are not over
	past   audio.Stats      // of all that are
	next   map[string]int   // clip number of each track name
	people map[string]models.Speaker
	voices map[string]*voice // of everybody who had a track of their own

	talked    atomic.Int64 // time.Duration: talk that the platform showed and of which nothing was decoded
	lastVoice atomic.Int64 // time.Duration of now: when anybody was last heard

	// Of those who are not to be listened to, under mu.
	objected func(id string) bool     // whether somebody objected earlier; nil: nobody did
	asked    map[string]bool          // of whom it was asked
	objects  map[string]time.Duration // since when
	pausedAt time.Duration            // 0: no pause
	// recents is the latest sound, by track.
	recents map[string]*recent
}

// voice is when somebody was last heard.
type voice struct {
	last  atomic.Int64 // time.Duration of now
	apart atomic.Bool  // they have a track of their own
}

// speaker notes who somebody is, and stores it when it is news.
func (p *pipeline) speaker(s models.Speaker) {
	s.Session = p.session.ID
	p.mu.Lock()
	old, known := p.people[s.ID]
	s.FirstMS = p.now().Milliseconds()
	if known {
		s.FirstMS = old.FirstMS
	}
	if s.Role == "" {
		s.Role = old.Role
	}
	news := !known || s != old
	p.people[s.ID] = s
	p.mu.Unlock()
	if news {
		p.out.speaker(s)
	}
}

// name is what a person is called now.
func (p *pipeline) name(id, fallback string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s, ok := p.people[id]; ok && s.Name != "" {
		return s.Name
	}
	return fallback
}

// track opens a track. A feed of the same name that is still flushing is waited for, so that no clip number is used twice.
func (p *pipeline) track(info bot.TrackInfo) *feed {
	p.speaker(models.Speaker{ID: info.SpeakerID, Name: info.SpeakerName, Role: info.Role})
	f := &feed{
		p: p, info: info, in: make(chan arrival, feedLength), end: make(chan struct{}), done: make(chan struct{}), news: make(chan struct{}, 1),
	}
	p.mu.Lock()
	p.recall(info.SpeakerID)
	f.shut.Store(p.closed(info.SpeakerID))
	if f.voice = p.voices[info.SpeakerID]; f.voice == nil {
		f.voice = &voice{}
		p.voices[info.SpeakerID] = f.voice
	}
	f.voice.apart.Store(info.Attribution == models.AttributionTrack)
	before := p.feeds[info.Track]
	p.feeds[info.Track] = f
	p.live[f] = true
	p.mu.Unlock()
	p.log.Info("track", "track", info.Track, "speaker", info.SpeakerID, "chain", chain)
	p.group.Go(func() {
		defer close(f.done)
		if before != nil {
			<-before.done
		}
		f.run()
		p.forget(f)
	})
	return f
}

// quiet is for how long no voice came from somebody; false when their sound is not heard apart from others'.
func (p *pipeline) quiet(id string) (time.Duration, bool) {
	p.mu.Lock()
	v := p.voices[id]
	open := p.closed(id) == heardNow
	p.mu.Unlock()
	if v == nil || !open {
		return p.now(), false
	}
	return p.now() - time.Duration(v.last.Load()), v.apart.Load()
}

func (p *pipeline) forget(f *feed) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.live, f)
	if p.feeds[f.info.Track] == f {
		delete(p.feeds, f.info.Track)
	}
}

// endAll ends every track that a connector left open.
func (p *pipeline) endAll() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for f := range p.live { // a name may have several
		f.End()
	}
}

// spoken is when the speech of a clip that was cut just now ended. The clock may be mapped so that it ends a little later.
func (p *pipeline) spoken(c models.Clip) time.Time {
	return time.Now().Add(-max(0, p.now()-time.Duration(c.EndMS)*time.Millisecond))
}

func (p *pipeline) firstSeq(track string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return max(1, p.next[track])
}

func (p *pipeline) clip(c models.Clip) {
	c.Spoken = p.spoken(c)
	p.mu.Lock()
	p.next[c.Track] = c.Seq + 1
	p.mu.Unlock()
	c.SpeakerName = p.name(c.SpeakerID, c.SpeakerName)
	p.out.clip(c)
}
