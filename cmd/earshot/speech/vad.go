package speech

import (
	"os"
	"path/filepath"

	"earshot/bot/audio"
	"earshot/configs"
	"earshot/transcribe/modelfile"
	"earshot/transcribe/whisper"
)

// VadModelPath is the voice detection model in use: the configured one, or the one that was fetched; "" when there is none.
func VadModelPath(cfg configs.Config) string {
	if cfg.VADModel != "" {
		return cfg.VADModel
	}
	m, err := modelfile.Find(modelfile.Silero)
	if err != nil || cfg.DataDir == "" {
		return ""
	}
	path := m.Path(ModelFolder(cfg))
	if _, err := os.Stat(path); err != nil {
		return ""
	}
	return path
}

// OpenVAD loads the voice detection model; nil when there is none. The caller closes it.
func OpenVAD(cfg configs.Config) (*whisper.VADModel, error) {
	path := VadModelPath(cfg)
	if path == "" {
		return nil, nil
	}
	if known, err := modelfile.Find(filepath.Base(path)); err == nil {
		if err := known.Verify(path); err != nil {
			return nil, err
		}
	}
	return whisper.LoadVAD(path)
}

// NewVAD makes the voice detector of a track: the model's, or the one by energy.
func NewVAD(m *whisper.VADModel) func() audio.VAD {
	if m == nil {
		return func() audio.VAD { return audio.NewEnergyVAD() }
	}
	return func() audio.VAD { return m.NewVAD() }
}
