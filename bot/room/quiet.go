package room

import (
	"fmt"
	"sync"
	"time"

	"earshot/models"
)

// When the host is told that a source sends nothing to transcribe.
const (
	// silentAfter is the length of pure silence. A quiet room still has noise: pure silence mostly means a muted or wrong source.
	silentAfter = time.Minute
	// wordlessAfter is the length of audio without speech, which may be music, or a break.
	wordlessAfter = 10 * time.Minute
	// silentAgain is the minimum time between two notices.
	silentAgain = 30 * time.Minute
)

// quiet watches what the only source of a room sends. Times are session time. Its methods may be called from any goroutine.
type quiet struct {
	mu            sync.Mutex
	speaker       string        // the source's speaker id
	open          bool          // the source was sending when last looked at
	sound, speech time.Duration // when there last was some, or since when the source sends
	voiced        int64         // the speech until then, in ms
	told          time.Duration // since when there is nothing, as the host was told; 0: they were told nothing
	silent        bool          // they were told of pure silence
	noticed       time.Duration // when a notice was last sent; 0: never
}

// heard records who the source is.
func (q *quiet) heard(speaker string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.speaker = speaker
}

func (q *quiet) source() string {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.speaker
}

// news is what has changed.
type news struct {
	changed bool
	since   time.Duration // since when there is nothing; 0: there is something
	silent  bool          // pure silence
	notice  bool          // a notice is due
	open    bool          // the source is sending
}

// look must be called about once a second. open says whether the source is sending and is listened to, sound when it was last not silent,
// and voiced how much speech there was, in ms.
func (q *quiet) look(now time.Duration, open bool, sound time.Duration, voiced int64) (n news) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if open && !q.open {
		q.sound, q.speech, q.voiced = now, now, voiced
	}
	q.open, q.sound = open, max(q.sound, sound)
	if voiced > q.voiced {
		q.speech, q.voiced = now, voiced
	}
	n.open = open
	switch {
	case !open:
	case now-q.sound >= silentAfter:
		n.since, n.silent = max(1, q.sound), true
	case now-q.speech >= wordlessAfter:
		n.since = max(1, q.speech)
	}
	n.changed = n.since != q.told || n.silent != q.silent
	q.told, q.silent = n.since, n.silent
	if n.changed && n.silent && (q.noticed == 0 || now-q.noticed >= silentAgain) {
		n.notice, q.noticed = true, now
	}
	return n
}

// lookQuiet tells the host if the source of a stream or device sends only silence, or no speech, and when that is over.
func (c *connection) lookQuiet() {
	if !c.cfg.OneSource {
		return
	}
	_, joined := c.joinedAt()
	st, now := c.pipe.Stats(), c.clock.now()
	n := c.quiet.look(now, joined && st.Decoded+st.Silent > 0 && !c.pipe.Paused(), c.pipe.LastVoice(), st.Media.VoicedMS)
	if !n.changed {
		return
	}
	state := models.Quiet{Silent: n.silent}
	if n.since > 0 {
		state.Since = time.Now().Add(n.since - now).UTC()
	}
	can, _ := c.rights.get()
	c.cfg.Watch(Status{State: StateListening, Can: can, Quiet: &state, Note: n.words(now)})
	c.log.Info("what the source sends has changed", "silent", n.silent, "ms", (now - n.since).Milliseconds())
	if n.notice {
		c.pipe.Event(models.RoomSilent, c.quiet.source())
	}
}

// words tells the host what has changed.
func (n news) words(now time.Duration) string {
	switch minutes := int((now - n.since) / time.Minute); {
	case !n.open: // what follows says why
		return ""
	case n.silent:
		return fmt.Sprintf("only silence has arrived for %d min: check that the source is the right one, sends sound and is not muted", minutes)
	case n.since > 0:
		return fmt.Sprintf("no speech for %d min: other sound arrives", minutes)
	}
	return "there is sound again"
}
