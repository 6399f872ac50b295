//go:build !race

package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/internal/programtest"
)

// TestDocsCommandsWork runs every command in the code blocks of docs/*.md, page by page, each in a folder with a record and
// the files that pages name. "sudo -u earshot" is left out: the test is the record's owner.
func TestDocsCommandsWork(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real parts")
	}
	t.Parallel()
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, page := range pages {
		if filepath.Base(page) == "privacy.md" { // it has a test of its own, which looks at what the commands left
			continue
		}
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		blocks := regexp.MustCompile("(?s)```console\n(.*?)```").FindAllStringSubmatch(string(text), -1)
		if len(blocks) == 0 {
			continue
		}
		var commands []string
		for _, block := range blocks {
			for line := range strings.Lines(block[1]) {
				commands = append(commands, strings.TrimPrefix(strings.TrimSpace(line), "sudo -u earshot "))
			}
		}
		n += len(commands)
		t.Run(filepath.Base(page), func(t *testing.T) {
			t.Parallel()
			dir := docsFolder(t)
			for _, line := range commands {
				runLine(t, dir, line)
			}
		})
	}
	if n < 30 {
		t.Errorf("only %d commands found", n)
	}
}

// docsFolder is a folder with what the pages name: rules, settings, a recording and a record.
func docsFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, from := range map[string]string{
		"my-room.yaml": "../../configs/rules/open-mic.yaml", "my-earshot.yaml": "../../configs/earshot.yaml",
		"talk.wav": "../../transcribe/fixture/eval/00.wav",
	} {
		data, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		programtest.Write(t, filepath.Join(dir, name), string(data))
	}
	programtest.Write(t, filepath.Join(dir, "meeting.vtt"), "WEBVTT\n\n00:01.000 --> 00:03.000\n<v Ana>Welcome to the meeting.\n")
	if err := programtest.WriteSample(filepath.Join(dir, "record")); err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestDocsNameWhatThereIs: a page that names a file, a command or a setting that is not there leads people astray.
func TestDocsNameWhatThereIs(t *testing.T) {
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	commands := append(commandPaths(newRoot(&cli.Env{}), ""), "help")
	for _, page := range append(pages, "../../README.md") {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`\]\(([^)#:]+)(?:#[^)]*)?\)`).FindAllStringSubmatch(string(text), -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(page), m[1])); err != nil {
				t.Errorf("%s leads to %s, which is not there", filepath.Base(page), m[1])
			}
		}
		for _, m := range regexp.MustCompile("`earshot ([a-z-]+)(?: ([a-z][a-z-]*))?").FindAllStringSubmatch(string(text), -1) {
			if !slices.Contains(commands, m[1]) {
				t.Errorf("%s names the command %q", filepath.Base(page), m[1])
			}
			if m[2] != "" && hasBelow(commands, m[1]) && !slices.Contains(commands, m[1]+" "+m[2]) {
				t.Errorf("%s names the command %q", filepath.Base(page), m[1]+" "+m[2])
			}
		}
	}
}

// commandPaths are all commands by the words that call them.
func commandPaths(c *cobra.Command, above string) (out []string) {
	for _, sub := range c.Commands() {
		path := strings.TrimSpace(above + " " + sub.Name())
		out = append(append(out, path), commandPaths(sub, path)...)
	}
	return out
}

func hasBelow(commands []string, word string) bool {
	return slices.ContainsFunc(commands, func(c string) bool { return strings.HasPrefix(c, word+" ") })
}
