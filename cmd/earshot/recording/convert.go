package recording

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"earshot/bot/audio/sound"
)

// Converter starts ffmpeg in a process that may read the recording and nothing else (Confine), by way of this program.
type Converter struct {
	// Path and Args start this program's command that calls Confine; the path of ffmpeg and the recording's are added.
	Path string
	Args []string
	// FFmpeg is the program's path.
	FFmpeg string
}

// FindFFmpeg is the path of ffmpeg in the folders of a PATH; "" when it is not there.
func FindFFmpeg(path string) string {
	for _, dir := range filepath.SplitList(path) {
		if !filepath.IsAbs(dir) {
			continue
		}
		name := filepath.Join(dir, "ffmpeg")
		if st, err := os.Stat(name); err == nil && st.Mode().IsRegular() && st.Mode()&0o111 != 0 {
			return name
		}
	}
	return ""
}

// conversion is an ffmpeg that runs.
type conversion struct {
	cmd   *exec.Cmd
	out   io.ReadCloser
	said  *lastLine
	once  sync.Once
	ended error
}

// start runs ffmpeg on a file, or, for "-", on what is left of the standard input.
func (c *Converter) start(ctx context.Context, stdin io.Reader, path string) (*conversion, error) {
	input := stdinInput
	if path != "-" {
		abs, err := filepath.Abs(path)
		if err == nil {
			abs, err = filepath.EvalSymlinks(abs) // what Landlock opens is the file itself
		}
		if err != nil {
			return nil, fmt.Errorf("find it: %w", err)
		}
		input = abs
	}
	v := &conversion{said: &lastLine{}}
	v.cmd = exec.CommandContext(ctx, c.Path)
	v.cmd.Args = append(append([]string(nil), c.Args...), c.FFmpeg, input)
	v.cmd.Env = []string{"PATH=/usr/bin:/bin", "LC_ALL=C", "GOTRACEBACK=none"}
	for _, name := range []string{"EARSHOT_GGML_BACKENDS", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"} {
		if value, ok := os.LookupEnv(name); ok {
			v.cmd.Env = append(v.cmd.Env, name+"="+value)
		}
	}
	v.cmd.Dir, v.cmd.Stderr, v.cmd.SysProcAttr, v.cmd.WaitDelay = "/", v.said, attributes(), time.Second
	if input == stdinInput {
		v.cmd.Stdin = stdin
	}
	var err error
	if v.out, err = v.cmd.StdoutPipe(); err == nil {
		err = v.cmd.Start()
	}
	if err != nil {
		return nil, fmt.Errorf("start ffmpeg: %w", err)
	}
	return v, nil
}

// end waits for ffmpeg and says why it failed, if it did.
func (v *conversion) end() error {
	v.once.Do(func() {
		_, _ = io.Copy(io.Discard, v.out)
		err := v.cmd.Wait()
		said := v.said.text()
		switch {
		case err == nil && said == "":
		case said != "":
			v.ended = errors.New(said)
		default:
			v.ended = err
		}
	})
	return v.ended
}

// stop ends ffmpeg, also before it is through.
func (v *conversion) stop() error {
	v.once.Do(func() {
		_ = v.cmd.Process.Kill()
		_ = v.cmd.Wait()
	})
	return nil
}

// converted is the sound that ffmpeg makes of a recording.
type converted struct {
	sound.Sound
	from *conversion
}

// Next implements audio.Sound: when the sound ends, ffmpeg says whether that was all.
func (c converted) Next() (sound.Piece, error) {
	p, err := c.Sound.Next()
	if errors.Is(err, io.EOF) && c.from.end() != nil {
		return p, fmt.Errorf("ffmpeg: %w", c.from.ended)
	}
	return p, err
}

// lastLine keeps the last line of what a program says.
type lastLine struct {
	mu   sync.Mutex
	line []byte
	last string
}

// Write never fails.
func (l *lastLine) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range b {
		switch {
		case c == '\n':
			l.finish()
		case len(l.line) < 200 && c >= ' ' && c <= '~':
			l.line = append(l.line, c)
		}
	}
	return len(b), nil
}

func (l *lastLine) finish() {
	if s := strings.TrimSpace(string(l.line)); s != "" {
		l.last = s
	}
	l.line = l.line[:0]
}

func (l *lastLine) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.finish()
	return l.last
}
