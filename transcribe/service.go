package transcribe

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"earshot/models"
)

const (
	// deadlineAfter is how long after the end of speech its text should be stored.
	deadlineAfter = 2 * time.Second
	// An attempt at a clip counts begun when nobody saw its end (the program was killed, or the engine broke down over
	// several clips at once) and begunAndFailed when it failed. A clip that counts givenUp is not tried again: it failed
	// twice, or was in the decoder four times when everything ended. So a poisonous clip stops doing harm, and an innocent
	// one survives a program that is killed now and then.
	begun, begunAndFailed, givenUp = 1, 2, 4
	// A decode may take this long at least, and this many times the clip's length.
	minDecodeTime    = 5 * time.Second
	decodeTimeFactor = 4
	// Waits between attempts to hand a result on.
	firstBackoff, lastBackoff = 100 * time.Millisecond, 5 * time.Second
	// defaultMaxPCM is how much decoded sound waits in memory: 4 MB a minute.
	defaultMaxPCM = 5 * time.Minute
)

// Done takes an utterance over: it must have stored it, and acknowledged its clip, when it returns nil. Until then it
// is called again with the same utterance, ever more slowly. It is called from several goroutines, for the utterances
// of one track in the order of speech and never for two at once.
type Done func(ctx context.Context, u models.Utterance) error

// Config is what a Service is made of. Engines and Model are needed.
type Config struct {
	// Engines are the decode slots; each is used by one goroutine.
	Engines []Engine
	// Model is the name that goes into every utterance.
	Model string
	// Options are the settings for a clip; nil means none.
	Options func(models.Clip) Options
	// Decode makes PCM of a clip's Opus; nil when every clip comes with its PCM.
	Decode func(*models.Clip) error
	// NoteAttempt adds one to a clip's Attempts in the spool, before the clip is decoded; nil when nothing outlives the
	// program. models.ErrNotFound says that the clip is not there any more, and need not be decoded.
	NoteAttempt func(context.Context, models.Key) (int, error)
	// SpokenAt is when a clip's speech ended in wall time; nil takes the time of Submit.
	SpokenAt func(models.Clip) time.Time
	// MaxPCM bounds the decoded sound that waits in memory (default 5 min). Beyond it clips wait as Opus, a hundredth of the
	// size, and are decoded again when their turn comes.
	MaxPCM time.Duration
	// Logger gets what goes wrong; nil drops it.
	Logger *slog.Logger
}

// Service decodes clips, the one with the earliest deadline first, and hands the utterances on. Clips are delayed when
// there are too many, never dropped: they lie in the spool until Done has acknowledged them.
type Service struct {
	cfg  Config
	done Done

	mu      sync.Mutex
	changed *sync.Cond // signals a push, a finished job, or an ended context
	queue   *queue
	working int
	stats   Stats
}

// New makes a Service; Run starts it.
func New(cfg Config, done Done) (*Service, error) {
	if len(cfg.Engines) == 0 || done == nil {
		return nil, errors.New("transcribe: a service needs an engine and a place for its results")
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
	s := &Service{cfg: cfg, done: done, queue: newQueue()}
	s.changed = sync.NewCond(&s.mu)
	return s, nil
}

// Submit queues a clip that is in the spool already, and owns it from then on. It never blocks and may be called from
// any goroutine, before, during and after Run. A clip that is queued or being decoded is not queued twice.
func (s *Service) Submit(c models.Clip) {
	j := job{clip: c, spoken: time.Now()}
	if s.cfg.SpokenAt != nil {
		j.spoken = s.cfg.SpokenAt(c)
	}
	j.deadline = j.spoken.Add(deadlineAfter)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cfg.Decode != nil && len(c.Opus) > 0 && s.queue.samples+len(c.PCM) > int(s.cfg.MaxPCM.Seconds()*models.SampleRate) {
		j.clip.PCM = nil
	}
	if s.queue.push(j) {
		s.changed.Broadcast()
	}
}

// Run decodes with one goroutine per engine until ctx ends, and returns nil after the last of them. What was not
// finished is still in the spool.
func (s *Service) Run(ctx context.Context) error {
	defer context.AfterFunc(ctx, s.wake)()
	var wg sync.WaitGroup
	for _, e := range s.cfg.Engines {
		wg.Go(func() { s.work(ctx, e) })
	}
	wg.Wait()
	return nil
}

// Drain waits until nothing is queued or being decoded, while Run runs. When ctx ends first, it returns an error with
// the number of clips that are left; they are in the spool.
func (s *Service) Drain(ctx context.Context) error {
	defer context.AfterFunc(ctx, s.wake)()
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.queue.waiting+s.working > 0 {
		if ctx.Err() != nil {
			return fmt.Errorf("transcribe: %d clips are left in the spool: %w", s.queue.waiting+s.working, ctx.Err())
		}
		s.changed.Wait()
	}
	return nil
}

// wake lets all who wait look again.
func (s *Service) wake() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changed.Broadcast()
}

func (s *Service) work(ctx context.Context, e Engine) {
	for s.ready(ctx, e) {
		j, ok := s.take(ctx)
		if !ok {
			return
		}
		if u, ok := s.decode(ctx, e, &j.clip); ok {
			s.deliver(ctx, j, u)
		}
		s.finish(j)
	}
}

// take waits for a job; false says that ctx ended.
func (s *Service) take(ctx context.Context) (job, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for ctx.Err() == nil {
		if j, ok := s.queue.pop(); ok {
			s.working++
			return j, true
		}
		s.changed.Wait()
	}
	return job{}, false
}

func (s *Service) finish(j job) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.working--
	s.queue.done(j)
	s.changed.Broadcast()
}

// deliver hands an utterance on until it is taken or ctx ends.
func (s *Service) deliver(ctx context.Context, j job, u models.Utterance) {
	for wait := firstBackoff; ; wait = min(2*wait, lastBackoff) {
		u.LateMS = max(0, time.Since(j.spoken).Milliseconds())
		err := s.done(ctx, u)
		if err == nil {
			return
		}
		if ctx.Err() != nil {
			return
		}
		s.cfg.Logger.Warn("utterance not stored, trying again", "session", u.Session, "key", u.Key.String(), "ms", wait.Milliseconds(), "err", err)
		s.count(func(t *Stats) { t.Redelivered++ })
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}
