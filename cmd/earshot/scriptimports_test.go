//go:build !race

package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"earshot/cmd/earshot/commands/examples"
)

// writeImports writes the examples' recordings with a track for each person: of Craig, as a zip file, and of Janus, in a folder.
func writeImports(dir string) error {
	files, err := examples.Files()
	errs := []error{err, os.Mkdir(filepath.Join(dir, "janus"), 0o700)}
	for name, data := range files {
		if name == "craig.zip" || strings.HasPrefix(name, "janus/") {
			errs = append(errs, os.WriteFile(filepath.Join(dir, name), data, 0o600))
		}
	}
	return errors.Join(errs...)
}
