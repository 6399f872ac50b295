package main

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"

	"earshot/configs"
	"earshot/models"
	"earshot/transcribe"
	"earshot/transcribe/fixture"
	"earshot/transcribe/whisper"
)

// speech is a loaded model with its decode slots.
type speech struct {
	model   *whisper.Model
	engines []transcribe.Engine
	states  []*whisper.State
	// notice is what people must be told about the model, or "".
	notice string
}

// openSpeech loads the configured model, or the practice model when there is none, and makes slots decode slots
// (0: as configured).
func openSpeech(cfg configs.Config, slots int) (_ *speech, err error) {
	path, err := modelPath(cfg)
	if err != nil {
		return nil, err
	}
	s := &speech{}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	if s.model, err = whisper.Load(path, whisper.LoadOptions{}); err != nil {
		return nil, err
	}
	if fixture.IsFixture(path) {
		s.notice = fixture.Notice()
	}
	for range decoders(cfg, slots) {
		state, err := s.model.NewState()
		if err != nil {
			return nil, err
		}
		s.states = append(s.states, state)
		s.engines = append(s.engines, state)
	}
	return s, nil
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

func decoders(cfg configs.Config, slots int) int {
	if slots == 0 {
		slots = cfg.Decoders
	}
	if slots == 0 {
		slots = runtime.NumCPU()
	}
	return slots
}

// Close frees the slots and the weights.
func (s *speech) Close() error {
	var errs []error
	for _, st := range s.states {
		errs = append(errs, st.Close())
	}
	if s.model != nil {
		errs = append(errs, s.model.Close())
	}
	return errors.Join(errs...)
}
