package decoder

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"time"

	"earshot/transcribe"

	"golang.org/x/sync/semaphore"
)

const (
	// startAttempts is how often a first process is tried before the pool gives up.
	startAttempts = 3
	// Waits before a process is started again after one that was never ready. One that had been ready is followed at once.
	firstWait, lastWait = 100 * time.Millisecond, 10 * time.Second
)

// worker keeps one process running.
type worker struct {
	pool *Pool
	// slots bounds the calls in flight; a call that must be alone takes them all.
	slots *semaphore.Weighted

	mu      sync.Mutex
	running *process
	current *process      // running, and ready
	changed chan struct{} // closed and made anew when current or ended changes
	ended   error
	careful int // so many of the next calls go alone
}

func newWorker(p *Pool) *worker {
	return &worker{pool: p, slots: semaphore.NewWeighted(int64(p.cfg.States)), changed: make(chan struct{})}
}

// run starts processes one after the other until ctx ends.
func (w *worker) run(ctx context.Context) error {
	// A child is killed with the *thread* that started it (PR_SET_PDEATHSIG), so that thread must live as long.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	wait := firstWait
	for attempt := 1; ; attempt++ {
		pid, wasReady, err := w.once(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if wasReady {
			attempt, wait = 0, firstWait
			w.pool.cfg.Logger.Warn("decoder ended; starting another", "pid", pid, "err", err)
			continue
		}
		if !w.pool.everReady() && (attempt >= startAttempts || errors.Is(err, ErrLoad)) {
			return err
		}
		w.pool.cfg.Logger.Warn("decoder can't be started; trying again", "ms", wait.Milliseconds(), "err", err)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
		wait = min(2*wait, lastWait)
	}
}

// once runs one process to its end, and says which it was, whether it had been ready, and why it ended.
func (w *worker) once(ctx context.Context) (pid int, wasReady bool, err error) {
	p, err := start(w.pool)
	if err != nil {
		return 0, false, err
	}
	w.set(func() { w.running = p })
	stop := context.AfterFunc(ctx, func() { p.kill(ctx.Err()) })
	defer stop()
	go p.read(func() { // ready
		w.pool.wasReady()
		w.set(func() { w.current = p })
	}, func() { // no more answers
		w.set(func() {
			w.current = nil
			if n := p.shut(); n > 1 {
				w.careful = n
			}
		})
	})
	err = p.wait()
	w.set(func() { w.running = nil })
	w.count(p)
	close(p.gone)
	return p.cmd.Process.Pid, p.isReady(), err
}

// count takes notice of a process that ended before it was told to.
func (w *worker) count(p *process) {
	cause := p.killed()
	if errors.Is(cause, context.Canceled) || errors.Is(cause, context.DeadlineExceeded) {
		return
	}
	w.pool.count(func(t *totals) {
		t.restarts++
		switch {
		case errors.Is(cause, errHung), errors.Is(cause, errDeaf):
			t.hung++
		case errors.Is(cause, errGarbage):
			t.garbage++
		default:
			t.crashed++
		}
	})
}

// set changes what await looks at.
func (w *worker) set(f func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f()
	close(w.changed)
	w.changed = make(chan struct{})
}

// end tells all who wait that there will be no other process.
func (w *worker) end(err error) {
	w.set(func() {
		w.ended = transcribe.ErrUnavailable
		if err != nil {
			w.ended = fmt.Errorf("%w: %w", transcribe.ErrUnavailable, err)
		}
	})
}

// await waits for a process that is ready.
func (w *worker) await(ctx context.Context) (*process, error) {
	for {
		w.mu.Lock()
		current, ended, changed := w.current, w.ended, w.changed
		w.mu.Unlock()
		switch {
		case current != nil:
			return current, nil
		case ended != nil:
			return nil, ended
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, fmt.Errorf("decoder: %w: %w", transcribe.ErrUnavailable, ctx.Err())
		}
	}
}

// weight is how many slots the next call takes: all of them after a crash that several clips may have caused, until
// each of these has been tried alone.
func (w *worker) weight() int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.careful == 0 {
		return 1
	}
	w.careful--
	return int64(w.pool.cfg.States)
}

func (w *worker) stats() (ProcessStats, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.running == nil {
		return ProcessStats{}, false
	}
	return w.running.stats(), true
}

// slot is one decode slot of a worker: a transcribe.Decoder.
type slot struct{ w *worker }

var _ transcribe.Decoder = slot{}

// Ready waits until the slot's process can decode. It returns ctx's error, or transcribe.ErrUnavailable once the pool
// has ended.
func (s slot) Ready(ctx context.Context) error {
	_, err := s.w.await(ctx)
	return err
}

// Decode has the child decode the PCM, of which it sends a copy. When ctx ends, the child is asked to stop, and killed
// when it does not. Errors: transcribe.ErrTooLong; transcribe.ErrUnavailable when the clip was not begun, or when the
// process ended while it was decoding another clip as well; ErrHung, ErrDied; or the library's reason.
func (s slot) Decode(ctx context.Context, sound transcribe.Sound, o transcribe.Options) (transcribe.Result, error) {
	n := s.w.weight()
	if err := s.w.slots.Acquire(ctx, n); err != nil {
		return transcribe.Result{}, fmt.Errorf("decoder: %w: %w", transcribe.ErrUnavailable, err)
	}
	defer s.w.slots.Release(n)
	for {
		p, err := s.w.await(ctx)
		if err != nil {
			return transcribe.Result{}, err
		}
		r, err := p.call(ctx, sound.PCM, o, s.w.pool.limit(len(sound.PCM)))
		if !errors.Is(err, errNotBegun) {
			return r, err
		}
	}
}
