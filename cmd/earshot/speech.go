package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"

	"golang.org/x/sync/errgroup"

	"earshot/configs"
	"earshot/models"
	"earshot/transcribe"
	"earshot/transcribe/decoder"
	"earshot/transcribe/fixture"
	"earshot/transcribe/modelfile"
	"earshot/transcribe/whisper"
)

// speech is a model with its decode slots, in child processes. run starts them.
type speech struct {
	pool    *decoder.Pool
	engines []transcribe.Decoder
	// name is the model file's.
	name string
	// notice is what people must be told about the model, or "".
	notice string
	// multilingual says that the model knows other languages than English.
	multilingual bool
	// unpacked is a folder of the model's own, to be removed; "" when there is none.
	unpacked string
}

// speechOptions are what one command needs and another does not.
type speechOptions struct {
	// waits says that there is nothing to decode yet: the decoders warm up.
	waits bool
	// allowNoWeights accepts a test model without weights.
	allowNoWeights bool
}

// openSpeech checks the configured model, or the practice model when there is none, and makes its decode slots. Nothing
// is loaded yet, and no process started.
func openSpeech(cfg configs.Config, log *slog.Logger, o speechOptions) (*speech, error) {
	unpacked := ""
	if _, err := os.UserCacheDir(); err != nil && cfg.Model == "" && cfg.DataDir == "" {
		if unpacked, err = os.MkdirTemp("", "earshot-"); err != nil {
			const hint = "name a model with --model, or a writable folder with TMPDIR"
			return nil, models.WithHint(fmt.Errorf("unpack the practice model: %w", err), hint)
		}
		cfg.DataDir = unpacked
	}
	s, err := openModel(cfg, log, o)
	if err != nil {
		return nil, errors.Join(err, removeFolder(unpacked))
	}
	s.unpacked = unpacked
	return s, nil
}

// removeFolder removes a folder of ours with all in it; "" is none.
func removeFolder(dir string) error {
	if dir == "" {
		return nil
	}
	return os.RemoveAll(dir)
}

// openModel is openSpeech where there is a folder for the practice model.
func openModel(cfg configs.Config, log *slog.Logger, o speechOptions) (*speech, error) {
	path, err := modelPath(cfg)
	if err != nil {
		return nil, err
	}
	info, err := checkSpeechModel(path, o.allowNoWeights)
	if err != nil {
		return nil, err
	}
	processes, states := decoder.Plan(info.Size, decoder.Memory(), decoders(cfg))
	pool, err := decoder.New(decoder.Config{
		Patience: patience(info),
		Model:    path, Processes: processes, States: states, AllowNoWeights: o.allowNoWeights, WarmUp: o.waits, Logger: log,
	})
	if err != nil {
		return nil, err
	}
	s := &speech{pool: pool, engines: pool.Decoders(), name: filepath.Base(path), multilingual: info.Multilingual}
	if fixture.IsFixture(path) {
		s.notice = fixture.Notice()
	}
	return s, nil
}

// checkSpeechModel says whether the library may see a model file: its structure, and, when its name is that of a
// published model, its size and sum.
func checkSpeechModel(path string, allowNoWeights bool) (whisper.Info, error) {
	info, err := whisper.CheckFile(path)
	if err == nil && (!allowNoWeights || info.Tensors > 0) {
		info, err = checkModel(path)
	}
	if err != nil {
		return info, err
	}
	if known, err := modelfile.Find(filepath.Base(path)); err == nil {
		return info, known.Verify(path)
	}
	return info, nil
}

// patience is how many times as long as with the base model a decode may take: the encoder's work, which is most of it,
// grows with the square of its width and with its layers.
func patience(info whisper.Info) float64 {
	const base = 512 * 512 * 6
	return max(1, float64(info.AudioState*info.AudioState*info.AudioLayers)/base)
}

// modelPath is the configured model file, or the practice model unpacked into the user's cache.
func modelPath(cfg configs.Config) (string, error) {
	if cfg.Model != "" {
		return cfg.Model, nil
	}
	dir, err := os.UserCacheDir()
	if err != nil { // no home folder: the record's folder will do
		dir = cfg.DataDir
	}
	path, err := fixture.Path(filepath.Join(dir, "earshot"))
	return path, models.WithHint(err, "name a model with --model, or a writable folder with XDG_CACHE_HOME")
}

// decoders is how many clips are decoded at once.
func decoders(cfg configs.Config) int {
	if cfg.Decoders > 0 {
		return cfg.Decoders
	}
	return runtime.NumCPU()
}

// run keeps the decoders running until ctx ends. A model that can't be loaded is bad input.
func (s *speech) run(ctx context.Context) error {
	err := s.pool.Run(ctx)
	if errors.Is(err, decoder.ErrLoad) {
		return badInput(err)
	}
	return err
}

// during keeps the decoders running while work runs.
func (s *speech) during(ctx context.Context, work func(context.Context) error) error {
	group, ctx := errgroup.WithContext(ctx)
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	group.Go(func() error { return s.run(ctx) })
	group.Go(func() error {
		defer stop()
		return work(ctx)
	})
	return group.Wait()
}

// Close closes the model file. The decoders have ended with run.
func (s *speech) Close() error { return errors.Join(s.pool.Close(), removeFolder(s.unpacked)) }

// decoderLibrary is libwhisper as a decoder process uses it.
func decoderLibrary() decoder.Library {
	return decoder.Library{
		Prepare: func() error { _, err := whisper.Backends(); return err },
		Load: func(s decoder.Setup) ([]transcribe.Decoder, error) {
			model, err := whisper.Load(s.Model, whisper.LoadOptions{AllowNoWeights: s.AllowNoWeights})
			if err != nil {
				return nil, err
			}
			engines := make([]transcribe.Decoder, s.States)
			for i := range engines {
				if engines[i], err = model.NewState(); err != nil {
					return nil, fmt.Errorf("slot %d: %w", i+1, err)
				}
			}
			return engines, nil
		},
	}
}
