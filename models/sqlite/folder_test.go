package sqlite_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"earshot/models"
	"earshot/models/sqlite"
)

// TestRootLeavesTheDatabaseToTheOwnerOfItsFolder: files created by root belong to the user of the service, which could not open them
// otherwise.
func TestRootLeavesTheDatabaseToTheOwnerOfItsFolder(t *testing.T) {
	const nobody = 65534
	dir := t.TempDir()
	if err := os.Chown(dir, nobody, nobody); err != nil {
		t.Skip(err)
	}
	s, err := sqlite.Open(t.Context(), filepath.Join(dir, "earshot.db"))
	must(t, err)
	defer func() { must(t, s.Close()) }()
	files, err := os.ReadDir(dir)
	must(t, err)
	if len(files) < 5 {
		t.Errorf("only %d files", len(files))
	}
	for _, f := range files {
		info, err := f.Info()
		must(t, err)
		if st, ok := info.Sys().(*syscall.Stat_t); !ok || st.Uid != nobody {
			t.Errorf("%s belongs to %d", f.Name(), st.Uid)
		}
	}
}

func TestNobodyElseMayWriteInTheFolder(t *testing.T) {
	for name, tt := range map[string]struct {
		mode, then fs.FileMode
		refused    bool
	}{
		"the owner's":               {0o700, 0o700, false},
		"readable":                  {0o755, 0o755, false},
		"the group's, by the umask": {0o775, 0o755, false},
		"everybody's":               {0o777, 0o755, false},
		"shared, like /tmp":         {0o777 | fs.ModeSticky, 0o777 | fs.ModeSticky, true},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "record")
			must(t, os.Mkdir(dir, 0o700))
			must(t, os.Chmod(dir, tt.mode))
			s, err := sqlite.Open(t.Context(), filepath.Join(dir, "earshot.db"))
			if err == nil {
				must(t, s.Close())
			}
			if errors.Is(err, models.ErrInvalid) != tt.refused || tt.refused && models.Hint(err) == "" {
				t.Errorf("opened with %v", err)
			}
			info, err := os.Stat(dir)
			must(t, err)
			equal(t, "mode", info.Mode()&^fs.ModeDir, tt.then)
		})
	}
}
