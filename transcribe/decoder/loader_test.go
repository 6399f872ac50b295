package decoder

import (
	"debug/elf"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestSelfUnderALoader starts this test binary as packages start the program: by the loader of a C library. Its child must
// be the program again, and not a loader with a command it doesn't know.
func TestSelfUnderALoader(t *testing.T) {
	if os.Getenv("PRINT_SELF") != "" {
		self, err := Self()
		must(t, err)
		must(t, json.NewEncoder(os.Stdout).Encode(self))
		return
	}
	loader := interpreter(t)
	dir := t.TempDir()
	cmd := exec.Command(loader, "--argv0", "earshot", "--library-path", dir, os.Args[0], "-test.run", "TestSelfUnderALoader$", "-test.v=false")
	cmd.Env = append(os.Environ(), "PRINT_SELF=1")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var self Command
	line, _, _ := strings.Cut(string(out), "\n")
	must(t, json.Unmarshal([]byte(line), &self))
	want := []string{loader, "--argv0", "earshot", "--library-path", dir, os.Args[0], "decoder"}
	if self.Path != runningFile || strings.Join(self.Args, " ") != strings.Join(want, " ") {
		t.Errorf("self %q %q, want %q", self.Path, self.Args, want)
	}
}

// interpreter is the loader that this binary names; a static binary has none.
func interpreter(t *testing.T) string {
	t.Helper()
	f, err := elf.Open(os.Args[0])
	if err != nil {
		t.Skip("not ELF:", err)
	}
	defer f.Close()
	for _, p := range f.Progs {
		if p.Type != elf.PT_INTERP {
			continue
		}
		name, err := io.ReadAll(p.Open())
		must(t, err)
		path := strings.TrimRight(string(name), "\x00")
		if strings.HasPrefix(filepath.Base(path), "ld-") {
			return path
		}
	}
	if _, err := os.Stat("/lib64/ld-linux-x86-64.so.2"); errors.Is(err, os.ErrNotExist) {
		t.Skip("this binary needs no loader, and there is none here")
	}
	return "/lib64/ld-linux-x86-64.so.2"
}
