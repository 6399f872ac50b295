// Package whisper runs Whisper models in libwhisper: the one place that calls it.
//
// A Model holds weights, shared by any number of States; a State is one decode slot (a transcribe.Decoder) and uses one
// thread: a second thread per state never paid, states in parallel do. The windows of the encoder are restricted to a
// few lengths; see windowFor.
package whisper

import (
	"errors"
	"fmt"
	"path/filepath"
	"sync"

	"earshot/models"

	bindings "github.com/ggerganov/whisper.cpp/bindings/go"
)

// ErrClosed is returned by methods of a Model or State that was closed.
var ErrClosed = errors.New("the model is closed")

// LoadOptions change how a model is loaded. The zero value is right for use.
type LoadOptions struct {
	// AllowNoWeights accepts a test model without weights. It costs what a real one does and never yields words:
	// for measuring only.
	AllowNoWeights bool
	// FullWindow encodes the whole window of 30 s for every piece of sound, as the library does when nobody says
	// otherwise. It is there to measure what the shorter windows save.
	FullWindow bool
	// AnyWindow decodes without flash attention, so that Options.AudioCtx may be any length: it is there to measure what
	// windows shorter than the shortest would save.
	AnyWindow bool
}

// Model is a loaded model file. Its methods may be called from any goroutine.
type Model struct {
	name string
	info Info
	full bool // every decode takes the whole window
	any  bool // any window is safe

	mu     sync.Mutex
	ctx    *bindings.Context // nil once it is freed
	states int               // open ones; the weights live until the last is closed
	closed bool
}

// Load checks a model file and loads its weights, and, on the first call in a process, the library's compute backends.
// It can take seconds for a big model. Errors are those of CheckFile, ErrNoWeights, or the library's reason.
func Load(path string, o LoadOptions) (*Model, error) {
	info, err := CheckFile(path)
	if err != nil {
		return nil, err
	}
	if info.Tensors == 0 && !o.AllowNoWeights {
		return nil, models.WithHint(fmt.Errorf("model %s: %w", path, ErrNoWeights), "it is a test file or cut short; "+pullHint)
	}
	if _, err := loadBackends(); err != nil {
		return nil, err
	}
	ctx := initContext(path, !o.AnyWindow)
	if ctx == nil {
		return nil, models.WithHint(fmt.Errorf("model %s: libwhisper can't load it: %s", path, lastLog()), pullHint)
	}
	return &Model{name: filepath.Base(path), info: info, full: o.FullWindow, any: o.AnyWindow, ctx: ctx}, nil
}

// Name is the model file's name without its folder.
func (m *Model) Name() string { return m.name }

// Info is what the file says of itself.
func (m *Model) Info() Info { return m.info }

// NewState makes a decode slot with memory of its own (33 MB for tiny, 48 MB for base). The caller closes it.
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
