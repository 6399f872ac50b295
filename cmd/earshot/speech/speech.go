// Package speech opens the models that the settings name: those that transcribe, and the one that tells speech from noise.
package speech

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"earshot/configs"
	"earshot/configs/strict"
	"earshot/models"
	"earshot/transcribe"
	"earshot/transcribe/decoder"
	"earshot/transcribe/fixture"
	"earshot/transcribe/modelfile"
	"earshot/transcribe/remote"
	"earshot/transcribe/whisper"
)

// Model is a model with its decode slots, in child processes or at a server elsewhere. Run starts them.
type Model struct {
	pool    *decoder.Pool  // nil: decoding is done elsewhere
	server  *remote.Server // nil: it is done here or, without a pool either, by other processes with the same database
	Engines []transcribe.Decoder
	// Device is what it is decoded on, if not on the processor.
	Device *decoder.Device
	// Name is the model file's, or the model's at its server.
	Name string
	// Notice is what people must be told about the model, or "".
	Notice string
	// multilingual says that the model knows other languages than English.
	multilingual bool
	// unpacked is a folder of the model's own, to be removed; "" when there is none.
	unpacked string
}

// Options are what one command needs and another does not.
type Options struct {
	// Waits says that there is nothing to decode yet: the decoders warm up.
	Waits bool
	// AllowNoWeights accepts a test model without weights.
	AllowNoWeights bool
}

// Open checks the configured model, or the practice model when there is none, and makes its decode slots. Nothing
// is loaded yet, and no process started.
func Open(cfg configs.Config, log *slog.Logger, o Options) (*Model, error) {
	switch {
	case cfg.Only == configs.OnlyHear:
		return others(cfg), nil
	case cfg.Decoder.URL != "":
		return openElsewhere(cfg, log, o)
	}
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
func openModel(cfg configs.Config, log *slog.Logger, o Options) (*Model, error) {
	path, err := ModelPath(cfg)
	if err != nil {
		return nil, err
	}
	info, err := Check(path, o.AllowNoWeights)
	if err != nil {
		return nil, err
	}
	device, err := device(cfg, log)
	if err != nil {
		return nil, models.BadInput(err)
	}
	processes, states := decoder.Plan(info.Size, decoder.Memory(), decoders(cfg))
	on := ""
	if device != nil { // several processes on one device crash in some drivers, and each has its copy of the weights there
		processes, states, on = 1, decoders(cfg), device.Name
	}
	pool, err := decoder.New(decoder.Config{
		Patience: patience(info) * slowness(device), Device: on,
		Model: path, Processes: processes, States: states, AllowNoWeights: o.AllowNoWeights, WarmUp: o.Waits, Logger: log,
	})
	if err != nil {
		return nil, err
	}
	s := &Model{pool: pool, Device: device, Engines: pool.Decoders(), Name: filepath.Base(path), multilingual: info.Multilingual}
	if fixture.IsFixture(path) {
		s.Notice = fixture.Notice()
	}
	return s, nil
}

// Check says whether the library may see a model file: its structure, and, when its name is that of a
// published model, its size and sum.
func Check(path string, allowNoWeights bool) (whisper.Info, error) {
	info, err := whisper.CheckFile(path)
	if err == nil && (!allowNoWeights || info.Tensors > 0) {
		info, err = CheckModel(path)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return info, missing(path, err)
	}
	if err != nil {
		return info, err
	}
	if known, err := modelfile.Find(filepath.Base(path)); err == nil {
		return info, known.Verify(path)
	}
	return info, nil
}

// missing adds to the error for a missing model file how the published model that was meant, or probably meant, is fetched.
func missing(path string, err error) error {
	name := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(path), "ggml-"), ".bin")
	var names []string
	for _, m := range modelfile.Known() {
		names = append(names, m.Name)
	}
	if slices.Contains(names, name) {
		return models.WithHint(err, "check the path, or fetch this model with:  earshot model pull "+name)
	}
	return models.WithHint(fmt.Errorf("%w%s", err, strict.DidYouMean(name, names)), models.Hint(err))
}

// patience is how many times as long as with the base model a decode may take: the encoder's work, which is most of it,
// grows with the square of its width and with its layers.
func patience(info whisper.Info) float64 {
	const base = 512 * 512 * 6
	return max(1, float64(info.AudioState*info.AudioState*info.AudioLayers)/base)
}

// slowness is how many times as long as on a processor a decode may take.
func slowness(device *decoder.Device) float64 {
	if device != nil && device.Software() {
		return 20
	}
	return 1
}

// ModelPath is the configured model file, or the practice model unpacked into the user's cache.
func ModelPath(cfg configs.Config) (string, error) {
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

// Run keeps the decoders running until ctx ends. A model that can't be loaded is bad input.
func (s *Model) Run(ctx context.Context) error {
	switch {
	case s.server != nil:
		return s.server.Run(ctx)
	case s.pool == nil:
		<-ctx.Done()
		return nil
	}
	err := s.pool.Run(ctx)
	if errors.Is(err, decoder.ErrLoad) {
		return models.BadInput(err)
	}
	return err
}

// During keeps the decoders running while work runs.
func (s *Model) During(ctx context.Context, work func(context.Context) error) error {
	group, ctx := errgroup.WithContext(ctx)
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	group.Go(func() error { return s.Run(ctx) })
	group.Go(func() error {
		defer stop()
		return work(ctx)
	})
	return group.Wait()
}

// Close closes the model file. The decoders have ended with run.
func (s *Model) Close() error {
	switch {
	case s.server != nil:
		return s.server.Close()
	case s.pool == nil:
		return nil
	}
	return errors.Join(s.pool.Close(), removeFolder(s.unpacked))
}

// device is what the settings have decoding done on; nil is the processor. Drivers are asked only where one is wanted and their
// backend is installed.
func device(cfg configs.Config, log *slog.Logger) (*decoder.Device, error) {
	backend := cmp.Or(cfg.Decoder.Backend, decoder.BackendAuto)
	if backend == decoder.BackendCPU || backend == decoder.BackendAuto && !whisper.HasGraphics() {
		return nil, nil //nolint:nilnil // the processor is no such device
	}
	list, err := decoder.Devices(context.Background(), decoder.Command{})
	switch {
	case err != nil && backend != decoder.BackendAuto:
		return nil, err
	case err != nil && log != nil:
		log.Warn("the graphics processors could not be listed; decoding on the processor", "err", err)
	}
	return decoder.Choose(backend, list)
}

// Devices lists the devices of this machine that can be opened, in a process that may crash.
func Devices() (out []decoder.Device, err error) {
	list, err := whisper.Devices()
	for _, d := range list {
		out = append(out, decoder.Device(d))
	}
	return out, err
}

// DecoderLibrary is libwhisper as a decoder process uses it.
func DecoderLibrary() decoder.Library {
	return decoder.Library{
		Prepare: func(device string) error {
			if _, err := whisper.Backends(); err != nil {
				return err
			}
			return whisper.OpenDevice(device)
		},
		Load: func(s decoder.Setup) ([]transcribe.Decoder, error) {
			model, err := whisper.Load(s.Model, whisper.LoadOptions{Device: s.Device, AllowNoWeights: s.AllowNoWeights})
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

// ModelFolder is where pulled models lie.
func ModelFolder(c configs.Config) string { return filepath.Join(c.DataDir, "models") }

// CheckModel is CheckFile that also refuses models without weights.
func CheckModel(path string) (whisper.Info, error) {
	info, err := whisper.CheckFile(path)
	if err == nil && info.Tensors == 0 {
		err = models.WithHint(fmt.Errorf("model %s: %w", path, whisper.ErrNoWeights), "it is truncated or a test file; fetch it again")
	}
	return info, err
}

// Notices are what people must be told before they read: of the model, and of a language that it does not know.
func (s *Model) Notices(o transcribe.Options) (out []string) {
	if s.Notice != "" {
		out = append(out, s.Notice)
	}
	languages := o.Languages
	if o.Language != "auto" && o.Language != "" {
		languages = []string{o.Language}
	}
	for _, l := range languages {
		if !s.multilingual && l != "en" {
			out = append(out, fmt.Sprintf("the model %s only understands English: speech in %q will come out as English words", s.Name, l))
		}
	}
	return out
}

// OpenFallback opens the model that takes over under backlog; nil when none is configured.
func OpenFallback(cfg configs.Config, log *slog.Logger, o Options) (*Model, error) {
	if cfg.FallbackModel == "" || cfg.Only == configs.OnlyHear {
		return nil, nil
	}
	cfg.Model, cfg.Decoder.URL = cfg.FallbackModel, ""
	return Open(cfg, log, o)
}

// Stats tell how the decoder processes are.
func (s *Model) Stats() decoder.Stats {
	if s.pool == nil {
		return decoder.Stats{}
	}
	return s.pool.Stats()
}

// Loaded waits until a model is loaded.
func (s *Model) Loaded(ctx context.Context) error {
	if len(s.Engines) == 0 {
		return nil
	}
	if r, ok := s.Engines[0].(transcribe.Readier); ok {
		return r.Ready(ctx)
	}
	return nil
}
