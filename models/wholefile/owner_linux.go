package wholefile

import (
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// KeepOwner gives files and folders that root has made to the owner of the folder that each is in, so that a service which runs as that
// user can use them. It does nothing unless root runs the program. What can't be given stays as it is, and so does a file with further
// names: whoever owns the folder may have linked somebody else's file into it.
func KeepOwner(names ...string) {
	if os.Geteuid() != 0 {
		return
	}
	for _, name := range names {
		keepOwner(name)
	}
}

func keepOwner(name string) {
	var dir, file unix.Stat_t
	if unix.Stat(filepath.Dir(name), &dir) != nil || dir.Uid == 0 {
		return
	}
	// Closing an ordinary descriptor of a file would end the locks that this process holds on it, such as those of SQLite.
	fd, err := unix.Open(name, unix.O_PATH|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err != nil {
		return
	}
	defer func() { _ = unix.Close(fd) }()
	if unix.Fstat(fd, &file) != nil || file.Uid != 0 {
		return
	}
	kind := file.Mode & unix.S_IFMT
	if kind == unix.S_IFDIR || kind == unix.S_IFREG && file.Nlink == 1 {
		_ = unix.Fchownat(fd, "", int(dir.Uid), int(dir.Gid), unix.AT_EMPTY_PATH)
	}
}
