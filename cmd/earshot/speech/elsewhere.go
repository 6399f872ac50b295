package speech

import (
	"log/slog"
	"path/filepath"

	"earshot/cmd/earshot/secrets"
	"earshot/configs"
	"earshot/transcribe/fixture"
	"earshot/transcribe/remote"
)

// openElsewhere makes decode slots at the server that the settings name. Nothing is sent yet.
func openElsewhere(cfg configs.Config, log *slog.Logger, o Options) (*Model, error) {
	key := ""
	if cfg.Decoder.KeyFile != "" {
		var err error
		if key, err = secrets.File(cfg.Decoder.KeyFile); err != nil {
			return nil, err
		}
	}
	s, err := remote.New(remote.Config{
		URL: cfg.Decoder.URL, Model: cfg.Decoder.Model, Key: key, Slots: cfg.Decoders, Patient: o.Waits, Logger: log,
	})
	if err != nil {
		return nil, err
	}
	if log != nil {
		if s.Leaves() {
			log.Warn("transcription: the sound of what people say leaves this machine", "host", s.Host())
		} else {
			log.Info("transcription: sound is given to another program on this machine", "host", s.Host())
		}
	}
	return &Model{server: s, Engines: s.Decoders(), Name: s.Name(), multilingual: true}, nil
}

// others is the model of a process that leaves decoding to others with the same database: its name, and no slots.
func others(cfg configs.Config) *Model {
	switch {
	case cfg.Decoder.URL != "":
		return &Model{Name: cfg.Decoder.Model, multilingual: true}
	case cfg.Model == "":
		return &Model{Name: fixture.FileName, Notice: fixture.Notice()}
	}
	return &Model{Name: filepath.Base(cfg.Model), multilingual: true}
}

// Decodes reports whether this process decodes, or has a server do so.
func (s *Model) Decodes() bool { return s.pool != nil || s.server != nil }

// Elsewhere is the server that decodes; nil when this machine does.
func (s *Model) Elsewhere() *remote.Server { return s.server }

// Backend is what decodes: "cpu", "server" when it is done elsewhere, or "" if other processes do.
func (s *Model) Backend() string {
	switch {
	case s.server != nil:
		return "server"
	case s.pool == nil:
		return ""
	}
	return "cpu"
}

// Leaving is a sentence that says that sound leaves this machine; "" when none does.
func (s *Model) Leaving() string {
	if s.server == nil || !s.server.Leaves() {
		return ""
	}
	return s.server.Notice()
}

// Ready reports whether a model is loaded, here or at its server.
func (s *Model) Ready() bool {
	if s.server != nil {
		return s.server.Stats().Up
	}
	if !s.Decodes() {
		return true
	}
	for _, p := range s.pool.Stats().Processes {
		if p.Ready {
			return true
		}
	}
	return false
}
