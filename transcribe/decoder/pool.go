package decoder

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	"earshot/models"
	"earshot/transcribe"

	"golang.org/x/sync/errgroup"
)

// Config is what a Pool is made of. Model and Processes are needed.
type Config struct {
	// Model is the path of a model file that was checked; the pool holds it open.
	Model string
	// Processes is how many there are, and States how many clips each decodes at once (0: one). See Plan.
	Processes, States int
	// AllowNoWeights accepts a test model without weights, for measuring.
	AllowNoWeights bool
	// WarmUp has the first processes decode a moment of silence before they are ready, so that the first clip is decoded as
	// fast as the later ones. It is for those who have nothing to decode yet.
	WarmUp bool
	// MemoryBytes is how much address space a process may take beyond what it has at its start; 0 takes a bound that the
	// model's size and the states allow for.
	MemoryBytes uint64
	// Command starts a child, as Program and Args of Self do; the zero value is Self().
	Command Command
	// Env is added to the few variables that a child gets.
	Env []string
	// Logger gets the ends of children; nil drops it.
	Logger *slog.Logger
	// Patience multiplies the time that a decode may take (transcribe.TimeLimit), for models that are slow by their size;
	// 0 is 1.
	Patience float64
}

// Pool runs decoder processes, restarts the ones that end, and offers their states as engines. Run starts it. Its
// methods may be called from any goroutine.
type Pool struct {
	cfg     Config
	model   *os.File
	workers []*worker

	mu    sync.Mutex
	ever  bool // some process has been ready
	total totals
}

// totals are what the processes did that are gone, and all of them together.
type totals struct {
	restarts, hung, crashed, garbage uint64
	cpu                              time.Duration
}

// New opens the model; nothing is started before Run. The caller closes the pool after Run has returned.
func New(cfg Config) (*Pool, error) {
	if cfg.Processes < 1 {
		return nil, errors.New("decoder: a pool needs a process")
	}
	cfg.States = max(1, cfg.States)
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	if cfg.Command.Path == "" {
		self, err := Self()
		if err != nil {
			return nil, err
		}
		cfg.Command = self
	}
	model, err := os.Open(cfg.Model)
	if err != nil {
		return nil, fmt.Errorf("decoder: open the model: %w", err)
	}
	st, err := model.Stat()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("decoder: open the model: %w", err), model.Close())
	}
	if cfg.MemoryBytes == 0 {
		cfg.MemoryBytes = addressSpace(st.Size(), cfg.States)
	}
	p := &Pool{cfg: cfg, model: model}
	for range cfg.Processes {
		p.workers = append(p.workers, newWorker(p))
	}
	return p, nil
}

// Decoders are the pool's slots, Processes times States; each takes one clip at a time. They wait while their process is
// being started, and return transcribe.ErrUnavailable once Run has returned.
func (p *Pool) Decoders() []transcribe.Decoder {
	var out []transcribe.Decoder
	for range p.cfg.States { // neighbours belong to different processes
		for _, w := range p.workers {
			out = append(out, slot{w})
		}
	}
	return out
}

// Run starts the processes and keeps them running until ctx ends; then it kills them, waits for their end, and returns
// nil. It returns an error when no process can be started at all: ErrLoad (wrapped) when the model can't be loaded, or
// how the last attempt ended.
func (p *Pool) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	for _, w := range p.workers {
		group.Go(func() error { return w.run(ctx) })
	}
	err := group.Wait()
	for _, w := range p.workers {
		w.end(err)
	}
	return err
}

// Close closes the model file. Run must have returned, if it was called.
func (p *Pool) Close() error { return p.model.Close() }

// ErrLoad is returned (wrapped) by Run and by engines when a child could not load the model.
var ErrLoad = errors.New("the decoder can't load the model")

// Stats are a pool's figures since it was made.
type Stats struct {
	// Processes are those that run now.
	Processes []ProcessStats
	// Restarts counts processes that ended before they were told to; Hung were killed because a clip took too long,
	// Garbage because they broke the protocol, and Crashed ended by themselves.
	Restarts, Hung, Garbage, Crashed uint64
	// CPU is the processor time of all of them, also of those that are gone, up to their last result.
	CPU time.Duration
}

// ProcessStats is one running decoder process.
type ProcessStats struct {
	PID int
	// Ready says that the model is loaded, Confined that Landlock is in force, and Load is how long loading took.
	Ready, Confined bool
	Load            time.Duration
	// RSS is its resident memory in bytes; 0 where the system does not tell.
	RSS int64
}

// Stats reads the figures.
func (p *Pool) Stats() Stats {
	p.mu.Lock()
	s := Stats{Restarts: p.total.restarts, Hung: p.total.hung, Garbage: p.total.garbage, Crashed: p.total.crashed, CPU: p.total.cpu}
	p.mu.Unlock()
	for _, w := range p.workers {
		if proc, ok := w.stats(); ok {
			s.Processes = append(s.Processes, proc)
		}
	}
	return s
}

func (p *Pool) count(f func(*totals)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f(&p.total)
}

// wasReady notes that a process could be started; everReady says whether one ever was.
func (p *Pool) wasReady() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ever = true
}

func (p *Pool) everReady() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.ever
}

// limit is how long a decode of so many samples may take.
func (p *Pool) limit(samples int) time.Duration {
	limit := transcribe.TimeLimit(time.Duration(samples) * time.Second / models.SampleRate)
	if p.cfg.Patience > 0 {
		limit = time.Duration(float64(limit) * p.cfg.Patience)
	}
	return limit
}
