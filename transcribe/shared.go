package transcribe

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"earshot/models"
)

// ErrElsewhere means, as an error of Config.NoteAttempt, that another process decodes the clip or has done so. Its line comes through
// Answer.
var ErrElsewhere = errors.New("another process decodes this clip")

// shared is what a Service knows of the others with which it shares the work. The Service's lock guards it.
type shared struct {
	// away holds the clips that others decode, whose tracks wait for them.
	away map[models.Key]absent
	// whole is what waits for any of them, as of asked.
	whole models.Backlog
	asked time.Time
}

type absent struct {
	job
	since time.Time
}

// wholeFresh is for how long a measured backlog counts.
const wholeFresh = 3 * time.Second

func newShared() shared { return shared{away: map[models.Key]absent{}} }

// lag is how long a clip that is submitted now would wait for any process, one as fast as this; false when that is not known.
func (s *shared) lag(now time.Time, p pace) (time.Duration, bool) {
	if s.whole.Slots == 0 || now.Sub(s.asked) > wholeFresh {
		return 0, false
	}
	work := time.Duration(float64(s.whole.AudioMS) * float64(p) / float64(s.whole.Slots) * float64(time.Millisecond))
	return max(0, work, s.whole.Waited-deadlineAfter), true
}

// Sharing is how a Service shares its work with those of other processes. Any goroutine may call its methods.
type Sharing struct{ s *Service }

// NewSharing shares a Service's work. Its Config.NoteAttempt claims clips.
func NewSharing(s *Service) Sharing { return Sharing{s} }

// Whole tells the Service what waits to be decoded by all processes. For some seconds the ladder follows that instead of the
// Service's own queue.
func (h Sharing) Whole(b models.Backlog) {
	s := h.s
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	s.shared.whole, s.shared.asked = b, now
	s.balance(now)
}

// Idle returns how many slots have nothing to do.
func (h Sharing) Idle() int {
	s := h.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.begin == nil || s.queue.ready() || len(s.repeats) > 0 {
		return 0
	}
	return max(0, len(s.slots)-s.working-s.looking-s.partials.running)
}

// Waits reports whether any clips are queued, or with other processes.
func (h Sharing) Waits() bool {
	s := h.s
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.queue.waiting+len(s.shared.away) > 0
}

// Working lists the clips that are being decoded or delivered.
func (h Sharing) Working() []models.Key {
	s := h.s
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Keys(s.queue.out))
}

// leave leaves a clip to the process that decodes it. Its track waits.
func (h Sharing) leave(j job) {
	s := h.s
	s.mu.Lock()
	defer s.mu.Unlock()
	s.working--
	delete(s.queue.out, j.clip.Key)
	if s.cfg.Fetch != nil {
		j.bare, j.clip.PCM, j.clip.Opus = true, nil, nil
	}
	s.shared.away[j.clip.Key] = absent{j, time.Now()}
	s.changed.Broadcast()
}

// Answer takes the line that another process made of a clip, and delivers it as if it had been decoded here. It returns false, and
// does nothing, while the clip is being decoded here or is not the first of its track: offer it again then.
func (h Sharing) Answer(u models.Utterance) bool {
	s := h.s
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.begin == nil {
		return false
	}
	j, ok := h.answered(u)
	if !ok {
		return false
	}
	u.Spoken = j.spoken
	s.settleTrack(u.Key, time.Now())
	s.parked++
	s.stats.Answered++
	s.stats.add(u)
	s.begin(func(ctx context.Context, _ *sync.WaitGroup) {
		s.conclude(j.clip, u.Text)
		if s.hand(ctx, j, u, 0) {
			s.unpark(j)
			return
		}
		s.redeliver(ctx, j, u)
	})
	return true
}

// answered takes the job of a line that another process made out of the queue. Called with the lock held.
func (h Sharing) answered(u models.Utterance) (job, bool) {
	s := h.s
	if a, ok := s.shared.away[u.Key]; ok {
		delete(s.shared.away, u.Key)
		s.queue.out[u.Key] = true
		return a.job, true
	}
	if !s.queue.known[u.Key] { // it was submitted to an earlier process
		now := time.Now()
		if u.Spoken.IsZero() {
			u.Spoken = now
		}
		c := models.Clip{Key: u.Key, SpeakerID: u.SpeakerID, StartMS: u.StartMS, EndMS: u.EndMS, Spoken: u.Spoken}
		s.queue.push(job{clip: c, queued: now, spoken: u.Spoken, deadline: u.Spoken.Add(deadlineAfter), old: true, bare: s.cfg.Fetch != nil})
	}
	return s.queue.pick(u.Key)
}

// Recall queues the clips again that have been with other processes for longer than that, which may have died.
func (h Sharing) Recall(after time.Duration) {
	s := h.s
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	for k, a := range s.shared.away {
		if now.Sub(a.since) >= after {
			delete(s.shared.away, k)
			s.queue.putBack(a.job)
			s.changed.Broadcast()
		}
	}
}
