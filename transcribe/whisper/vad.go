package whisper

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"earshot/models"
)

// keepVADs is how many unused contexts are kept for reuse: 2.7 MB each.
const keepVADs = 16

// VADModel is a voice detection model (Silero) in memory. It lends each VAD a context, which holds the network's recurrent
// state, from the first block of sound until Reset: the cost depends on how many tracks are active, not on how many exist.
// Its methods may be called from any goroutine.
type VADModel struct {
	name string

	mu     sync.Mutex
	memory vadMemory
	free   []*cVAD
	made   int // contexts that exist
	closed bool
}

// LoadVAD checks a model file and reads it (1 MB). Errors are those of CheckVADFile and the library's error.
func LoadVAD(path string) (*VADModel, error) {
	raw, err := readVADFile(path)
	if err != nil {
		return nil, err
	}
	if _, err := loadBackends(); err != nil {
		return nil, err
	}
	m := &VADModel{name: filepath.Base(path), memory: newVADMemory(raw)}
	first, err := m.lend() // the library's errors belong here
	if err != nil {
		m.memory.free()
		return nil, models.WithHint(err, vadHint)
	}
	m.takeBack(first)
	return m, nil
}

func readVADFile(path string) ([]byte, error) {
	if err := CheckVADFile(path); err != nil {
		return nil, err
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("voice detection model: %w", err)
	}
	return raw, nil
}

// Name returns the base name of the model file.
func (m *VADModel) Name() string { return m.name }

// Contexts returns how many contexts exist, lent or kept.
func (m *VADModel) Contexts() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.made
}

// NewVAD returns a detector for one track, which takes a context at the first block. The caller closes it.
func (m *VADModel) NewVAD() *VAD { return &VAD{model: m} }

// Close frees the model. Contexts that are lent are freed when they are returned.
func (m *VADModel) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return nil
	}
	m.closed = true
	for _, c := range m.free {
		freeVAD(c)
		m.made--
	}
	m.free = nil
	m.memory.free()
	return nil
}

// lend returns a context in its initial state.
func (m *VADModel) lend() (*cVAD, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return nil, fmt.Errorf("voice detection: %w", ErrClosed)
	}
	if n := len(m.free); n > 0 {
		c := m.free[n-1]
		m.free = m.free[:n-1]
		return c, nil
	}
	c := m.memory.newVAD()
	if c == nil {
		return nil, fmt.Errorf("voice detection model %s: libwhisper can't load it: %s", m.name, lastLog())
	}
	m.made++
	return c, nil
}

// takeBack resets a context and keeps it for reuse, or frees it.
func (m *VADModel) takeBack(c *cVAD) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed || len(m.free) >= keepVADs {
		freeVAD(c)
		m.made--
		return
	}
	resetVAD(c)
	m.free = append(m.free, c)
}

// VAD detects speech in one track. It is not safe for concurrent use.
type VAD struct {
	model  *VADModel
	c      *cVAD // nil while none is lent
	closed bool
}

// Speech returns the probability that the last of one or more blocks of VADBlock samples of mono PCM at 16 kHz contains
// speech, given the blocks before it. If the library fails it returns 1: missed speech is worse than decoded noise.
func (v *VAD) Speech(frame []float32) float32 {
	if v.c == nil && !v.closed {
		v.c, _ = v.model.lend()
	}
	if v.c == nil || len(frame) == 0 || len(frame)%VADBlock != 0 {
		return 1
	}
	p := vadSpeech(v.c, frame)
	if !(p >= 0 && p <= 1) {
		return 1
	}
	return p
}

// Reset starts over and returns the context to the model.
func (v *VAD) Reset() {
	if v.c != nil {
		v.model.takeBack(v.c)
		v.c = nil
	}
}

// Close returns the context for good.
func (v *VAD) Close() error {
	v.Reset()
	v.closed = true
	return nil
}
