package rules

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"earshot/configs/strict"
)

const (
	maxUse       = 64 // files in one set
	maxListBytes = 4 << 20
)

// Files are the rule files of one set.
type Files struct {
	// Named are the files that were requested; all others are reached from them.
	Named []*File
	// Disk lists the absolute paths of all files on disk, including word lists.
	Disk []string
	// Sum is a SHA-256 of everything that was read, where it was found, and which files were requested.
	Sum [sha256.Size]byte
}

// All lists the files, each once and after those that it uses: the order in which later ones win.
func (f *Files) All() []*File {
	var all []*File
	for _, file := range f.Named {
		if !slices.Contains(all, file) {
			all = closure(file, all)
		}
	}
	return all
}

// Load reads rule files and everything they use. packs has the shipped packs in its root, such as "base.yaml": a bare name refers to
// one of them first, a name with ".yaml" only if no file of that name is on disk; nil: there are none. drafts maps absolute paths to
// texts that are read instead of the files on disk. Problems are recorded.
func Load(lang Language, packs fs.FS, drafts map[string][]byte, paths ...string) (*Files, *Problems) {
	l := &loader{lang: lang, packs: packs, drafts: drafts, files: map[string]*File{}, sum: sha256.New()}
	fmt.Fprintf(l.sum, "%q\n", paths)
	out := &Files{}
	for _, p := range paths {
		if f := l.open(place{}, strict.Text{Text: p}, nil); f != nil {
			out.Named = append(out.Named, f)
		}
	}
	if len(paths) == 0 {
		l.probs.Add("rules", 0, "", "no rule file was named")
	}
	l.extend(out.All())
	out.Disk = l.disk
	l.sum.Sum(out.Sum[:0])
	return out, &l.probs
}

// Shipped reports whether a name on the command line refers to a shipped pack, whatever is in the folder.
func Shipped(packs fs.FS, name string) bool {
	l := &loader{packs: packs}
	_, _, ok := l.findShipped(name)
	return ok && isBare(name)
}

// place is the location of a file: on disk, or in the shipped packs.
type place struct {
	shipped bool
	path    string // cleaned; absolute on disk
	name    string // for display
}

// loader reads each file once and follows use:.
type loader struct {
	lang  Language
	packs fs.FS
	// drafts maps paths to texts that are read instead of the files.
	drafts map[string][]byte
	probs  Problems
	files  map[string]*File // by place
	disk   []string         // absolute paths of the files on disk
	sum    hash.Hash        // of what was read
}

// took adds a file to the sum.
func (l *loader) took(at, name string, data []byte) {
	fmt.Fprintf(l.sum, "%q %q %d\n", at, name, len(data))
	l.sum.Write(data)
}

// open reads the file that a reference names, and the files it uses. stack is the chain of files that led here. It returns nil if
// the file is not available; the problem is recorded at the reference, or in the file itself if it was named on the command line.
func (l *loader) open(from place, ref strict.Text, stack []place) *File {
	at, data, err := l.find(from, ref.Text)
	if err != nil {
		l.complain(from, ref, "%s", err)
		return nil
	}
	if i := slices.Index(stack, at); i >= 0 {
		l.complain(from, ref, "use: forms a cycle: %s", circle(stack[i:], at))
		return nil
	}
	key := fmt.Sprint(at.shipped, at.path)
	if f, ok := l.files[key]; ok {
		return f
	}
	if len(l.files) >= maxUse {
		l.complain(from, ref, "too many rule files: at most %d in one set", maxUse)
		return nil
	}
	l.probs.reading(at.name)
	l.took(key, at.name, data)
	f := read(l.lang, at.name, strings.TrimSuffix(path.Base(filepath.ToSlash(at.path)), ".yaml"), data, &l.probs)
	l.files[key] = f
	if f == nil {
		return nil
	}
	if !at.shipped {
		l.disk = append(l.disk, at.path)
		f.Dir = filepath.Dir(at.path)
	}
	for _, u := range f.Use {
		if used := l.open(at, u, append(slices.Clip(stack), at)); used != nil && !slices.Contains(f.Used, used) {
			f.Used = append(f.Used, used)
		}
	}
	l.readLists(at, f)
	return f
}

// complain records a problem at the reference.
func (l *loader) complain(from place, ref strict.Text, format string, args ...any) {
	if from.path == "" {
		l.probs.reading(ref.Text)
		l.probs.Add(ref.Text, 0, "", format, args...)
		return
	}
	l.probs.Add(from.name, ref.Line, "", format, args...)
}

func circle(stack []place, again place) string {
	var b strings.Builder
	for _, p := range stack {
		b.WriteString(p.name + " -> ")
	}
	return b.String() + again.name
}

// find locates and reads a file: in the folder of the referring file, otherwise (for a shipped pack: only) among the shipped packs.
// The bare name of a pack, without extension, refers to the shipped one first.
func (l *loader) find(from place, name string) (place, []byte, error) {
	if from.path == "" && isBare(name) {
		if at, data, ok := l.findShipped(name); ok {
			return at, data, nil
		}
	}
	if !from.shipped {
		p := name
		if from.path != "" && !filepath.IsAbs(name) {
			p = filepath.Join(filepath.Dir(from.path), name)
		}
		abs, _ := filepath.Abs(p)
		data, ok := l.drafts[abs]
		var err error
		if !ok {
			data, err = readDisk(p, maxFileBytes)
		}
		if err == nil {
			return place{path: abs, name: shownPath(from, name)}, data, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return place{}, nil, fmt.Errorf("cannot read %s: %w%s", name, plainErr(err), whereFrom(p, err))
		}
	}
	if at, data, ok := l.findShipped(name); ok {
		return at, data, nil
	}
	return place{}, nil, fmt.Errorf("there is no file %s%s", name, l.shippedHint(name))
}

// isBare reports whether a name is not the path of a rule file: "harassment.en" is not, "mine.yaml" is.
func isBare(name string) bool {
	ext := path.Ext(name)
	return ext != ".yaml" && ext != ".yml" && !strings.ContainsAny(name, `/\`)
}

// whereFrom says where a relative path that cannot be read starts, and what to do if access is denied.
func whereFrom(p string, why error) string {
	where, do := "", ""
	if errors.Is(why, fs.ErrPermission) {
		do = ": let the user that runs Earshot read it and its folder"
	}
	if !filepath.IsAbs(p) {
		if abs, err := filepath.Abs(p); err == nil {
			where = " (" + abs + ")"
		}
	}
	return where + do
}

// shownPath returns the name of a used file in problems, relative to the name of the file that uses it.
func shownPath(from place, name string) string {
	if from.path == "" || filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(filepath.Dir(from.name), name)
}

// findShipped looks up a shipped pack by name, with or without extension, and with or without the folder "packs/".
func (l *loader) findShipped(name string) (place, []byte, bool) {
	if l.packs == nil {
		return place{}, nil, false
	}
	name = strings.TrimPrefix(path.Clean(name), "packs/")
	for _, n := range []string{name, name + ".yaml"} {
		if !fs.ValidPath(n) || !strings.HasSuffix(n, ".yaml") {
			continue
		}
		if data, err := fs.ReadFile(l.packs, n); err == nil {
			return place{shipped: true, path: n, name: "shipped:" + n}, data, true
		}
	}
	return place{}, nil, false
}

// shippedHint names the shipped pack that may have been meant.
func (l *loader) shippedHint(name string) string {
	if l.packs == nil {
		return ""
	}
	packs, _ := fs.Glob(l.packs, "*.yaml")
	for i, p := range packs {
		packs[i] = strings.TrimSuffix(p, ".yaml")
	}
	if hint := strict.DidYouMean(strings.TrimSuffix(name, ".yaml"), packs); hint != "" {
		return hint
	}
	return "; shipped packs are " + strings.Join(packs, ", ")
}

// readDisk reads a regular file, at most limit+1 bytes: enough to detect that it is too large. Pipes and devices are refused, since
// reading them may never end.
func readDisk(name string, limit int64) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("not a regular file")
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, limit+1))
}

// plainErr removes the path that the os package puts before its reason; the message already names the file.
func plainErr(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}

// readLists replaces references to list files by their contents.
func (l *loader) readLists(at place, f *File) {
	for i := range f.Words {
		for _, entries := range []*[]strict.Text{&f.Words[i].Words, &f.Words[i].Never} {
			*entries = l.withFiles(at, f, *entries)
		}
	}
}

// withFiles returns the entries of a list including those of the files that it references.
func (l *loader) withFiles(at place, f *File, entries []strict.Text) []strict.Text {
	var out []strict.Text
	for _, e := range entries {
		if e.File == "" {
			out = append(out, e)
			continue
		}
		out = append(out, l.readList(at, f, e)...)
	}
	return out
}

// readList reads one list file: a word or phrase per line; empty lines and lines that begin with # are left out.
func (l *loader) readList(at place, f *File, ref strict.Text) []strict.Text {
	name, data, err := l.listBytes(at, ref.File)
	switch {
	case err != nil:
		l.probs.Add(f.Name, ref.Line, "", "cannot read the list file %s: %s", ref.File, plainErr(err))
		return nil
	case len(data) > maxListBytes:
		l.probs.Add(f.Name, ref.Line, "", "the list file %s is larger than %d MiB", ref.File, maxListBytes>>20)
		return nil
	case !utf8.Valid(data):
		l.probs.Add(f.Name, ref.Line, "", "the list file %s is not UTF-8 text", ref.File)
		return nil
	}
	l.probs.reading(name)
	l.took(f.Name, name, data)
	var out []strict.Text
	for i, line := range strings.Split(string(data), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		if strings.Count(line, ",") > 1 {
			l.probs.Add(name, i+1, "", "a line is one word or phrase: write what is between the commas on lines of their own")
			continue
		}
		if len(line) > strict.MaxText {
			l.probs.Add(name, i+1, "", "the line is longer than %d bytes", strict.MaxText)
			continue
		}
		out = append(out, strict.Text{Text: line, Line: i + 1, File: name})
	}
	if len(out) == 0 {
		l.probs.Add(f.Name, ref.Line, "", "the list file %s holds no words", ref.File)
	}
	return out
}

func (l *loader) listBytes(at place, file string) (string, []byte, error) {
	if at.shipped {
		name := path.Join(path.Dir(at.path), file)
		data, err := fs.ReadFile(l.packs, name)
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
