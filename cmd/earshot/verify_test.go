//go:build !race

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"earshot/cmd/earshot/internal/programtest"
)

// TestVerifyingADownload signs files as a release is signed, and verifies them as docs/verify.md says; building again is for
// scripts/test-packages.sh. What somebody changed on the way must not pass.
func TestVerifyingADownload(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("ssh-keygen"); err != nil {
		t.Skip("ssh-keygen is not here (package openssh-client)")
	}
	signature := blocksOf(t, "../../docs/verify.md")[0]
	ours, theirs := filepath.Join(t.TempDir(), "ours"), filepath.Join(t.TempDir(), "theirs")
	for _, key := range []string{ours, theirs} {
		does(t, ".", "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key)
	}
	for name, change := range map[string]func(t *testing.T, folder string){
		"as it was": nil,
		"another program": func(t *testing.T, folder string) {
			programtest.Write(t, filepath.Join(folder, "earshot.tar.gz"), "theirs")
		},
		"another program and its sum": func(t *testing.T, folder string) { packed(t, folder, "theirs") },
		"signed by somebody else":     func(t *testing.T, folder string) { signed(t, folder, "theirs", theirs) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder, believed := t.TempDir(), filepath.Join(t.TempDir(), "believed")
			signed(t, folder, "ours", ours)
			does(t, folder, "cp", "release-signers", believed)
			if change != nil {
				change(t, folder)
			}
			does(t, folder, "cp", believed, "release-signers") // it comes another way than the downloads
			good := true
			for _, line := range signature {
				cmd := exec.CommandContext(t.Context(), "bash", "-c", line)
				cmd.Dir = folder
				out, err := cmd.CombinedOutput()
				t.Logf("%s: %v\n%s", line, err, out)
				good = good && err == nil
			}
			if good != (change == nil) {
				t.Errorf("it passes: %v", good)
			}
		})
	}
}

// packed makes a download of one file with its sum.
func packed(t *testing.T, folder, program string) {
	t.Helper()
	programtest.Write(t, filepath.Join(folder, "earshot.tar.gz"), program)
	does(t, folder, "bash", "-c", "sha256sum earshot.tar.gz >SHA256SUMS")
}

// signed is packed, and signed with a key.
func signed(t *testing.T, folder, program, key string) {
	t.Helper()
	packed(t, folder, program)
	does(t, "../..", "scripts/sign.sh", key, folder)
}

func does(t *testing.T, folder, program string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), program, args...)
	cmd.Dir, cmd.Env = folder, os.Environ()
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", program, err, out)
	}
}
