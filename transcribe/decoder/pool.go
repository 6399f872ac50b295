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

// Config configures a Pool. Model and Processes are required.
type Config struct {
	// Model is the path of a checked model file; the pool keeps it open.
	Model string
	// Processes is the number of children, States how many clips each decodes at once (0 means 1). See Plan.
	Processes, States int
	// Device is the name of the device to decode on (see Choose); empty for the processor.
	Device string
	// AllowNoWeights accepts a test model without weights, for measuring.
	AllowNoWeights bool
	// WarmUp makes the first processes decode a moment of silence before they are ready, so that the first clip is decoded
	// as fast as later ones. Use it when there is nothing to decode yet. On a device every process does so: its driver compiles what
	// it runs, and that is no clip's time.
	WarmUp bool
	// MemoryBytes bounds the address space that a process may add after its start; 0 derives a bound from the model's size
	// and the states.
	MemoryBytes uint64
	// Command starts a child; the zero value means Self().
	Command Command
	// Env is added to the few environment variables of a child.
	Env []string
	// Logger receives the ends of children; nil discards them.
	Logger *slog.Logger
	// Patience multiplies transcribe.TimeLimit and the time for loading, for big models and slow devices; 0 means 1. Below 1 it leaves
	// the time for loading as it is.
	Patience float64
}

// Pool runs decoder processes, restarts those that end, and offers their states as decoders. Run starts it. Its methods may
// be called from any goroutine.
type Pool struct {
	cfg      Config
	model    *os.File
	workers  []*worker
	longLoad time.Duration

	mu    sync.Mutex
	ever  bool // some process has been ready
	total totals
}

// totals counts over all processes, past and present.
type totals struct {
	restarts, hung, crashed, garbage uint64
	cpu                              time.Duration
}

// New opens the model. Run starts the processes; the caller closes the pool after Run has returned.
func New(cfg Config) (*Pool, error) {
	if cfg.Processes < 1 {
		return nil, errors.New("decoder: a pool needs at least one process")
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
	if cfg.MemoryBytes == 0 && cfg.Device == "" { // drivers reserve far more address space than they use
		cfg.MemoryBytes = addressSpace(st.Size(), cfg.States)
	}
	p := &Pool{cfg: cfg, model: model, longLoad: longLoad}
	for range cfg.Processes {
		p.workers = append(p.workers, newWorker(p))
	}
	return p, nil
}

// Decoders returns the pool's slots, Processes times States; each decodes one clip at a time. They wait while their process
// is starting, and return transcribe.ErrUnavailable once Run has returned.
func (p *Pool) Decoders() []transcribe.Decoder {
	var out []transcribe.Decoder
	for range p.cfg.States { // so that consecutive slots belong to different processes
		for _, w := range p.workers {
			out = append(out, slot{w})
		}
	}
	return out
}

// Run starts the processes and keeps them running until ctx ends; then it kills them, waits for them, and returns nil. It
// returns an error if no process ever became ready: ErrLoad (wrapped) if the model can't be loaded, or how the last attempt
// ended.
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

// ErrLoad is returned (wrapped) by Run and by decoders when a child could not load the model.
var ErrLoad = errors.New("the decoder can't load the model")

// Stats are a pool's figures since it was made.
type Stats struct {
	// Processes are those running now.
	Processes []ProcessStats
	// Restarts counts processes that ended unasked. Of these, Hung were killed because a clip took too long, Garbage because
	// they violated the protocol; Crashed ended by themselves.
	Restarts, Hung, Garbage, Crashed uint64
	// CPU is the processor time of all processes, past and present, up to each one's last result.
	CPU time.Duration
}

// ProcessStats is one running decoder process.
type ProcessStats struct {
	PID int
	// Ready reports that the model is loaded, Confined that Landlock is in force; Load is how long loading took.
	Ready, Confined bool
	Load            time.Duration
	// RSS is its resident memory in bytes; 0 if unknown.
	RSS int64
}

// Stats returns the current figures.
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

// wasReady records that a process became ready; everReady reports whether one ever has.
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

// limit returns how long a decode of so many samples may take.
func (p *Pool) limit(samples int) time.Duration {
	return p.patiently(transcribe.TimeLimit(time.Duration(samples) * time.Second / models.SampleRate))
}

// loadLimit returns how long a process may take until it is ready.
func (p *Pool) loadLimit() time.Duration {
	limit := startTime
	if p.cfg.Device != "" {
		limit += deviceTime
	}
	if st, err := p.model.Stat(); err == nil {
		limit += time.Duration(st.Size()/loadBytesPerMS) * time.Millisecond
	}
	return max(limit, p.patiently(limit))
}

func (p *Pool) patiently(limit time.Duration) time.Duration {
	if p.cfg.Patience > 0 {
		return time.Duration(float64(limit) * p.cfg.Patience)
	}
	return limit
}
