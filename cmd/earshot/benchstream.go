package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"earshot/models"
	"earshot/transcribe"
	"earshot/transcribe/decoder"
	"earshot/transcribe/whisper"
)

// streamCosts is the CPU time of one decode of each kind of window that whisper.cpp's stream example takes, in ms.
type streamCosts struct {
	// Default is a window of 10 s, which it encodes every 3 s when nothing else is said; Fast is one of 5 s, every 0.5 s.
	Default float64 `json:"default_ms"`
	Fast    float64 `json:"fast_ms"`
}

// perSecond is what a second of sound costs with each, in ms.
func (s streamCosts) perSecond() (byDefault, fast float64) { return s.Default / 3, s.Fast / 0.5 }

// measureStream decodes each kind of window once, encoding all 30 s as the example does, on a state that is warm.
func measureStream(ctx context.Context, path string, pcm []float32) (streamCosts, error) {
	var c streamCosts
	model, err := whisper.Load(path, whisper.LoadOptions{AllowNoWeights: true, FullWindow: true})
	if err != nil {
		return c, err
	}
	defer model.Close()
	state, err := model.NewState()
	if err != nil {
		return c, err
	}
	defer state.Close()
	decode := func(seconds int) (float64, error) {
		d, err := cpu(func() error {
			_, err := state.Transcribe(ctx, pcm[:seconds*models.SampleRate], transcribe.Options{Language: "en"})
			return err
		})
		return ms(d), err
	}
	if _, err := decode(1); err != nil {
		return c, err
	}
	if c.Default, err = decode(10); err != nil {
		return c, err
	}
	c.Fast, err = decode(5)
	return c, err
}

// measureStockStream is measureStream with the library's own CPU code and without BLAS. A process can choose once only,
// so that another one measures. False when the library can't do without.
func measureStockStream(ctx context.Context, path string) (_ streamCosts, _ bool, err error) {
	files, err := whisper.CPUBackends()
	if err != nil || len(files) == 0 {
		return streamCosts{}, false, err
	}
	dir, err := os.MkdirTemp("", "earshot-bench-*")
	if err != nil {
		return streamCosts{}, false, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	for _, f := range files {
		if err := os.Symlink(f, filepath.Join(dir, filepath.Base(f))); err != nil {
			return streamCosts{}, false, err
		}
	}
	self, err := decoder.Self()
	if err != nil {
		return streamCosts{}, false, err
	}
	cmd := exec.CommandContext(ctx, self.Path, "bench", "--windows", "--model", path) //nolint:gosec // this program
	cmd.Args[0] = self.Args[0]
	cmd.Env = append(os.Environ(), "EARSHOT_GGML_BACKENDS="+dir)
	out, err := cmd.Output()
	if err != nil {
		return streamCosts{}, false, fmt.Errorf("measure without BLAS: %w", err)
	}
	var c streamCosts
	if err := json.Unmarshal(out, &c); err != nil {
		return c, false, fmt.Errorf("measure without BLAS: %w", err)
	}
	return c, true, nil
}

// benchWindows is the process that measureStockStream starts.
func (a *app) benchWindows(ctx context.Context, path string) error {
	tape, err := openTape()
	if err != nil {
		return err
	}
	t, err := continuous(tape)
	if err != nil {
		return err
	}
	_, pcm, err := t.decodeTime()
	if err != nil {
		return err
	}
	c, err := measureStream(ctx, path, pcm)
	if err != nil {
		return badInput(err)
	}
	return json.NewEncoder(a.stdout).Encode(c)
}
