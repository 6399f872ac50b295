// Package recording transcribes recordings: it reads them piece by piece, cuts them at pauses as the bot does live speech, and
// returns lines and gaps in order of time while reading.
package recording

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"earshot/bot/audio"
	"earshot/bot/audio/sound"
	"earshot/bot/audio/wav"
	"earshot/bot/ffmpeg"
	"earshot/models"
)

// ErrRecording is wrapped by every error that is the recording's own fault.
var ErrRecording = errors.New("recording")

// sniffed is how many of a file's first bytes are examined to identify it. An OpusHead lies on the first page.
const sniffed = 64 << 10

// Opener opens recordings.
type Opener struct {
	// Stdin is the recording named "-".
	Stdin io.Reader
	// Convert starts a program that reads another format and writes a WAV stream; nil if there is none.
	Convert *ffmpeg.Launcher
}

// Source is an open recording. The caller closes it.
type Source struct {
	// Name is the file's name without its folder; "stdin" for standard input.
	Name string
	sound.Sound
	close func() error
}

// Close closes the file, and reports an error of the program that read it, if any.
func (s *Source) Close() error {
	if s.close == nil {
		return nil
	}
	return s.close()
}

// Open opens a recording by its content, regardless of its name; "-" is standard input. Errors wrap ErrRecording.
func (o Opener) Open(ctx context.Context, path string) (*Source, error) {
	if path == "-" {
		return o.read(ctx, o.Stdin, -1, path, nil)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrRecording, err)
	}
	size := int64(-1)
	st, err := f.Stat()
	switch {
	case err == nil && st.IsDir():
		err = models.WithHint(fmt.Errorf("%w %s: it is a folder", ErrRecording, path), "name the recordings in it")
	case err == nil && st.Mode().IsRegular():
		size = st.Size()
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	s, err := o.read(ctx, f, size, path, f)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return s, nil
}

// read identifies a recording. file is nil for standard input.
func (o Opener) read(ctx context.Context, r io.Reader, size int64, path string, file *os.File) (*Source, error) {
	s := &Source{Name: filepath.Base(path)}
	if file == nil {
		s.Name = "stdin"
	} else {
		s.close = file.Close
	}
	br := bufio.NewReaderSize(r, sniffed)
	head, err := br.Peek(sniffed)
	if len(head) == 0 {
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("%w %s: %w", ErrRecording, s.Name, err)
		}
		return nil, models.WithHint(fmt.Errorf("%w %s: it is empty", ErrRecording, path), "record or copy it again")
	}
	k, skip, name := identify(head)
	switch k {
	case kindWAV:
		_, _ = br.Discard(skip) // already peeked at
		s.Sound, err = wav.NewReader(br, max(-1, size-int64(skip)))
	case kindOpus:
		s.Sound, err = audio.NewOggSound(br, oggLength(file, size))
	case kindMJR:
		s.Sound, err = newMJR(br)
	default:
		return o.convert(ctx, s, br, path, name)
	}
	var codec wav.CodecError
	if errors.As(err, &codec) {
		return o.convert(ctx, s, io.MultiReader(bytes.NewReader(bytes.Clone(head)), br), path, "WAV with "+codec.Name)
	}
	if err != nil {
		return nil, fmt.Errorf("%w %s: %w", ErrRecording, path, err)
	}
	return s, nil
}

// oggLength reads the last page of a file.
func oggLength(file *os.File, size int64) int64 {
	if file == nil || size < 0 {
		return 0
	}
	tail := make([]byte, min(size, 128<<10))
	if _, err := file.ReadAt(tail, size-int64(len(tail))); err != nil && !errors.Is(err, io.EOF) {
		return 0
	}
	return audio.OggLength(tail, size)
}

// convert has ffmpeg read a recording.
func (o Opener) convert(ctx context.Context, s *Source, r io.Reader, path, name string) (*Source, error) {
	what := "it is neither a WAV nor an Ogg Opus file"
	if name != "" {
		what = "it is " + name + ", and WAV and Ogg Opus are what Earshot reads by itself"
	}
	if o.Convert == nil {
		shown := path
		if path == "-" {
			shown = "FILE"
		}
		base := strings.TrimSuffix(filepath.Base(shown), filepath.Ext(shown))
		return nil, models.WithHint(fmt.Errorf("%w %s: %s; there is no ffmpeg to read others", ErrRecording, path, what),
			"install ffmpeg, or convert it where there is one:  ffmpeg -i "+quoted(shown)+" -ar 16000 "+quoted(base+".wav"))
	}
	c, err := start(ctx, o.Convert, r, path)
	if err != nil {
		return nil, fmt.Errorf("%w %s: %s; %w", ErrRecording, path, what, err)
	}
	sound, err := wav.NewReader(c.Out, -1)
	if err != nil {
		said := c.End()
		if said == nil {
			said = err
		}
		return nil, models.WithHint(fmt.Errorf("%w %s: %s, and ffmpeg can't read it: %w", ErrRecording, path, what, said),
			"name a recording")
	}
	closeFile := s.close
	s.Sound, s.close = converted{sound, c}, func() error {
		c.Stop()
		if closeFile != nil {
			return closeFile()
		}
		return nil
	}
	return s, nil
}
