package ffmpeg

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// Launcher starts ffmpeg by way of this program, which calls Confine.
type Launcher struct {
	// Path and Args start this program's command that calls Confine; the path of ffmpeg and the Job are added.
	Path string
	Args []string
	// Program is ffmpeg's path.
	Program string
}

// inherited are the variables of this program that matter to a child of it.
var inherited = []string{"EARSHOT_GGML_BACKENDS", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"}

// Start starts ffmpeg. env is added to its environment, which is almost empty otherwise. line, if set, is given each line that it says,
// without what is not printable, from a goroutine of the Process. The caller reads Out, and must call Wait, End or Stop.
func (l *Launcher) Start(ctx context.Context, j Job, stdin io.Reader, env []string, line func(string)) (*Process, error) {
	job, err := json.Marshal(j)
	if err != nil {
		return nil, fmt.Errorf("start ffmpeg: %w", err)
	}
	p := &Process{said: &lastLine{each: line}}
	p.cmd = exec.CommandContext(ctx, l.Path)
	p.cmd.Args = append(append([]string(nil), l.Args...), l.Program, string(job))
	p.cmd.Env = append([]string{"PATH=/usr/bin:/bin", "LC_ALL=C", "GOTRACEBACK=none"}, env...)
	for _, name := range inherited {
		if value, ok := os.LookupEnv(name); ok {
			p.cmd.Env = append(p.cmd.Env, name+"="+value)
		}
	}
	p.cmd.Dir, p.cmd.Stdin, p.cmd.Stderr, p.cmd.SysProcAttr, p.cmd.WaitDelay = "/", stdin, p.said, attributes(), time.Second
	if p.Out, err = p.cmd.StdoutPipe(); err == nil {
		err = p.cmd.Start()
	}
	if err != nil {
		return nil, fmt.Errorf("start ffmpeg: %w", err)
	}
	return p, nil
}

// Process is an ffmpeg that runs. Its methods are for one goroutine.
type Process struct {
	// Out is its standard output.
	Out io.ReadCloser

	cmd  *exec.Cmd
	said *lastLine
	once sync.Once
	last string
	err  error
}

// Wait reads the rest of Out, waits for ffmpeg, and returns the last line that it said, which may name what was on its standard input,
// and an error where it did not succeed.
func (p *Process) Wait() (said string, err error) {
	p.once.Do(func() {
		_, _ = io.Copy(io.Discard, p.Out)
		p.err = p.cmd.Wait()
		p.last = p.said.text()
	})
	return p.last, p.err
}

// End is Wait for an ffmpeg that is to say errors alone: one that succeeds and complains has failed too.
func (p *Process) End() error {
	said, err := p.Wait()
	if said != "" {
		return errors.New(said)
	}
	return err
}

// Stop ends ffmpeg, also before it is through, and waits for it.
func (p *Process) Stop() {
	p.once.Do(func() {
		_ = p.cmd.Process.Kill()
		_ = p.cmd.Wait()
	})
}

// advice is what ffmpeg adds to some errors: it is for those who wrote its arguments.
const advice = "To ignore this, add a trailing"

// mostOfLine bounds what is kept of a line.
const mostOfLine = 400

// lastLine keeps the last line of what a program says.
type lastLine struct {
	each func(string)

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
		case len(l.line) < mostOfLine && c >= ' ' && c <= '~':
			l.line = append(l.line, c)
		}
	}
	return len(b), nil
}

func (l *lastLine) finish() {
	if s := strings.TrimSpace(string(l.line)); s != "" && !strings.HasPrefix(s, advice) {
		l.last = s
		if l.each != nil {
			l.each(s)
		}
	}
	l.line = l.line[:0]
}

func (l *lastLine) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.finish()
	return l.last
}
