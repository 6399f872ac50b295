//go:build !race

package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"earshot/cmd/earshot/internal/programtest"
	"earshot/models/filetest"
)

// TestPrivacyPageCommandsWork runs the commands of docs/privacy.md in their order on a record, and looks at what they left.
func TestPrivacyPageCommandsWork(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/privacy.md")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := programtest.WriteSample(filepath.Join(dir, "record")); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, block := range regexp.MustCompile("(?s)```console\n(.*?)```").FindAllStringSubmatch(string(page), -1) {
		for command := range strings.Lines(block[1]) {
			n++
			runLine(t, dir, strings.TrimSpace(command))
		}
	}
	if n != 7 {
		t.Errorf("%d commands found", n)
	}
	if found, err := filetest.With(filepath.Join(dir, "record"), "coin"); len(found) > 0 || err != nil {
		t.Errorf("what was erased is in %v, %v", found, err)
	}
	if found, err := filetest.With(dir, "coin"); len(found) != 1 || err != nil { // handed over before
		t.Errorf("the export is %v, %v", found, err)
	}
}
