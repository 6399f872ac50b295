package pages

import (
	"io/fs"
	"strings"
	"testing"
)

// TestNoDotIsText: what separates two parts of a line is drawn by the style, which shows it only between two on the same line. As text
// it would stand alone where a line begins or ends.
func TestNoDotIsText(t *testing.T) {
	files, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil || len(files) == 0 {
		t.Fatal(err, len(files))
	}
	for _, name := range files {
		b, err := fs.ReadFile(templateFiles, name)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(b), "\n") {
			if strings.Contains(line, "·") && !strings.Contains(line, "<title>") {
				t.Errorf("%s:%d: %s", name, i+1, line)
			}
		}
	}
}
