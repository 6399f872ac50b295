// Package gallery holds rule files to begin with: what hosts read in this folder is what "earshot rules new" copies.
package gallery

import (
	"embed"
	"io/fs"
	"strings"
)

//go:embed *.yaml
var files embed.FS

// Names are the files without their ending, sorted.
func Names() []string {
	found, _ := fs.Glob(files, "*.yaml") // the pattern is a good one
	for i, f := range found {
		found[i] = strings.TrimSuffix(f, ".yaml")
	}
	return found
}

// File is the text of the file of a name. The error is fs.ErrNotExist where there is none.
func File(name string) ([]byte, error) { return files.ReadFile(name + ".yaml") }

// About says in a line what the file of a name is for.
func About(name string) string {
	data, _ := File(name)
	return AboutOf(string(data))
}

// AboutOf is what a rule file says of itself in a line; "" where it says nothing.
func AboutOf(text string) string {
	for line := range strings.Lines(text) {
		if about, ok := strings.CutPrefix(line, "about: "); ok {
			return strings.TrimSpace(about)
		}
	}
	return ""
}
