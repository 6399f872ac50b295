// Package processtest runs a server's program beside this one, for tests and for trying things out.
package processtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"
)

const (
	// answerWithin is how long a server may take to begin, on a busy machine; that it has ended is seen at once.
	answerWithin = 2 * time.Minute
	askEvery     = 20 * time.Millisecond
)

// Process is a program that runs. It ends with this program, too. Its methods are for one goroutine.
type Process struct {
	cmd  *exec.Cmd
	done chan struct{} // closed at its end
}

// Start starts a program, whose output is added to a log file, and waits until up returns nil. env is added to our own
// environment. The caller must Kill it.
func Start(
	ctx context.Context, log string, env []string, up func(context.Context) error, program string, args ...string,
) (*Process, error) {
	out, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600) //nolint:gosec // the caller's own folder
	if err != nil {
		return nil, fmt.Errorf("processtest: %w", err)
	}
	defer out.Close()
	//nolint:gosec,noctx // the caller's own program, ended by Kill
	p := &Process{cmd: exec.Command(program, args...), done: make(chan struct{})}
	p.cmd.Env = append(os.Environ(), env...)
	p.cmd.Stdout, p.cmd.Stderr = out, out
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("processtest: %w", err)
	}
	go func() {
		_ = p.cmd.Wait()
		close(p.done)
	}()
	if err := p.wait(ctx, up); err != nil {
		p.Kill()
		return nil, fmt.Errorf("processtest: %s: %w; see %s", program, err, log)
	}
	return p, nil
}

var (
	errEnded  = errors.New("it ended at once")
	errSilent = errors.New("it does not answer")
)

func (p *Process) wait(ctx context.Context, up func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, answerWithin)
	defer cancel()
	t := time.NewTicker(askEvery)
	defer t.Stop()
	for {
		err := up(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-p.done:
			return errEnded
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", errSilent, err)
		case <-t.C:
		}
	}
}

// Kill ends the process at once (SIGKILL) and waits for its end. It may be called again, and of nil.
func (p *Process) Kill() {
	if p != nil {
		_ = p.cmd.Process.Kill()
		<-p.done
	}
}
