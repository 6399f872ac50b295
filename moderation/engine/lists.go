package engine

import (
	"io/fs"
	"path"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// readLists replaces references to list files by their lines.
func (l *loader) readLists(at place, f *rawFile) {
	for i := range f.words {
		list := &f.words[i]
		var words []rawText
		for _, w := range list.Words {
			if w.file == "" {
				words = append(words, w)
				continue
			}
			words = append(words, l.readList(at, f, w)...)
		}
		list.Words = words
	}
}

// readList reads one list file: a word or phrase per line; empty lines and lines that begin with # are left out.
func (l *loader) readList(at place, f *rawFile, ref rawText) []rawText {
	name, data, err := l.listBytes(at, ref.file)
	switch {
	case err != nil:
		l.probs.add(f.name, ref.line, "", "cannot read the list file %s: %s", ref.file, plainErr(err))
		return nil
	case len(data) > maxListBytes:
		l.probs.add(f.name, ref.line, "", "the list file %s is larger than %d MiB", ref.file, maxListBytes>>20)
		return nil
	case !utf8.Valid(data):
		l.probs.add(f.name, ref.line, "", "the list file %s is not UTF-8 text", ref.file)
		return nil
	}
	l.order = append(l.order, name)
	var out []rawText
	for i, line := range strings.Split(string(data), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if len(line) > maxText {
			l.probs.add(name, i+1, "", "the line is longer than %d bytes", maxText)
			continue
		}
		out = append(out, rawText{Text: line, line: i + 1, file: name})
	}
	if len(out) == 0 {
		l.probs.add(f.name, ref.line, "", "the list file %s holds no words", ref.file)
	}
	return out
}

func (l *loader) listBytes(at place, file string) (string, []byte, error) {
	if at.shipped {
		name := path.Join(path.Dir(at.path), file)
		data, err := fs.ReadFile(l.opts.FS, name)
		return "shipped:" + name, data, err
	}
	name := file
	if !filepath.IsAbs(file) {
		name = filepath.Join(filepath.Dir(at.path), file)
	}
	if abs, err := filepath.Abs(name); err == nil {
		l.disk = append(l.disk, abs)
	}
	data, err := readDisk(name, maxListBytes)
	return shownPath(at, file), data, err
}
