package wholefile

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestWhatRootMakesBelongsToTheOwnerOfTheFolder(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can give files away")
	}
	const nobody = 65534
	ours, theirs := t.TempDir(), t.TempDir()
	if err := os.Chown(theirs, nobody, nobody); err != nil {
		t.Skip(err)
	}
	elsewhere := filepath.Join(t.TempDir(), "shadow")
	name := func(dir, base string) string { return filepath.Join(dir, base) }
	if err := errors.Join(
		os.WriteFile(name(ours, "a"), nil, 0o600), os.WriteFile(name(theirs, "a"), nil, 0o600), os.Mkdir(name(theirs, "models"), 0o755),
		os.WriteFile(elsewhere, nil, 0o600), os.Link(elsewhere, name(theirs, "linked")), os.Symlink(elsewhere, name(theirs, "link")),
	); err != nil {
		t.Fatal(err)
	}
	KeepOwner(name(ours, "a"), name(theirs, "a"), name(theirs, "models"), name(theirs, "linked"), name(theirs, "link"), name(theirs, "none"))
	for path, want := range map[string]uint32{
		name(ours, "a"): 0, name(theirs, "a"): nobody, name(theirs, "models"): nobody, elsewhere: 0,
	} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if st, ok := info.Sys().(*syscall.Stat_t); !ok || st.Uid != want {
			t.Errorf("%s belongs to %d, want %d", path, st.Uid, want)
		}
	}
}
