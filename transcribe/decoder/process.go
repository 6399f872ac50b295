package decoder

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"earshot/models"
	"earshot/transcribe"
)

// How a decode can end with its process.
var (
	// ErrHung means that a decode exceeded its time limit and its process was killed.
	ErrHung = errors.New("the decoder hung and was killed")
	// ErrDied means that the process crashed or violated the protocol during a decode.
	ErrDied = errors.New("the decoder ended")

	errHung     = errors.New("a clip took too long")
	errDeaf     = errors.New("a cancelled decode did not end")
	errSlow     = errors.New("loading the model took too long")
	errNotBegun = errors.New("the call was not sent")
)

const (
	// cancelTime is how long a cancelled decode may go on: the library checks only between passes over the sound.
	cancelTime = 3 * time.Second
	// Loading may take startTime plus a second per 10 MB of weights, and deviceTime more on a device: the first time, its driver
	// compiles all that it is to run.
	startTime      = 30 * time.Second
	loadBytesPerMS = 10 << 10
	deviceTime     = 90 * time.Second
	// longLoad is how long loading may take before the log says that it is still going on.
	longLoad = 15 * time.Second
)

// process is one running child.
type process struct {
	pool  *Pool
	cmd   *exec.Cmd
	out   *os.File // requests
	in    *os.File // answers
	noise *noise
	slow  *time.Timer // kills it if it is not ready in time
	long  *time.Timer // logs that it is not ready yet

	write sync.Mutex // one frame at a time

	mu       sync.Mutex
	calls    map[uint32]*call
	next     uint32
	dead     bool // no more answers will come
	inFlight int  // calls in flight when it died
	ready    *ready
	cause    error // why it was killed
	cpu      time.Duration

	readDone chan struct{}
	gone     chan struct{} // closed once it has been reaped
	end      error         // how it ended; set before gone is closed
}

// call is a decode in flight.
type call struct {
	samples int
	answer  chan answer // holds one
}

type answer struct {
	result transcribe.Result
	err    error
}

// start runs a child and sends it its setup. The caller's goroutine must be locked to a thread that outlives the child.
func start(pool *Pool) (*process, error) {
	requests, out, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("decoder: %w", err)
	}
	defer requests.Close()
	in, answers, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("decoder: %w", err), out.Close())
	}
	defer answers.Close()
	p := &process{
		pool: pool, out: out, in: in, noise: &noise{},
		calls: map[uint32]*call{}, readDone: make(chan struct{}), gone: make(chan struct{}),
	}
	p.cmd = childCommand(pool.cfg.Command, pool.cfg.States, pool.cfg.Env, []*os.File{requests, answers, pool.model})
	p.cmd.Stdout, p.cmd.Stderr = p.noise, p.noise
	setup := Setup{
		Model: modelPath(pool.cfg.Model), States: pool.cfg.States, Device: pool.cfg.Device, AllowNoWeights: pool.cfg.AllowNoWeights,
		MemoryBytes: pool.cfg.MemoryBytes, WarmUp: pool.cfg.WarmUp && !pool.everReady() || pool.cfg.Device != "",
	}
	hello, err := jsonFrame(kindHello, 0, setup)
	if err == nil {
		err = p.cmd.Start()
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("decoder: start %s: %w", pool.cfg.Command.Path, err), out.Close(), in.Close())
	}
	limit := pool.loadLimit()
	p.slow = time.AfterFunc(limit, func() { p.kill(errSlow) })
	p.long = time.AfterFunc(pool.longLoad, func() {
		pool.cfg.Logger.Info("the model is still being loaded; the first time on a GPU, its driver compiles what it is to run",
			"device", cmp.Or(pool.cfg.Device, "CPU"), "limit_ms", limit.Milliseconds())
	})
	p.send(hello)
	return p, nil
}

// send writes a frame. It returns false, and kills the process, if the frame could not be written completely.
func (p *process) send(frame []byte) bool {
	p.write.Lock()
	defer p.write.Unlock()
	if _, err := p.out.Write(frame); err != nil {
		p.kill(nil)
		return false
	}
	return true
}

// read dispatches the child's answers until there are no more, then kills it and calls isDead, which must call shut.
func (p *process) read(isReady, isDead func()) {
	defer close(p.readDone)
	err := p.readAll(isReady)
	if errors.Is(err, io.EOF) { // it is ending by itself
		err = nil
	}
	p.kill(err)
	isDead()
}

// shut refuses further calls and returns lost.
func (p *process) shut() int {
	p.mu.Lock()
	p.dead, p.inFlight = true, len(p.calls)
	p.mu.Unlock()
	return p.lost()
}

func (p *process) readAll(isReady func()) error {
	for {
		f, err := readFrame(p.in, maxToParent)
		if err != nil {
			return err
		}
		switch {
		case f.kind == kindReady && f.id == 0 && !p.isReady():
			var r ready
			if err := parse(f.payload, &r); err != nil {
				return err
			}
			p.slow.Stop()
			if !p.long.Stop() {
				p.pool.cfg.Logger.Info("the model is loaded", "device", cmp.Or(p.pool.cfg.Device, "CPU"))
			}
			p.mu.Lock()
			p.ready = &r
			p.mu.Unlock()
			isReady()
		case f.kind == kindFailure && f.id == 0 && !p.isReady():
			return p.loadFailure(f.payload)
		case f.kind == kindResult, f.kind == kindFailure:
			if err := p.answered(f); err != nil {
				return err
			}
		default:
			return fmt.Errorf("%w: kind %d out of order", errGarbage, f.kind)
		}
	}
}

// loadFailure returns a child's reason for not starting as an error.
func (p *process) loadFailure(payload []byte) error {
	var f failure
	if err := parse(payload, &f); err != nil {
		return err
	}
	text := strings.ReplaceAll(printable(f.Text, maxReason), modelPath(p.pool.cfg.Model), p.pool.cfg.Model)
	return models.WithHint(fmt.Errorf("%w: %s", ErrLoad, text), printable(f.Hint, maxReason))
}

// answered passes an answer to its call.
func (p *process) answered(f frame) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.calls[f.id]
	if c == nil {
		return fmt.Errorf("%w: an unsolicited answer", errGarbage)
	}
	a, err := p.parseAnswer(f, c)
	if err != nil {
		return err // the call ends with the process
	}
	delete(p.calls, f.id)
	c.answer <- a
	return nil
}

func (p *process) parseAnswer(f frame, c *call) (answer, error) {
	if f.kind == kindFailure {
		var why failure
		if err := parse(f.payload, &why); err != nil {
			return answer{}, err
		}
		return answer{err: why.error()}, nil
	}
	r, err := parseResult(f.payload, c.samples)
	if err != nil {
		return answer{}, err
	}
	if cpu := time.Duration(r.CPUUS) * time.Microsecond; cpu > p.cpu {
		p.pool.count(func(t *totals) { t.cpu += cpu - p.cpu })
		p.cpu = cpu
	}
	return answer{result: r.Result}, nil
}

// error returns the failure as the decoder's caller sees it.
func (f failure) error() error {
	text := printable(f.Text, maxReason)
	switch f.Code {
	case codeTooLong:
		return fmt.Errorf("decoder: %w: %s", transcribe.ErrTooLong, text)
	case codeCanceled:
		return fmt.Errorf("decoder: %w", context.Canceled)
	default:
		return models.WithHint(fmt.Errorf("decoder: %s", text), printable(f.Hint, maxReason))
	}
}

// call decodes one clip within the time limit.
func (p *process) call(ctx context.Context, pcm []float32, o transcribe.Options, limit time.Duration) (transcribe.Result, error) {
	c := &call{samples: len(pcm), answer: make(chan answer, 1)}
	id, ok := p.register(c)
	if !ok {
		return transcribe.Result{}, errNotBegun
	}
	defer p.forget(id)
	frame, err := decodeFrame(id, pcm, o)
	if err != nil {
		return transcribe.Result{}, err
	}
	hung := time.AfterFunc(limit, func() { p.kill(hungError(id)) }) // also ends a blocked write
	defer hung.Stop()
	if !p.send(frame) && !p.hung(id) {
		<-p.gone
		return transcribe.Result{}, errNotBegun
	}
	select {
	case a := <-c.answer:
		return a.result, a.err
	case <-p.gone:
		return p.died(id, c)
	case <-ctx.Done():
		return p.cancel(ctx, id, c)
	}
}

// cancel asks the child to end a call, and waits for its answer.
func (p *process) cancel(ctx context.Context, id uint32, c *call) (transcribe.Result, error) {
	deaf := time.AfterFunc(cancelTime, func() { p.kill(errDeaf) })
	defer deaf.Stop()
	p.send(seal(newFrame(kindCancel, id, 0)))
	select {
	case a := <-c.answer:
		if a.err == nil { // it had finished already
			return a.result, nil
		}
	case <-p.gone:
	}
	if p.hung(id) {
		return p.died(id, c)
	}
	return transcribe.Result{}, fmt.Errorf("decoder: %w", ctx.Err())
}

func (p *process) register(c *call) (uint32, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.dead {
		return 0, false
	}
	p.next++
	p.calls[p.next] = c
	return p.next, true
}

func (p *process) forget(id uint32) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.calls, id)
}

// hungError is the cause of a kill because one call took too long.
type hungError uint32

// Error implements error.
func (hungError) Error() string { return errHung.Error() }

// Is makes every hungError an errHung.
func (hungError) Is(target error) bool { return target == errHung }

// hung reports whether the process was killed because this call took too long.
func (p *process) hung(id uint32) bool {
	var h hungError
	return errors.As(p.killed(), &h) && uint32(h) == id
}

// died returns the outcome of a call whose process ended.
func (p *process) died(id uint32, c *call) (transcribe.Result, error) {
	select {
	case a := <-c.answer: // it arrived before the end
		return a.result, a.err
	default:
	}
	switch cause := p.killed(); {
	case p.hung(id):
		return transcribe.Result{}, fmt.Errorf("decoder: %w after %d ms of sound", ErrHung, c.samples*1000/models.SampleRate)
	case errors.Is(cause, errHung), errors.Is(cause, errDeaf), errors.Is(cause, context.Canceled), p.lost() > 1:
		return transcribe.Result{}, fmt.Errorf("decoder: %w: %w", transcribe.ErrUnavailable, p.end)
	default:
		return transcribe.Result{}, p.end
	}
}

// kill ends the process and records the cause, of which the first counts. It does not wait.
func (p *process) kill(cause error) {
	p.mu.Lock()
	if p.cause == nil {
		p.cause = cause
	}
	p.mu.Unlock()
	_ = p.cmd.Process.Kill() // fails only if it has ended
}

func (p *process) killed() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cause
}

// lost counts the calls in flight when the process ended by itself, any of which may have caused it.
func (p *process) lost() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if errors.Is(p.cause, errHung) || errors.Is(p.cause, errDeaf) {
		return 0
	}
	return p.inFlight
}

func (p *process) isReady() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.ready != nil
}

// wait reaps the process and returns how it ended. The caller then closes gone.
func (p *process) wait() error {
	<-p.readDone
	_ = p.cmd.Wait() // ProcessState has the same information
	p.slow.Stop()
	p.long.Stop()
	state := p.cmd.ProcessState.String()
	switch cause := p.killed(); {
	case errors.Is(cause, ErrLoad):
		p.end = cause
	case cause != nil:
		p.end = fmt.Errorf("%w: %w", ErrDied, cause)
	default:
		p.end = fmt.Errorf("%w: %s", ErrDied, state)
	}
	if said := p.noise.last(); said != "" {
		p.end = fmt.Errorf("%w (%s)", p.end, said)
	}
	p.out.Close()
	p.in.Close()
	return p.end
}

func (p *process) stats() ProcessStats {
	s := ProcessStats{PID: p.cmd.Process.Pid, RSS: residentBytes(p.cmd.Process.Pid)}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ready != nil {
		s.Ready, s.Confined, s.Load = true, p.ready.Confined, time.Duration(p.ready.LoadMS)*time.Millisecond
	}
	return s
}
