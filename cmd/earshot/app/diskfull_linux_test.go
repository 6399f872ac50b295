package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"earshot/cmd/earshot/internal/programtest"
	"earshot/cmd/earshot/stage"
	"earshot/models"
	"earshot/models/waittest"
)

// Fault 22: the disk fills while people speak, and is freed again. Nothing that was said is lost: it waits in memory, and is
// written down when there is room. The log tells of it, and the record stays in order.
func TestFault22DiskFull(t *testing.T) {
	if testing.Short() {
		t.Skip("talks for some seconds")
	}
	t.Parallel()
	disk := smallDisk(t, 8<<20)
	tape, err := stage.Lines()
	if err != nil {
		t.Fatal(err)
	}
	ana := stage.Part{Name: "Ana", Lines: tape[:5]}
	if ana.Tape, err = stage.Record(ana.Lines, func(time.Duration) time.Duration { return time.Second }); err != nil {
		t.Fatal(err)
	}
	var log programtest.Output
	s, l := openLoggedApp(t, slog.New(slog.NewTextHandler(&log, nil)), testConfig(t, filepath.Join(disk, "record")))
	var session models.Session
	err = s.Run(t.Context(), l, func(ctx context.Context) error {
		group, ctx := errgroup.WithContext(ctx)
		group.Go(func() error {
			var err error
			session, err = s.Perform(ctx, l.Addr().String(), []stage.Part{ana})
			return err
		})
		group.Go(func() error { return s.fillDisk(ctx, disk, &log) })
		return group.Wait()
	})
	if err != nil {
		t.Fatal(err)
	}
	us := lines(t, s, session.ID)
	said := ""
	for _, line := range ana.Lines {
		said += line.Text + " "
	}
	if errs, n, heard := wordErrors(us, "Ana", said); errs > n/10 {
		t.Errorf("%d of %d words wrong: %q", errs, n, heard)
	}
	gaps, err := s.Store.Gaps(context.Background(), session.ID)
	if err != nil {
		t.Error(err)
	}
	for _, g := range gaps {
		if g.Cause != models.GapCut { // that is this machine, too busy to let her be heard, and not its disk
			t.Errorf("gap %+v", g)
		}
	}
	if err := s.Store.Check(context.Background()); err != nil {
		t.Error(err)
	}
	if page, code := log.String(), strings.Count(log.String(), "full"); code == 0 {
		t.Errorf("the log does not tell of it:\n%s", page)
	}
}

// fillDisk takes all room once a line is stored, and gives it back when the log has told that a clip could not be.
func (a *App) fillDisk(ctx context.Context, disk string, log *programtest.Output) error {
	if !waittest.Holds(ctx, func() bool { return a.text.Stats().Decoded > 0 }) {
		return context.Cause(ctx)
	}
	name := filepath.Join(disk, "filler")
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	for chunk := make([]byte, 4096); ; {
		if _, err := f.Write(chunk); errors.Is(err, syscall.ENOSPC) {
			break
		} else if err != nil {
			return err
		}
	}
	if !waittest.Holds(ctx, func() bool { return strings.Contains(log.String(), "full") }) {
		return context.Cause(ctx)
	}
	return errors.Join(f.Close(), os.Remove(name))
}

// smallDisk mounts a disk of so many bytes until the test ends, which takes root.
func smallDisk(t *testing.T, bytes int) string {
	t.Helper()
	dir := t.TempDir()
	if err := mountTmpfs(dir, bytes); err != nil {
		t.Skip("a small disk can't be mounted:", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

func mountTmpfs(dir string, bytes int) error {
	return syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d", bytes))
}
