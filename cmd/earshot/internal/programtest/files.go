package programtest

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// FilesWith lists the files below a folder in which a word stands.
func FilesWith(dir, word string) (found []string, err error) {
	files := 0
	err = filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		files++
		data, err := os.ReadFile(name)
		if bytes.Contains(bytes.ToLower(data), bytes.ToLower([]byte(word))) {
			found = append(found, name)
		}
		return err
	})
	if files == 0 {
		err = errors.Join(err, errors.New("there are no files in "+dir))
	}
	return found, err
}
