package demo

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"earshot/bot/audio/sound"
	"earshot/cmd/earshot/playback"
	"earshot/cmd/earshot/recording"
	"earshot/models"
)

// Voices makes voices of recordings, each given as NAME=FILE, or as FILE with the voice named after it. Recordings of one name are
// played one after the other, in their order, and voices at the same time. A recording may have an hour at most.
func Voices(ctx context.Context, open recording.Opener, given []string) (voices []playback.Voice, err error) {
	var names []string
	lines := map[string][]playback.Line{}
	for _, word := range given {
		name, file, ok := strings.Cut(word, "=")
		if !ok {
			file = word
			name = strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
		}
		if name == "" || file == "" {
			return nil, models.BadInput(models.WithHint(fmt.Errorf("--voice %q: a name or a file is missing", word), "write --voice Ben=ben.wav"))
		}
		pcm, err := read(ctx, open, file)
		if err != nil {
			return nil, models.BadInput(err)
		}
		if len(lines[name]) == 0 {
			names = append(names, name)
		}
		lines[name] = append(lines[name], playback.Line{PCM: sound.Resample(pcm, models.SampleRate, 48000)})
	}
	for _, name := range names {
		spoken, err := playback.Continuous(lines[name])
		if err != nil {
			return nil, err
		}
		voices = append(voices, playback.Voice{Name: name, Source: spoken.Source()})
	}
	return voices, nil
}

// read reads a recording as mono at 16 kHz.
func read(ctx context.Context, open recording.Opener, file string) (pcm []float32, err error) {
	s, err := open.Open(ctx, file)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	if pcm, err = sound.ReadAll(s); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return pcm, nil
}
