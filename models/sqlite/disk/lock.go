package disk

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"

	"earshot/models"
	"earshot/models/store"
)

// Held is a lock that was taken.
type Held struct{ file *os.File }

// Close gives the lock up. Closing the file alone would leave it to a child that this process is starting at the time: until that
// runs its program it has all files of its parent open (flock(2)).
func (h *Held) Close() error {
	return errors.Join(syscall.Flock(int(h.file.Fd()), syscall.LOCK_UN), h.file.Close())
}

// Lock takes the advisory lock that makes this process the only writer. The lock lives in a file of its own beside
// the database, is held until it is closed, and ends with the process, however that ends. The lock file
// stays: removing it would let two processes hold locks on two files of one name.
func Lock(path string) (*Held, error) {
	f, err := os.OpenFile(path+".lock", os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, Unusable(path, err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		defer func() { _ = f.Close() }()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, inUse(path, f)
		}
		return nil, Unusable(path, err)
	}
	if err := writePID(f); err != nil {
		_ = (&Held{f}).Close()
		return nil, Unusable(path, err)
	}
	return &Held{f}, nil
}

func inUse(path string, f *os.File) error {
	who := "another process"
	b, _ := io.ReadAll(io.LimitReader(f, 32)) // only for the message
	if pid, err := strconv.Atoi(strings.TrimSpace(string(b))); err == nil {
		who = fmt.Sprintf("process %d", pid)
	}
	return models.WithHint(fmt.Errorf("store: database %s: %w: %s writes to it", path, store.ErrInUse, who),
		"stop the other Earshot, or give this one its own data_dir")
}

func writePID(f *os.File) error {
	if err := f.Truncate(0); err != nil {
		return err
	}
	_, err := f.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	return err
}
