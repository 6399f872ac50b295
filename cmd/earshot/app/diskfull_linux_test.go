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
	"earshot/cmd/earshot/playback"
	"earshot/configs"
	"earshot/models"
	"earshot/models/postgres/pgtest"
)

// Fault 22: the disk fills up while people speak, and space is freed again. Nothing that was said is lost: it waits in memory and is
// stored once there is space. The log reports it, and the database stays consistent.
func TestFault22DiskFull(t *testing.T) {
	if testing.Short() {
		t.Skip("talks for some seconds")
	}
	t.Parallel()
	disk := smallDisk(t, 8<<20)
	talkWhileFull(t, disk, "full", testConfig(t, filepath.Join(disk, "record")))
}

// The same with PostgreSQL, when the disk of its server fills up.
func TestDatabaseServerFull(t *testing.T) {
	if testing.Short() {
		t.Skip("talks for some seconds")
	}
	t.Parallel()
	server, err := pgtest.Start(false)
	if errors.Is(err, pgtest.ErrNone) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Remove)
	owner, err := os.Stat(filepath.Join(server.Dir, "data"))
	disk := filepath.Join(server.Dir, "small") // where the server's user may go
	if err := errors.Join(err, os.Mkdir(disk, 0o700)); err != nil {
		t.Fatal(err)
	}
	mountSmall(t, disk, 24<<20)
	if err := os.Chown(disk, int(owner.Sys().(*syscall.Stat_t).Uid), -1); err != nil {
		t.Fatal(err)
	}
	pgtest.Exec(t, server.DSN("postgres"), "CREATE TABLESPACE small LOCATION '"+disk+"'", "CREATE DATABASE small TABLESPACE small")
	talkWhileFull(t, disk, "full=true", testConfig(t, t.TempDir(), "EARSHOT_DATABASE="+databaseURL(t, server.DSN("small"))))
}

// talkWhileFull has somebody talk while the disk of the database fills up, until the log reports it with a given word, and space is
// freed again.
func talkWhileFull(t *testing.T, disk, says string, cfg configs.Config) {
	t.Helper()
	spoken, err := playback.Lines()
	if err != nil {
		t.Fatal(err)
	}
	ana := playback.Speech{Name: "Ana", Lines: spoken[:5]}
	if ana.Recording, err = playback.Record(ana.Lines, func(time.Duration) time.Duration { return time.Second }); err != nil {
		t.Fatal(err)
	}
	var log programtest.Output
	s, l := openLoggedApp(t, slog.New(slog.NewTextHandler(&log, nil)), cfg)
	var session models.Session
	err = s.Run(t.Context(), l, func(ctx context.Context) error {
		group, ctx := errgroup.WithContext(ctx)
		group.Go(func() error {
			var err error
			session, err = s.Play(ctx, l.Addr().String(), []playback.Speech{ana})
			return err
		})
		group.Go(func() error { return s.fillDisk(ctx, disk, says, &log) })
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
	if page, code := log.String(), strings.Count(log.String(), says); code == 0 {
		t.Errorf("the log does not tell of it:\n%s", page)
	}
}

// fillDisk uses up all space once a line is stored, and frees it once the log has reported a clip that could not be stored. It returns
// when the database can be written to again.
func (a *App) fillDisk(ctx context.Context, disk, says string, log *programtest.Output) error {
	if !a.waiting(ctx, func() bool { return a.text.Stats().Decoded > 0 }) {
		return errors.New("nothing is decoded")
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
	if !a.waiting(ctx, func() bool { return strings.Contains(log.String(), says) }) {
		return errors.New("the log does not tell of a full disk")
	}
	if err := errors.Join(f.Close(), os.Remove(name)); err != nil {
		return err
	}
	if !a.waiting(ctx, func() bool { return a.Store.Trouble() == nil }) {
		return errors.New("nothing is stored although there is space")
	}
	return nil
}

// smallDisk mounts a disk of a given size until the test ends, which requires root.
func smallDisk(t *testing.T, bytes int) string {
	t.Helper()
	dir := t.TempDir()
	mountSmall(t, dir, bytes)
	return dir
}

// mountSmall is smallDisk for an existing folder.
func mountSmall(t *testing.T, dir string, bytes int) {
	t.Helper()
	if err := mountTmpfs(dir, bytes); err != nil {
		t.Skip("a small disk can't be mounted:", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
}

func mountTmpfs(dir string, bytes int) error {
	return syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d", bytes))
}
