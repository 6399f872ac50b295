package programtest

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Files are the contents of files, read once to look for many things in them.
type Files []file

type file struct {
	name  string
	lower []byte // with small ASCII letters
}

// ReadFiles reads every file below some folders; a folder without any is an error.
func ReadFiles(dirs ...string) (read Files, err error) {
	for _, dir := range dirs {
		before := len(read)
		walked := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			data, err := os.ReadFile(name)
			lowerASCII(data)
			read = append(read, file{name: name, lower: data})
			return err
		})
		if walked == nil && len(read) == before {
			walked = errors.New("there are no files in " + dir)
		}
		err = errors.Join(err, walked)
	}
	return read, err
}

// With names the files that hold some bytes, in any case of ASCII letters.
func (f Files) With(what []byte) (found []string) {
	what = bytes.Clone(what)
	lowerASCII(what)
	for _, file := range f {
		if bytes.Contains(file.lower, what) {
			found = append(found, file.name)
		}
	}
	return found
}

// lowerASCII makes ASCII letters small. Nobody else sees the bytes yet: for the race detector, which would look at each of
// them twice, a record of some megabytes takes seconds.
//
//go:norace
func lowerASCII(b []byte) {
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
}

// FilesWith lists the files below a folder in which a word stands.
func FilesWith(dir, word string) ([]string, error) {
	files, err := ReadFiles(dir)
	return files.With([]byte(word)), err
}
