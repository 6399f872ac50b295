package disk

import (
	"errors"
	"path/filepath"
	"syscall"
	"testing"

	"earshot/models/store"
)

// TestLockGoesAlsoWhileAChildStarts: between fork and exec a child has the lock's file open as its parent does. A lock that is given up
// then is free all the same.
func TestLockGoesAlsoWhileAChildStarts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "earshot.db")
	held, err := Lock(path)
	if err != nil {
		t.Fatal(err)
	}
	inherited, err := syscall.Dup(int(held.file.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(inherited)
	if _, err := Lock(path); !errors.Is(err, store.ErrInUse) {
		t.Errorf("a lock that is held: %v", err)
	}
	if err := held.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := Lock(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := again.Close(); err != nil {
		t.Error(err)
	}
}
