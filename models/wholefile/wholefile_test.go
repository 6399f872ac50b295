package wholefile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWrite(t *testing.T) {
	name := filepath.Join(t.TempDir(), "a")
	for text, perm := range map[string]os.FileMode{"one": 0o600, "two": 0o644} {
		if err := Write(name, []byte(text), perm); err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(name)
		info, _ := os.Stat(name)
		if err != nil || string(data) != text || info.Mode() != perm {
			t.Errorf("%q, %v, %v", data, info.Mode(), err)
		}
	}
	taken := filepath.Join(t.TempDir(), "folder")
	if err := os.MkdirAll(filepath.Join(taken, "full"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := Write(taken, []byte("x"), 0o600); err == nil {
		t.Error("a folder was replaced")
	}
	if left, err := os.ReadDir(filepath.Dir(taken)); err != nil || len(left) != 1 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestCreate(t *testing.T) {
	name := filepath.Join(t.TempDir(), "a")
	if err := Create(name, []byte("one"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := Create(name, []byte("two"), 0o644); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a second time: %v", err)
	}
	data, err := os.ReadFile(name)
	info, _ := os.Stat(name)
	if err != nil || string(data) != "one" || info.Mode() != 0o600 {
		t.Errorf("%q, %v, %v", data, info.Mode(), err)
	}
	if left, err := os.ReadDir(filepath.Dir(name)); err != nil || len(left) != 1 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestAnEditKeepsWhatWasThere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "mine.yaml")
	read := func(name string) string {
		t.Helper()
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	if kept, err := Amend(path, nil, []byte("one")); err != nil || kept != "" || read(path) != "one" {
		t.Fatalf("a new file: %q, %v", kept, err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	for i, now := range []string{"two", "three"} {
		was := read(path)
		kept, err := Amend(path, []byte(was), []byte(now))
		if err != nil || read(path) != now || read(kept) != was || !strings.HasSuffix(kept, []string{".old1", ".old2"}[i]) {
			t.Fatalf("%q, %v", kept, err)
		}
		for _, name := range []string{path, kept} {
			if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%s may be read by others: %v, %v", name, info.Mode(), err)
			}
		}
	}
	if _, err := Amend(path, []byte("two"), []byte("four")); err == nil || read(path) != "three" {
		t.Errorf("what somebody else wrote is gone: %v", err)
	}
	if _, err := Amend(path, nil, []byte("four")); err == nil || read(path) != "three" {
		t.Errorf("a file that came in the meantime is gone: %v", err)
	}
	left, err := filepath.Glob(filepath.Join(filepath.Dir(path), ".*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}
