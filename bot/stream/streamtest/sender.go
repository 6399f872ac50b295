package streamtest

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"slices"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// sampleRate is that of what a Sender is given, mono.
const sampleRate = 16000

// Sender sends what it is told to say as a stream: by an ffmpeg, which is started again if it ends by itself, because nobody listens where
// it calls. Its methods are for one goroutine.
type Sender struct {
	ctx   context.Context
	words []string
	cmd   *exec.Cmd
	in    io.WriteCloser
	next  time.Time // when the next sound is due
	serve func()
}

// Start starts what a kind of stream needs. The caller must Kill it.
func (k Kind) Start(ctx context.Context) (*Sender, error) {
	kill, err := k.Serve(ctx)
	if err != nil {
		return nil, err
	}
	s := &Sender{ctx: ctx, words: k.Words, serve: kill}
	if err := s.start(); err != nil {
		kill()
		return nil, err
	}
	return s, nil
}

func (s *Sender) start() error {
	s.cmd = exec.CommandContext(s.ctx, "ffmpeg", append([]string{ //nolint:gosec // the test's own words
		"-nostdin", "-loglevel", "error", "-f", "s16le", "-ar", "16000", "-ac", "1", "-probesize", "32", "-i", "pipe:0", "-flush_packets", "1",
	}, s.words...)...)
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	read, write, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("streamtest: %w", err)
	}
	defer read.Close()
	s.cmd.Stdin = read
	if err = errors.Join(narrow(write), s.cmd.Start()); err != nil {
		return errors.Join(fmt.Errorf("streamtest: %w", err), write.Close())
	}
	s.in, s.next = write, time.Now()
	return nil
}

// narrow has a pipe hold an eighth of a second of sound. What waits in it stays behind for good where sound is taken only as fast as it is
// spoken, as by a sound server.
func narrow(pipe *os.File) error {
	raw, err := pipe.SyscallConn()
	if err != nil {
		return err //nolint:wrapcheck // start does
	}
	var failed error
	err = raw.Control(func(fd uintptr) { _, failed = unix.FcntlInt(fd, unix.F_SETPIPE_SZ, 4096) })
	return errors.Join(err, failed)
}

// Kill ends everything without a word, as a crash does.
func (s *Sender) Kill() {
	_ = s.cmd.Process.Kill()
	s.wait()
	s.serve()
}

// wait waits for the end of ffmpeg.
func (s *Sender) wait() {
	_ = s.cmd.Wait()
	_ = s.in.Close()
}

// Say writes sound as fast as it is spoken, and returns when the last of it was written.
func (s *Sender) Say(pcm []float32) (end time.Time, err error) {
	for part := range slices.Chunk(pcm, sampleRate/50) {
		s.next = s.next.Add(20 * time.Millisecond)
		select {
		case <-time.After(time.Until(s.next)):
		case <-s.ctx.Done():
			return time.Now(), context.Cause(s.ctx) //nolint:wrapcheck // the caller's
		}
		if err := s.Burst(part); err != nil {
			return time.Now(), err
		}
	}
	return time.Now(), nil
}

// Burst writes sound at once, as servers do with what they have kept for those who come.
func (s *Sender) Burst(pcm []float32) error {
	out := make([]byte, 0, 2*len(pcm))
	for _, x := range pcm {
		//nolint:gosec // clipped to 16 bits
		out = binary.LittleEndian.AppendUint16(out, uint16(int16(math.Round(float64(max(-1, min(1, x)))*32767))))
	}
	if _, err := s.in.Write(out); err != nil {
		s.wait()
		return s.start()
	}
	return nil
}

var errNever = errors.New("streamtest: it has not come to hold within 2 minutes")

// Pause writes silence until something holds.
func (s *Sender) Pause(holds func() bool) error {
	for late := time.Now().Add(2 * time.Minute); !holds(); {
		if _, err := s.Say(make([]float32, sampleRate/10)); err != nil {
			return err
		}
		if time.Now().After(late) {
			return errNever
		}
	}
	return nil
}
