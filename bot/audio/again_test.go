//go:build !race

package audio

import (
	"testing"

	"earshot/bot/audio/impairtest"
)

func TestClipSoundsAsItDidLive(t *testing.T) {
	for _, c := range []struct {
		name  string
		enc   EncoderConfig
		bad   impairtest.Impairment
		least float64
	}{
		{"perfect network", EncoderConfig{Bitrate: 24000}, impairtest.Impairment{}, 0.999},
		{"music bit rate", EncoderConfig{Bitrate: 64000}, impairtest.Impairment{}, 0.999},
		{"DTX", EncoderConfig{Bitrate: 24000, DTX: true}, impairtest.Impairment{}, 0.999},
		{"loss with FEC", EncoderConfig{Bitrate: 24000, FEC: true, LossPercent: 20}, impairtest.Impairment{Seed: 1, Loss: 0.1}, 0.99},
		{"bursts", EncoderConfig{Bitrate: 24000, FEC: true, LossPercent: 20}, impairtest.Impairment{Seed: 2, Loss: 0.2, Burst: 6}, 0.99},
	} {
		t.Run(c.name, func(t *testing.T) {
			clips, _ := opusClips(t, c.enc, c.bad)
			if len(clips) < 6 {
				t.Fatalf("%d clips of 6 sentences", len(clips))
			}
			for _, clip := range clips {
				sameSound(t, clip, c.least)
			}
		})
	}
}
