package decoder

import (
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
	// ErrHung says that a decode took longer than its limit, so that its process was killed.
	ErrHung = errors.New("the decoder hung and was killed")
	// ErrDied says that the process ended by itself, or broke the protocol, during a decode.
	ErrDied = errors.New("the decoder ended")

	errHung     = errors.New("a clip took too long")
	errDeaf     = errors.New("a cancelled clip did not end")
	errSlow     = errors.New("loading the model took too long")
	errNotBegun = errors.New("the call was not sent")
)

const (
	// cancelTime is how long a cancelled decode may go on: the library looks between two passes over the sound only.
	cancelTime = 3 * time.Second
	// startTime, and a second for each 10 MB of weights, is what loading may take.
	startTime      = 30 * time.Second
	loadBytesPerMS = 10 << 10
)

// process is one running child.
type process struct {
	pool  *Pool
	cmd   *exec.Cmd
	out   *os.File // requests
	in    *os.File // answers
	noise *noise
	slow  *time.Timer

	write sync.Mutex // one frame at a time

	mu       sync.Mutex
	calls    map[uint32]*call
	next     uint32
	dead     bool // no answer will come
	inFlight int  // calls when it died
	ready    *ready
	cause    error // why it was killed
	cpu      time.Duration

	readDone chan struct{}
	gone     chan struct{} // closed when it has been reaped
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

// start runs a child and sends it its setup. It must be called from a locked thread that outlives the child.
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
		Model: modelPath(pool.cfg.Model), States: pool.cfg.States, AllowNoWeights: pool.cfg.AllowNoWeights,
		MemoryBytes: pool.cfg.MemoryBytes, WarmUp: pool.cfg.WarmUp && !pool.everReady(),
	}
	hello, err := jsonFrame(kindHello, 0, setup)
	if err == nil {
		err = p.cmd.Start()
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("decoder: start %s: %w", pool.cfg.Command.Path, err), out.Close(), in.Close())
	}
	limit := startTime
	if st, err := pool.model.Stat(); err == nil {
		limit += time.Duration(st.Size()/loadBytesPerMS) * time.Millisecond
	}
	p.slow = time.AfterFunc(limit, func() { p.kill(errSlow) })
	p.send(hello)
	return p, nil
}

// send writes a frame. It reports whether the frame was written whole; a process that can't be written to is killed.
func (p *process) send(frame []byte) bool {
	p.write.Lock()
	defer p.write.Unlock()
	if _, err := p.out.Write(frame); err != nil {
		p.kill(nil) // it is ending, or has closed the pipe
		return false
	}
	return true
}

// read passes on the child's answers until there are no more, then kills it. isDead must shut the process.
func (p *process) read(isReady, isDead func()) {
	defer close(p.readDone)
	err := p.readAll(isReady)
	if err != nil && !errors.Is(err, io.EOF) {
		p.kill(err)
	} else {
		p.kill(nil) // it has closed its end: it is ending, or has no more use
	}
	isDead()
}

// shut takes no more calls, and returns how many are lost, as lost does.
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

// loadFailure makes an error of a child's reason not to start.
func (p *process) loadFailure(payload []byte) error {
	var f failure
	if err := parse(payload, &f); err != nil {
		return err
	}
	text := strings.ReplaceAll(printable(f.Text, maxReason), modelPath(p.pool.cfg.Model), p.pool.cfg.Model)
	return models.WithHint(fmt.Errorf("%w: %s", ErrLoad, text), printable(f.Hint, maxReason))
}

// answered gives an answer to its call.
func (p *process) answered(f frame) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.calls[f.id]
	if c == nil {
		return fmt.Errorf("%w: an answer that nobody asked for", errGarbage)
	}
	a, err := p.parseAnswer(f, c)
	if err != nil {
		return err // the call stays in flight: it ends with the process
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

// error is the failure as the engine's caller sees it.
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

// call decodes one clip within the limit.
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
	hung := time.AfterFunc(limit, func() { p.kill(hungOn(id)) }) // also ends a write that nobody reads
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

// cancel asks for the end of a call, and waits for it.
func (p *process) cancel(ctx context.Context, id uint32, c *call) (transcribe.Result, error) {
	deaf := time.AfterFunc(cancelTime, func() { p.kill(errDeaf) })
	defer deaf.Stop()
	p.send(seal(newFrame(kindCancel, id, 0)))
	select {
	case a := <-c.answer:
		if a.err == nil { // it was done already
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

// hungError is the cause of a kill for one call's sake.
type hungError uint32

func hungOn(id uint32) error { return hungError(id) }

// Error is for the log.
func (hungError) Error() string { return errHung.Error() }

// Is makes every hungError an errHung.
func (hungError) Is(target error) bool { return target == errHung }

// hung reports whether the process was killed because this call took too long.
func (p *process) hung(id uint32) bool {
	var h hungError
	return errors.As(p.killed(), &h) && uint32(h) == id
}

// died is the outcome of a call whose process ended.
func (p *process) died(id uint32, c *call) (transcribe.Result, error) {
	select {
	case a := <-c.answer: // its last words
		return a.result, a.err
	default:
	}
	switch cause := p.killed(); {
	case p.hung(id):
		return transcribe.Result{}, fmt.Errorf("decoder: %w after %d ms of sound", ErrHung, c.samples*1000/models.SampleRate)
	case errors.Is(cause, errHung), errors.Is(cause, errDeaf), errors.Is(cause, context.Canceled):
		return transcribe.Result{}, fmt.Errorf("decoder: %w: %w", transcribe.ErrUnavailable, p.end)
	case p.lost() > 1:
		return transcribe.Result{}, fmt.Errorf("decoder: %w: %w", transcribe.ErrUnavailable, p.end)
	default:
		return transcribe.Result{}, p.end
	}
}

// kill ends the process for a reason; the first counts. It does not wait.
func (p *process) kill(cause error) {
	p.mu.Lock()
	if p.cause == nil {
		p.cause = cause
	}
	p.mu.Unlock()
	_ = p.cmd.Process.Kill() // an error means that it has ended
}

func (p *process) killed() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cause
}

// lost counts the calls in flight when the process ended by itself, any of which may be why.
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

// wait reaps the process and says how it ended. The caller closes gone when it has taken notice.
func (p *process) wait() error {
	<-p.readDone
	_ = p.cmd.Wait() // its error says what the state says
	p.slow.Stop()
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
