package doctor

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"earshot/models"
	"earshot/models/store"
)

const asTheService = "run this as the user that the service runs as (as root: runuser -u earshot -- earshot doctor), or choose another " +
	"data_dir"

// folder checks that the data folder is usable, or can be created.
func (d *doctor) folder(context.Context) Finding {
	dir := d.Settings.DataDir
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		above := filepath.Dir(dir)
		for above != "/" && !exists(above) {
			above = filepath.Dir(above)
		}
		if err := unix.Access(above, unix.W_OK|unix.X_OK); err != nil {
			return failed(asTheService, "%s is not there, and can't be made in %s: %v", dir, above, err)
		}
		return good("%s will be made", dir)
	case err != nil:
		return failure(err, asTheService)
	case !info.IsDir():
		return failed("choose another data_dir", "%s is no folder", dir)
	}
	if err := unix.Access(dir, unix.R_OK|unix.W_OK|unix.X_OK); err != nil {
		return failed(asTheService, "%s can't be used: %v", dir, err)
	}
	if open := info.Mode().Perm() & 0o077; open != 0 {
		return noted("chmod 700 "+dir, "%s is open to others (mode %03o); the files in it are not", dir, info.Mode().Perm())
	}
	return good("%s", dir)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// record reads the whole database, and checks who else has it open.
func (d *doctor) record(ctx context.Context) Finding {
	shared := d.Settings.Database != ""
	if !shared && !exists(d.Database) && !exists(d.Database+"-wal") {
		return good("none yet")
	}
	db, err := d.Records.Read(ctx)
	switch {
	case errors.Is(err, store.ErrOlderSchema):
		return noted(
			`make a backup with the older Earshot first ("earshot backup FILE")`,
			"an older Earshot made it; the next start brings it up to date",
		)
	case err != nil && shared:
		return failure(err, "check database and database_password_file, and whether the server runs")
	case err != nil:
		return failure(err, `"earshot restore FILE --replace" brings a backup back`)
	}
	defer db.Close()
	if err := db.Check(ctx); err != nil {
		return failure(err, `"earshot restore FILE --replace" brings a backup back`)
	}
	if !shared && !d.Service.Serving(ctx) {
		writer, err := d.Records.Open(ctx)
		if err != nil { // another process, but not a service with this record
			return failure(err, "stop the other program that has the record")
		}
		if err := writer.Close(); err != nil {
			return failure(err, "")
		}
	}
	use, err := db.SpoolUsage(ctx)
	if err != nil {
		return failure(err, "")
	}
	if use.Failed > 0 {
		return noted(
			"the service's log says which and why; their sound goes after retention.clips", "in order; %s could not be decoded",
			models.Count(use.Failed, "stretch"),
		)
	}
	return good("in order; %s of speech wait for decoding", models.Count(use.Waiting, "stretch"))
}

const (
	leastFree  = 256 << 20
	littleFree = 2 << 30
)

// disk checks free space, for spooled audio, the database and SQLite's temporary files.
func (d *doctor) disk(context.Context) Finding {
	dir := d.Settings.DataDir
	for dir != "/" && !exists(dir) {
		dir = filepath.Dir(dir)
	}
	free, files, err := d.Machine.Space(dir)
	const room = "free up space on the disk of data_dir, or choose another data_dir"
	switch spool := uint64(d.Settings.SpoolMB) << 20; {
	case err != nil:
		return failure(err, room)
	case files == 0:
		return failed(room, "no file more can be made (no free inodes)")
	case free < leastFree:
		return failed(room, "%d MB free", free>>20)
	case free < littleFree || free < spool:
		return noted(room+", or lower spool_mb", "%d MB free; the spool alone may take %d MB", free>>20, d.Settings.SpoolMB)
	}
	return good("%d GB free", free>>30)
}

// time asks the system whether its clock is synchronised.
func (d *doctor) time(context.Context) Finding {
	const do = `synchronise it with "timedatectl set-ntp true" or chrony: room tokens expire, and the record needs correct times`
	switch right, err := d.Machine.ClockKept(); {
	case err != nil:
		return noted(do, "nobody can say whether the clock is right: %v", err)
	case !right:
		return noted(do, "the clock of this machine is not synchronised")
	}
	return good("kept right")
}
