package app

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"earshot/cmd/earshot/afterwards"
	"earshot/cmd/earshot/internal/programtest"
	"earshot/configs"
	"earshot/models/filetest"
)

// The erase command also works while another Earshot process writes to the database: that process does the erasing.
func TestEraseWhileItRuns(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real parts")
	}
	t.Parallel()
	dir := t.TempDir()
	if err := programtest.WriteSample(dir); err != nil {
		t.Fatal(err)
	}
	s, l := openTestApp(t, dir)
	s.Config.Retention = configs.Retention{} // the sample is old
	s.Config.Export = configs.Export{Dir: t.TempDir(), Formats: []string{"txt", "json"}}
	if err := afterwards.WriteFiles(t.Context(), s.Config.Export, s.Store, "open-mic-1", nil); err != nil {
		t.Fatal(err)
	}
	theirs := filepath.Join(s.Config.Export.Dir, "open-mic-1.notes.txt")
	if err := os.WriteFile(theirs, []byte("a host's own file"), 0o600); err != nil {
		t.Fatal(err)
	}
	if found, err := filetest.With(s.Config.Export.Dir, "coin"); len(found) != 2 || err != nil {
		t.Fatalf("exported: %v, %v", found, err)
	}
	var out string
	err := s.Run(t.Context(), l, func(context.Context) error {
		var code int
		if out, code = programtest.Client(append(os.Environ(), "EARSHOT_DATA_DIR="+dir), "erase", "person", "benjamin", "--yes"); code != 0 {
			t.Errorf("exit code %d", code)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if found, err := filetest.With(dir, "coin"); len(found) > 0 || err != nil || !strings.Contains(out, "erased person b") {
		t.Errorf("the words are in %v (%v): %s", found, err, out)
	}
	if found, err := filetest.With(s.Config.Export.Dir, "coin"); len(found) > 0 || err != nil {
		t.Errorf("exported files still hold it: %v, %v", found, err)
	}
	if _, err := os.Stat(theirs); err != nil {
		t.Errorf("a file that is not ours: %v", err)
	}
}
