package decoder

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"earshot/models"
	"earshot/transcribe"
)

// Library is the speech library that a child uses.
type Library struct {
	// Prepare loads code from files and opens the device of that name ("": the processor), before the process drops the right to
	// read any file but the model.
	Prepare func(device string) error
	// Load loads a model and returns a decoder per state. They are used until the process ends.
	Load func(Setup) ([]transcribe.Decoder, error)
}

// ErrNotAChild is returned by Serve when it was not started by a Pool.
var ErrNotAChild = errors.New("not started as a decoder by a parent process")

// Serve is the child's side: it restricts the process, loads the model that the parent names, and decodes until the parent
// closes its pipe. The restrictions are permanent, and termination signals are ignored since the parent decides; the process
// should do nothing else. Nothing is freed at the end.
func Serve(lib Library) error {
	if !isPipe(3) || !isPipe(4) {
		return fmt.Errorf("decoder: %w", ErrNotAChild)
	}
	signal.Ignore(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	time.AfterFunc(time.Hour, func() {}) // makes the runtime open its poller now; with limitFiles it no longer could
	c := &child{lib: lib, in: os.NewFile(3, "requests"), out: os.NewFile(4, "answers"), calls: map[uint32]context.CancelFunc{}}
	return c.serve()
}

type child struct {
	lib    Library
	in     io.Reader
	states int
	work   chan decode

	write sync.Mutex
	out   io.Writer

	mu    sync.Mutex
	calls map[uint32]context.CancelFunc
}

// decode is one request.
type decode struct {
	id      uint32
	ctx     context.Context //nolint:containedctx // it belongs to the request, which is a message
	pcm     []float32
	options transcribe.Options
}

func (c *child) serve() error {
	f, err := readFrame(c.in, maxToChild)
	if err != nil {
		return err
	}
	var s Setup
	if err := parse(f.payload, &s); err != nil || f.kind != kindHello {
		return fmt.Errorf("%w: no hello", errGarbage)
	}
	engines, ok, err := c.load(s)
	if err != nil {
		c.fail(0, codeLoad, err)
		return err
	}
	c.states = len(engines)
	c.work = make(chan decode, c.states)
	for _, e := range engines {
		go c.decodeAll(e)
	}
	hello, err := jsonFrame(kindReady, 0, ok)
	if err != nil {
		return err
	}
	c.answer(hello)
	return c.readAll()
}

// load drops privileges step by step; the model is read after most of them are gone.
func (c *child) load(s Setup) ([]transcribe.Decoder, ready, error) {
	began := time.Now()
	dieOnCPULimit()
	if err := limitProcess(s.Device != ""); err != nil {
		return nil, ready{}, err
	}
	if err := c.lib.Prepare(s.Device); err != nil {
		return nil, ready{}, err
	}
	if err := limitMemory(s.MemoryBytes); err != nil {
		return nil, ready{}, err
	}
	confined, err := confine(s.Model, s.Device != "")
	if err != nil {
		return nil, ready{}, err
	}
	engines, err := c.lib.Load(s)
	if err != nil {
		return nil, ready{}, err
	}
	if s.WarmUp {
		warmUp(engines)
	}
	if s.Device == "" { // drivers make descriptors for every job
		if err := limitFiles(); err != nil {
			return nil, ready{}, err
		}
	}
	return engines, ready{Confined: confined, LoadMS: time.Since(began).Milliseconds()}, nil
}

// warmUp makes every decoder touch its memory and its library. The results don't matter.
func warmUp(engines []transcribe.Decoder) {
	var all sync.WaitGroup
	for _, e := range engines {
		all.Go(func() {
			_, _ = e.Decode(context.Background(), transcribe.Sound{PCM: make([]float32, models.SampleRate)}, transcribe.Options{})
		})
	}
	all.Wait()
}

// readAll takes requests until the parent closes the pipe.
func (c *child) readAll() error {
	for {
		f, err := readFrame(c.in, maxToChild)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch f.kind {
		case kindDecode:
			pcm, options, err := parseDecode(f.payload)
			if err != nil {
				return err
			}
			c.work <- decode{f.id, c.begin(f.id), pcm, options}
		case kindCancel:
			c.finish(f.id)
		default:
			return fmt.Errorf("%w: kind %d", errGarbage, f.kind)
		}
	}
}

// begin creates the context of a call; finish ends it.
func (c *child) begin(id uint32) context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls[id] = cancel
	return ctx
}

func (c *child) finish(id uint32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if cancel := c.calls[id]; cancel != nil {
		cancel()
		delete(c.calls, id)
	}
}

// decodeAll decodes with one decoder until the process ends.
func (c *child) decodeAll(e transcribe.Decoder) {
	for d := range c.work {
		length := time.Duration(len(d.pcm)) * time.Second / models.SampleRate
		limitCPU(time.Duration(c.states)*transcribe.TimeLimit(length) + time.Minute)
		r, err := e.Decode(d.ctx, transcribe.Sound{PCM: d.pcm}, d.options)
		c.finish(d.id)
		if err == nil {
			var frame []byte
			if frame, err = resultFrame(d.id, r, cpuTime()); err == nil {
				c.answer(frame)
				continue
			}
		}
		c.fail(d.id, codeOf(err), err)
	}
}

// codeOf returns the code under which the parent learns of a failure.
func codeOf(err error) string {
	switch {
	case errors.Is(err, transcribe.ErrTooLong):
		return codeTooLong
	case errors.Is(err, context.Canceled):
		return codeCanceled
	default:
		return codeFailed
	}
}

// fail answers a call, or the hello, with the reason for its failure.
func (c *child) fail(id uint32, code string, reason error) {
	frame, err := jsonFrame(kindFailure, id, failure{code, printable(reason.Error(), maxReason), printable(models.Hint(reason), maxReason)})
	if err == nil { // three strings always marshal
		c.answer(frame)
	}
}

// answer writes a frame. Errors don't matter: if the parent is gone, the next read ends the process.
func (c *child) answer(frame []byte) {
	c.write.Lock()
	defer c.write.Unlock()
	_, _ = c.out.Write(frame)
}
