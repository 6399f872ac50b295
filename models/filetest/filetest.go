// Package filetest is for tests that look for what must be, or must not be, in files.
package filetest

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Files are the contents of files, read once to look for many things in them.
type Files []File

// File is the content of a file, its ASCII letters in lower case.
type File struct {
	Name  string
	Lower []byte
}

// Read reads every file below some folders; a folder without any is an error.
func Read(dirs ...string) (read Files, err error) {
	for _, dir := range dirs {
		before := len(read)
		walked := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			data, err := os.ReadFile(name)
			lowerASCII(data)
			read = append(read, File{Name: name, Lower: data})
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
		if bytes.Contains(file.Lower, what) {
			found = append(found, file.Name)
		}
	}
	return found
}

// lowerASCII puts ASCII letters into lower case. Nobody else sees the bytes yet, so the race detector need not look at each of
// them: over a record of some megabytes that takes seconds.
//
//go:norace
func lowerASCII(b []byte) {
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
}

// With names the files below a folder that hold a word, in any case of ASCII letters.
func With(dir, word string) ([]string, error) {
	files, err := Read(dir)
	return files.With([]byte(word)), err
}
