package recording

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"earshot/bot/audio/sound"
	"earshot/bot/ffmpeg"
)

// Standard input, in ffmpeg's notation.
const stdinInput = "pipe:0"

// cpuSeconds bounds the processor time spent on a recording.
const cpuSeconds = 2 * 3600

// conversion has ffmpeg turn a recording's first audio stream, all channels, into a WAV stream of floats at 16 kHz. It may open
// only files and pipes, whatever a playlist names. Holes in the recording's timestamps become silence.
func conversion(input string) ffmpeg.Job {
	j := ffmpeg.Job{Seconds: cpuSeconds}
	if input != stdinInput {
		j.Files = []string{input}
		input = "file:" + input
	}
	j.Words = []string{
		"-nostdin", "-hide_banner", "-loglevel", "error", "-protocol_whitelist", "file,pipe", "-i", input,
		"-map", "0:a:0", "-vn", "-sn", "-dn", "-af", "aresample=async=1", "-ar", "16000", "-c:a", "pcm_f32le", "-f", "wav", "pipe:1",
	}
	return j
}

// start runs ffmpeg on a file or, for "-", on the rest of standard input.
func start(ctx context.Context, l *ffmpeg.Launcher, stdin io.Reader, path string) (*ffmpeg.Process, error) {
	if path == "-" {
		return l.Start(ctx, conversion(stdinInput), stdin, nil, nil)
	}
	abs, err := filepath.Abs(path)
	if err == nil {
		abs, err = filepath.EvalSymlinks(abs) // Landlock grants access to the file itself, not to a link
	}
	if err != nil {
		return nil, fmt.Errorf("find it: %w", err)
	}
	return l.Start(ctx, conversion(abs), nil, nil, nil)
}

// converted is the audio that ffmpeg produces.
type converted struct {
	sound.Sound
	from *ffmpeg.Process
}

// Next implements audio.Sound. At the end of the audio it reports whether ffmpeg read everything.
func (c converted) Next() (sound.Piece, error) {
	p, err := c.Sound.Next()
	if errors.Is(err, io.EOF) {
		if ended := c.from.End(); ended != nil {
			return p, fmt.Errorf("ffmpeg: %w", ended)
		}
	}
	return p, err
}
