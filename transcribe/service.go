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
	// defaultMaxOpus is how much Opus waits: hours of speech at 4 kB a second.
	defaultMaxOpus = 32 << 20
	// oldAfter is how long ago the speech of a recovered clip ended at least.
	oldAfter = 30 * time.Second
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
	// Fallback are the slots of a smaller model, FallbackModel its name: under backlog the worker of Engines[i] uses
	// Fallback[i]. Nil when there is none.
	Fallback      []Engine
	FallbackModel string
	// Options are the settings for a clip; nil means none. Language "auto" or "" leaves the language to a vote of each
	// person's speech, among Languages when they are given.
	Options func(models.Clip) Options
	// Filter says which results are doubtful.
	Filter Filter
	// Decode makes PCM of a clip's Opus; nil when every clip comes with its PCM.
	Decode func(*models.Clip) error
	// Fetch reads a clip that waits in the spool; nil keeps all clips in memory. models.ErrNotFound says that the clip
	// is not there any more.
	Fetch func(context.Context, models.Key) (models.Clip, error)
	// MaxOpus bounds the bytes of Opus that wait in memory (default 32 MB), when there is a Fetch.
	MaxOpus int
	// Partial is told the text of open stretches (see Preview); nil: they are not decoded. It must not block and must
	// not call the Service.
	Partial func(models.Partial)
	// NoteAttempt adds one to a clip's Attempts in the spool, before the clip is decoded; nil when nothing outlives the
	// program. models.ErrNotFound says that the clip is not there any more, and need not be decoded.
	NoteAttempt func(context.Context, models.Key) (int, error)
	// FirstPartial is told how long after the beginning of a stretch its first text was shown; nil: nobody asks. It is
	// bound as Partial is.
	FirstPartial func(time.Duration)
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

	mu       sync.Mutex
	changed  *sync.Cond // signals a push, a finished job, or an ended context
	queue    *queue
	partials *partials
	ladder   ladder
	pace     pace
	working  int
	parked   int // lines that could not be handed on
	stats    Stats

	polls *polls

	repeats []again // clips that wait for a second look
	looking int
	finals  int // that were begun since the last second look
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
	if cfg.MaxOpus <= 0 {
		cfg.MaxOpus = defaultMaxOpus
	}
	s := &Service{cfg: cfg, done: done, queue: newQueue(), partials: newPartials(), pace: assumedPace, polls: newPolls()}
	s.changed = sync.NewCond(&s.mu)
	return s, nil
}

// Submit queues a clip that is in the spool already, and owns it from then on. It never blocks and may be called from
// any goroutine, before, during and after Run. A clip that is queued or being decoded is not queued twice. Words of which
// nobody knows when they were spoken count as spoken now.
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

// lighten takes the sound off a clip that must wait without it. Called with the lock held.
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

// Run decodes with one goroutine per engine until ctx ends, and returns nil after the last of them. What was not
// finished is still in the spool.
func (s *Service) Run(ctx context.Context) error {
	defer context.AfterFunc(ctx, s.wake)()
	var wg sync.WaitGroup
	for i, e := range s.cfg.Engines {
		slot := slot{engine: e}
		if i < len(s.cfg.Fallback) {
			slot.small = s.cfg.Fallback[i]
		}
		wg.Go(func() { s.work(ctx, &wg, slot) })
	}
	wg.Wait()
	return nil
}

// slot is one worker's engines; small may be nil.
type slot struct{ engine, small Engine }

// task is what a worker does next: a final, or the preview of an open stretch.
type task struct {
	job
	preview bool
	again   *again // a second look, and nothing else
	rung    Rung
}

// Drain waits until no final is queued or being decoded, while Run runs. When ctx ends first, or lines can't be stored again
// and again, it returns an error with the number of clips that are left; they are in the spool.
func (s *Service) Drain(ctx context.Context) error {
	defer context.AfterFunc(ctx, s.wake)()
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		stuck, behind := s.queue.stuck()
		if s.queue.waiting-behind+s.working+s.parked-stuck+len(s.repeats)+s.looking == 0 {
			if stuck > 0 {
				return fmt.Errorf("transcribe: %d clips are left in the spool: their lines can't be stored", stuck+behind)
			}
			return nil
		}
		if ctx.Err() != nil {
			return fmt.Errorf("transcribe: %d clips are left in the spool: %w", s.queue.waiting+s.working+s.parked, ctx.Err())
		}
		s.changed.Wait()
	}
}

// wake lets all who wait look again.
func (s *Service) wake() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.changed.Broadcast()
}

func (s *Service) work(ctx context.Context, parked *sync.WaitGroup, e slot) {
	for s.ready(ctx, e.engine) {
		t, ok := s.take(ctx)
		switch {
		case !ok:
			return
		case t.again != nil && t.again.late:
			s.giveUp(t.again)
		case t.again != nil:
			s.look(ctx, e.engine, t.again)
		case t.preview:
			s.preview(ctx, e.engine, t.clip)
		default:
			u, ok := s.final(ctx, e, &t)
			if !ok {
				s.finish(t.job)
				continue
			}
			s.conclude(t.clip, u.Text)
			s.deliver(ctx, parked, t.job, u)
		}
	}
}

// take waits for something to do; false says that ctx ended.
func (s *Service) take(ctx context.Context) (task, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for ctx.Err() == nil {
		now := time.Now()
		if a, ok := s.takeAgain(now); ok {
			return task{again: a}, true
		}
		if j, ok := s.queue.pop(now); ok {
			s.working++
			s.finals++
			s.settleTrack(j.clip.Key, now)
			return task{job: j, rung: s.ladder.rung}, true
		}
		if c, ok := s.takePartial(now); ok {
			return task{job: job{clip: c}, preview: true}, true
		}
		s.changed.Wait()
	}
	return task{}, false
}

func (s *Service) finish(j job) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.working--
	s.queue.done(j)
	s.balance(time.Now())
	s.changed.Broadcast()
}
