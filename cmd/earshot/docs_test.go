//go:build !race

package main

import (
	"io/fs"
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

// docsPages are the pages below docs.
func docsPages(t *testing.T) (pages []string) {
	t.Helper()
	err := filepath.WalkDir("../../docs", func(path string, _ fs.DirEntry, err error) error {
		if filepath.Ext(path) == ".md" {
			pages = append(pages, path)
		}
		return err
	})
	if err != nil || len(pages) < 30 {
		t.Fatalf("%d pages, %v", len(pages), err)
	}
	return pages
}

var settingsBlock = regexp.MustCompile("(?s)```yaml\n(.*?)```")

// finds puts the settings that a page of docs/setup shows into the reader's folder, and checks them: PAGE.yaml, and targets of notices in
// targets.yaml, which only its owner can read.
func (r *reader) finds(page string) {
	r.t.Helper()
	if filepath.Base(filepath.Dir(page)) != "setup" {
		return
	}
	text, err := os.ReadFile(page)
	if err != nil {
		r.t.Fatal(err)
	}
	for _, block := range settingsBlock.FindAllStringSubmatch(string(text), -1) {
		name, check := strings.TrimSuffix(filepath.Base(page), ".md")+".yaml", "earshot config check "
		if strings.HasPrefix(block[1], "targets:") {
			name, check = "targets.yaml", "EARSHOT_NOTICES_TARGETS=targets.yaml earshot notify list #"
		}
		programtest.Write(r.t, filepath.Join(r.folder, name), block[1])
		r.runs(check + name)
	}
}

// TestDocsNameWhatThereIs: a page that names a file, a command or a setting that is not there leads people astray.
func TestDocsNameWhatThereIs(t *testing.T) {
	commands := append(commandPaths(newRoot(&cli.Env{}), ""), "help")
	for _, page := range append(docsPages(t), "../../README.md") {
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
