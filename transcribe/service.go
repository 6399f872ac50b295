package transcribe

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"sync"
	"time"

	"earshot/models"
)

const (
	deadlineAfter = models.DecodeWithin
	// An attempt at a clip counts begun when its outcome is unknown (the program was killed, or the decoder crashed on
	// several clips at once) and begunAndFailed when it failed. At givenUp a clip is not tried again: it failed twice, or was
	// being decoded in four crashes. So a clip that crashes the decoder does limited harm, and an innocent one survives the
	// occasional kill.
	begun, begunAndFailed, givenUp = 1, 2, 4
	// The delays between attempts to deliver a result or to fetch a clip.
	firstBackoff, lastBackoff = 100 * time.Millisecond, 5 * time.Second
	// oldAfter is the age of speech from which a clip counts as recovered.
	oldAfter = 30 * time.Second
)

// Service decodes clips by deadline and delivers the utterances. Under overload clips are delayed, never dropped: they stay
// in the spool until Done has acknowledged them.
type Service struct {
	cfg  Config
	done Done

	mu       sync.Mutex
	changed  *sync.Cond // signals a push, a finished job, or an ended context
	queue    *queue
	partials *partials
	ladder   ladder
	pace     pace
	slots    []*slot
	begin    func(do func(ctx context.Context, all *sync.WaitGroup)) // on a goroutine of Run's; nil while Run does not run
	working  int
	parked   int // utterances that could not be delivered yet
	shared   shared
	stats    Stats

	polls *polls

	repeats []again // clips queued for a second look
	looking int     // second looks in progress
	finals  int     // begun since the last second look
}

// New returns a Service; Run starts it.
func New(cfg Config, done Done) (*Service, error) {
	if done == nil {
		return nil, errors.New("transcribe: Done is missing")
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.MaxPCM <= 0 {
		cfg.MaxPCM = defaultMaxPCM
	}
	if cfg.Options == nil {
		cfg.Options = func(models.Clip) Options { return Options{} }
	}
	if cfg.MaxOpus <= 0 {
		cfg.MaxOpus = defaultMaxOpus
	}
	s := &Service{cfg: cfg, done: done, queue: newQueue(), partials: newPartials(), pace: assumedPace, polls: newPolls(), shared: newShared()}
	s.changed = sync.NewCond(&s.mu)
	for i, d := range cfg.Decoders {
		e := &slot{decoder: d}
		if i < len(cfg.Fallback) {
			e.small = cfg.Fallback[i]
		}
		s.slots = append(s.slots, e)
	}
	return s, nil
}

// Submit queues a clip that is in the spool already, and owns it from then on. It never blocks and may be called from any
// goroutine, before, during and after Run. A clip that is queued or being decoded is ignored. Speech of unknown time counts
// as spoken now.
func (s *Service) Submit(c models.Clip) {
	now := time.Now()
	if c.Spoken.IsZero() {
		c.Spoken = now
	}
	age := models.Age(c.Spoken, now)
	j := job{clip: c, queued: now, spoken: c.Spoken, deadline: c.Spoken.Add(deadlineAfter), old: age > oldAfter}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lighten(&j)
	if s.queue.push(j) {
		s.balance(now)
		s.changed.Broadcast()
	}
}

// lighten drops a clip's audio where the memory bounds demand it. Called with the lock held.
func (s *Service) lighten(j *job) {
	c := &j.clip
	if s.cfg.Fetch != nil && (s.ladder.rung >= RungSpoolOnly || s.queue.bytes+len(c.Opus) > s.cfg.MaxOpus) {
		j.bare, c.PCM, c.Opus = true, nil, nil
		return
	}
	if s.cfg.Decode != nil && len(c.Opus) > 0 && s.queue.samples+len(c.PCM) > int(s.cfg.MaxPCM.Seconds()*models.SampleRate) {
		c.PCM = nil
	}
}

// wake wakes all waiters.
func (s *Service) wake() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changed.Broadcast()
}

// finish ends a job, whatever its outcome.
func (s *Service) finish(j job) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.working--
	s.queue.done(j)
	s.balance(time.Now())
	s.changed.Broadcast()
}

// Stats returns the current figures. It may be called from any goroutine.
func (s *Service) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.stats
	t.Doubted = maps.Clone(s.stats.Doubted)
	t.Rung, t.Lag = s.ladder.rung, s.lag(time.Now())
	t.Queued, t.QueuedMS, t.Working, t.Parked = s.queue.waiting, s.queue.audioMS, s.working, s.parked
	t.Elsewhere = len(s.shared.away)
	if o := s.queue.oldest(); !o.IsZero() {
		t.Overdue = max(0, time.Since(o))
		t.Oldest = max(0, time.Since(o)+deadlineAfter)
	}
	t.RecoveredMS = s.queue.old.audioMS
	for _, c := range s.partials.waiting {
		t.PartialMS += c.DurationMS()
	}
	for _, a := range s.repeats {
		t.AgainMS += a.clip.DurationMS()
	}
	return t
}

func (s *Service) count(f func(*Stats)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f(&s.stats)
}

// lag estimates how long a clip of live speech submitted now would wait. Called with the lock held.
func (s *Service) lag(now time.Time) time.Duration {
	if lag, ok := s.shared.lag(now, s.pace); ok {
		return lag
	}
	lag := time.Duration(0)
	if idle := len(s.slots) - s.working - s.partials.running; s.queue.waiting > idle { // else each gets a slot at once
		work := float64(s.queue.live.audioMS) * float64(s.pace) / float64(max(1, len(s.slots)))
		lag = time.Duration(work * float64(time.Millisecond))
	}
	return max(lag, s.queue.wait(now)-deadlineAfter)
}

// balance updates the ladder. Called with the lock held.
func (s *Service) balance(now time.Time) {
	lag := s.lag(now)
	if s.ladder.step(now, lag) {
		s.cfg.Logger.Info("backlog", "rung", s.ladder.rung.String(), "ms", lag.Milliseconds(), "queued", s.queue.waiting)
	}
}

// giveBack queues a job again, as the first of its track.
func (s *Service) giveBack(j job) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.working--
	s.lighten(&j)
	s.queue.putBack(j)
	s.balance(time.Now())
	s.changed.Broadcast()
}
