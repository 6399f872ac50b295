package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"earshot/cmd/earshot/playback"
	"earshot/models"
	"earshot/transcribe"
	"earshot/transcribe/whisper"
)

// measureStream decodes each kind of window once, encoding all 30 s as the example does, on a warm state.
func measureStream(ctx context.Context, path string, pcm []float32) (WindowCosts, error) {
	var c WindowCosts
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
			_, err := state.Decode(ctx, transcribe.Sound{PCM: pcm[:seconds*models.SampleRate]}, transcribe.Options{Language: "en"})
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

// measureStockStream is measureStream with the library's own CPU backend and without BLAS. A process can choose only once, so
// another process measures. False if the library can't do without BLAS.
func measureStockStream(ctx context.Context, windows func(context.Context, string) ([]byte, error)) (_ WindowCosts, _ bool, err error) {
	files, err := whisper.CPUBackends()
	if err != nil || len(files) == 0 {
		return WindowCosts{}, false, err
	}
	dir, err := os.MkdirTemp("", "earshot-bench-*")
	if err != nil {
		return WindowCosts{}, false, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	for _, f := range files {
		if err := os.Symlink(f, filepath.Join(dir, filepath.Base(f))); err != nil {
			return WindowCosts{}, false, err
		}
	}
	out, err := windows(ctx, dir)
	if err != nil {
		return WindowCosts{}, false, fmt.Errorf("measure without BLAS: %w", err)
	}
	var c WindowCosts
	if err := json.Unmarshal(out, &c); err != nil {
		return c, false, fmt.Errorf("measure without BLAS: %w", err)
	}
	return c, true, nil
}

// Windows returns the output of the process that Options.Windows starts: the costs of the windows with a model, as JSON.
func Windows(ctx context.Context, model string) (WindowCosts, error) {
	lines, err := playback.Lines()
	if err != nil {
		return WindowCosts{}, err
	}
	t, err := playback.Continuous(lines)
	if err != nil {
		return WindowCosts{}, err
	}
	_, pcm, err := decodeTime(t)
	if err != nil {
		return WindowCosts{}, err
	}
	c, err := measureStream(ctx, model, pcm)
	return c, ofModel(err)
}
