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
	// startAttempts is how often starting is tried before the pool gives up, if no process has ever been ready.
	startAttempts = 3
	// The delays before a restart after a process that never became ready. One that did is replaced at once.
	firstWait, lastWait = 100 * time.Millisecond, 10 * time.Second
)

// worker keeps one process running.
type worker struct {
	pool *Pool
	// slots bounds the calls in flight; a call that must be alone acquires them all.
	slots *semaphore.Weighted

	mu      sync.Mutex
	running *process
	current *process      // running, and ready
	changed chan struct{} // closed and replaced whenever current or ended changes
	ended   error
	careful int // how many of the next calls must be alone
}

func newWorker(p *Pool) *worker {
	return &worker{pool: p, slots: semaphore.NewWeighted(int64(p.cfg.States)), changed: make(chan struct{})}
}

// run keeps one process running until ctx ends.
func (w *worker) run(ctx context.Context) error {
	// PR_SET_PDEATHSIG kills a child when the *thread* that started it ends.
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

// once runs one process to its end, and returns its PID, whether it became ready, and why it ended.
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

// count counts a process unless it was ended on purpose.
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

// set changes the worker's state and wakes await.
func (w *worker) set(f func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f()
	close(w.changed)
	w.changed = make(chan struct{})
}

// end makes await fail from now on.
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

// weight returns how many slots the next call acquires: all of them after a crash that several clips may have caused, until
// each of those has been tried alone.
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

// Ready waits until the slot's process can decode. It returns transcribe.ErrUnavailable (wrapped) when ctx ends or the pool
// has ended.
func (s slot) Ready(ctx context.Context) error {
	_, err := s.w.await(ctx)
	return err
}

// Decode sends the child a copy of the PCM to decode. When ctx ends, the child is asked to stop, and killed if it does not.
// Errors: transcribe.ErrTooLong; transcribe.ErrUnavailable if decoding had not begun, or if the process ended while it was
// decoding another clip as well; ErrHung; ErrDied; or the library's error.
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
