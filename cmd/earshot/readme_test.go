//go:build !race

package main

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// elsewhere are the README's commands that other tests run, by how they begin: they talk to a network or last long.
var elsewhere = map[string]string{
	"earshot join":       "TestDemoPutsTheRightWordsUnderTheRightNames joins a lounge the same way, badstart.txtar runs the command",
	"earshot model pull": "model.txtar pulls from a server of its own",
	"earshot serve":      "TestServe runs it",
	"earshot invite":     "TestServe invites",
	"earshot status":     "TestServe asks for it",
	"earshot leave":      "TestServe sends the bot out",
	"earshot bench":      "bench.txtar runs it",
	"earshot demo":       "TestDemoPutsTheRightWordsUnderTheRightNames runs it",
	"curl":               "TestAPIReferenceIsTheProgram and TestDocumentDescribesWhatHandlersAnswer ask the API",
	"sudo dpkg":          "scripts/test-packages.sh installs the package in a bare Debian",
	"sudo systemctl":     "scripts/test-packages.sh runs the service under systemd",
	"systemctl":          "scripts/test-packages.sh runs the service under systemd",
}

// TestREADMECommandsWork runs every command of the README's code blocks in a folder that holds the files they name.
func TestREADMECommandsWork(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real parts")
	}
	t.Parallel()
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	dir := docsFolder(t)
	n := 0
	for _, block := range regexp.MustCompile("(?s)```console\n(.*?)```").FindAllStringSubmatch(string(readme), -1) {
		for command := range strings.Lines(block[1]) {
			n++
			runLine(t, dir, strings.TrimSpace(command))
		}
	}
	if n < 10 {
		t.Errorf("only %d commands found", n)
	}
}

func runLine(t *testing.T, dir, command string) {
	t.Helper()
	for start := range elsewhere {
		if strings.HasPrefix(command, start) {
			return
		}
	}
	cmd := exec.Command("bash", "-c", command)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "EARSHOT_DATA_DIR="+filepath.Join(dir, "record"), "EARSHOT_LISTEN=127.0.0.1:0")
	if task, ok := strings.CutPrefix(command, "make "); ok {
		cmd = exec.Command("make", "-n", task) // known to the Makefile; the tests run what it does
		cmd.Dir = "../.."
	}
	cmd.Stdout = io.Discard
	if out, err := cmd.StderrPipe(); err != nil {
		t.Fatal(err)
	} else if err := cmd.Start(); err != nil {
		t.Fatal(err)
	} else if said, _ := io.ReadAll(out); cmd.Wait() != nil {
		t.Errorf("%s: %s", command, said)
	}
}
