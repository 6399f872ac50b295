// Package whisper runs Whisper models in libwhisper. It is the only package that calls the library.
//
// A Model holds weights, shared by any number of States. A State is one decode slot (a transcribe.Decoder) and uses one
// thread: parallel states were always faster than more threads per state. The encoder window is restricted to a few lengths;
// see windowFor.
package whisper

import (
	"errors"
	"fmt"
	"path/filepath"
	"sync"

	"earshot/models"

	bindings "github.com/ggerganov/whisper.cpp/bindings/go"
)

// ErrClosed is returned (wrapped) by methods of a Model or State that was closed.
var ErrClosed = errors.New("the model is closed")

// LoadOptions say where a model is loaded; what else they hold is for tests and benchmarks.
type LoadOptions struct {
	// Device is the name of a device (see Devices), which then holds the weights; empty for the processor.
	Device string
	// AllowNoWeights accepts a test model without weights, which costs as much time as a real one and never yields words.
	AllowNoWeights bool
	// FullWindow always encodes the whole window of 30 s, as is the library's default, to measure what shorter ones save.
	FullWindow bool
	// AnyWindow decodes without flash attention, so that Options.AudioCtx may have any value, to measure what even shorter
	// windows would save.
	AnyWindow bool
}

// Model is a loaded model file. Its methods may be called from any goroutine.
type Model struct {
	name string
	info Info
	full bool // LoadOptions.FullWindow
	any  bool // LoadOptions.AnyWindow

	mu     sync.Mutex
	ctx    *bindings.Context // nil once freed
	states int               // open ones; the weights live until the last is closed
	closed bool
}

// Load checks a model file and loads its weights and, on the first call in a process, the library's compute backends. It can
// take seconds for a big model. Errors are those of CheckFile, ErrNoWeights, or the library's error.
func Load(path string, o LoadOptions) (*Model, error) {
	info, err := CheckFile(path)
	if err != nil {
		return nil, err
	}
	if info.Tensors == 0 && !o.AllowNoWeights {
		return nil, models.WithHint(fmt.Errorf("model %s: %w", path, ErrNoWeights), "it is a test file or truncated; "+pullHint)
	}
	if _, err := loadBackends(); err != nil {
		return nil, err
	}
	gpu, err := graphicsIndex(o.Device)
	if err != nil {
		return nil, err
	}
	ctx := initContext(path, !o.AnyWindow, gpu)
	if ctx == nil {
		return nil, models.WithHint(fmt.Errorf("model %s: libwhisper can't load it: %s", path, lastLog()), pullHint)
	}
	return &Model{name: filepath.Base(path), info: info, full: o.FullWindow, any: o.AnyWindow, ctx: ctx}, nil
}

// Name returns the base name of the model file.
func (m *Model) Name() string { return m.name }

// Info returns the file's metadata.
func (m *Model) Info() Info { return m.info }

// NewState returns a decode slot with memory of its own (33 MB for tiny, 48 MB for base). The caller closes it.
func (m *Model) NewState() (*State, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return nil, fmt.Errorf("whisper: %s: %w", m.name, ErrClosed)
	}
	flag := newFlag()
	if flag == nil {
		return nil, fmt.Errorf("whisper: %s: new state: %w", m.name, errNoMemory)
	}
	s := initState(m.ctx)
	if s == nil {
		freeFlag(flag)
		return nil, fmt.Errorf("whisper: %s: new state: %s", m.name, lastLog())
	}
	m.states++
	return &State{model: m, c: s, abort: flag}, nil
}

// Close frees the weights as soon as the last state is closed too. Closing twice does nothing.
func (m *Model) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	m.freeIfUnused()
	return nil
}

func (m *Model) stateClosed() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.states--
	m.freeIfUnused()
}

func (m *Model) freeIfUnused() {
	if m.closed && m.states == 0 && m.ctx != nil {
		m.ctx.Whisper_free()
		m.ctx = nil
	}
}
