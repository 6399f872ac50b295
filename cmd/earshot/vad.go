package main

import (
	"earshot/bot/audio"
	"earshot/configs"
	"earshot/transcribe/whisper"
)

// openVAD loads the voice detection model that is configured; nil when there is none. The caller closes it.
func openVAD(cfg configs.Config) (*whisper.VADModel, error) {
	if cfg.VADModel == "" {
		return nil, nil
	}
	return whisper.LoadVAD(cfg.VADModel)
}

// newVAD makes the voice detector of a track: the model's, or the one by energy.
func newVAD(m *whisper.VADModel) func() audio.VAD {
	if m == nil {
		return func() audio.VAD { return audio.NewEnergyVAD() }
	}
	return func() audio.VAD { return m.NewVAD() }
}
