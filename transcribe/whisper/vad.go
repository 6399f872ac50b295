package whisper

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"earshot/models"
)

// keepVADs is how many contexts of people who fell silent are kept for the next who speak: 2.7 MB each.
const keepVADs = 16

// VADModel is a voice detection model (Silero) in memory. It lends a context, with the network's memory of the last
// moments, to each VAD that hears sound, and takes it back when there is silence: what it costs depends on how many
// speak at once, not on how many could. Its methods may be called from any goroutine.
type VADModel struct {
	name string

	mu     sync.Mutex
	memory vadMemory
	free   []*cVAD
	made   int // contexts that exist
	closed bool
}

// LoadVAD checks a model file and reads it (1 MB). Errors are those of CheckVADFile and the library's reason.
func LoadVAD(path string) (*VADModel, error) {
	raw, err := readVADFile(path)
	if err != nil {
		return nil, err
	}
	if _, err := loadBackends(); err != nil {
		return nil, err
	}
	m := &VADModel{name: filepath.Base(path), memory: newVADMemory(raw)}
	first, err := m.lend() // shows now that the library takes it
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

// Name is the model file's name without its folder.
func (m *VADModel) Name() string { return m.name }

// Contexts is how many contexts exist, lent or kept.
func (m *VADModel) Contexts() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.made
}

// NewVAD makes the detector of one track. It costs nothing until it hears sound; the caller closes it.
func (m *VADModel) NewVAD() *VAD { return &VAD{model: m} }

// Close frees the model. Contexts that are lent are freed when they come back.
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

// lend gives a context without memory of anybody.
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

// takeBack keeps a context for the next, its memory cleared, or frees it.
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

// VAD tells speech from everything else in one track. One goroutine uses it.
type VAD struct {
	model  *VADModel
	c      *cVAD // nil: none is lent
	closed bool
}

// Speech is the probability, 0 to 1, that a block of VADBlock samples of mono PCM at 16 kHz holds speech, given the
// blocks before it. Where the library fails, everything counts as speech: what is not heard is worse than what is heard
// in vain.
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

// Reset forgets what was heard and gives the context back.
func (v *VAD) Reset() {
	if v.c != nil {
		v.model.takeBack(v.c)
		v.c = nil
	}
}

// Close gives the context back for good.
func (v *VAD) Close() error {
	v.Reset()
	v.closed = true
	return nil
}
