package engine

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"earshot/models"
)

// LoadOptions says where rule files come from.
type LoadOptions struct {
	// FS holds the shipped packs in its root, such as "base.yaml". A bare name means
	// one of them first, a name with ".yaml" only when no file of that name is on disk. nil: there are none.
	FS fs.FS
	// Mode replaces the mode that the files set, unless it is empty. A rule's own mode still holds it back.
	Mode models.Mode
	// Confirm has a person confirm what cannot be undone, also where files say that a rule may do it by itself.
	Confirm bool
	// Transcribe turns a recording that a check names into lines, for RunChecks: the path is beside the rule file, and lines
	// carry words with times and probabilities. nil: checks of recordings are left out, and their results say so.
	Transcribe func(path string) ([]models.Utterance, error)
}

// Load reads rule files and everything they use, and compiles them into one set. Several paths are merged as if one file
// used them all: later settings win, duplicate rule ids are mistakes. The error is a *LoadError with every mistake.
func Load(opts LoadOptions, paths ...string) (*Set, error) {
	set, _, err := load(opts, paths)
	return set, err
}

// load is Load, and gives the raw files too.
func load(opts LoadOptions, paths []string) (*Set, *rawFile, error) {
	l := &loader{opts: opts, files: map[string]*rawFile{}}
	root := &rawFile{}
	for _, p := range paths {
		if f := l.open(place{}, rawRef{name: p}, nil); f != nil {
			root.used = append(root.used, f)
		}
	}
	if len(paths) == 0 {
		l.probs.add("rules", 0, "", "no rule file was named")
	}
	set := compile(root, opts.Mode, &l.probs)
	if err := l.probs.err(l.order); err != nil {
		return nil, nil, err
	}
	set.disk = l.disk
	if opts.Confirm && len(set.automatic) > 0 {
		set.automatic = nil
		set.hash = digest(12, set.hash, "confirm")
	}
	return set, root, nil
}

// place is where a file lives: on disk, or in the shipped packs.
type place struct {
	shipped bool
	path    string // cleaned; absolute on disk
	name    string // as people know it
}

// loader reads files once each and follows use.
type loader struct {
	opts  LoadOptions
	probs problems
	files map[string]*rawFile // by place
	order []string            // names in the order of reading
	disk  []string            // absolute paths of the files on disk
}

// open reads the file that a reference names, and what it uses. stack are the files that led here. It returns nil when the
// file cannot be had; the problem is noted at the reference, or in the file itself when it was named on the command line.
func (l *loader) open(from place, ref rawRef, stack []place) *rawFile {
	at, data, err := l.find(from, ref.name)
	if err != nil {
		l.complain(from, ref, "%s", err)
		return nil
	}
	if i := slices.Index(stack, at); i >= 0 {
		l.complain(from, ref, "use: goes in a circle: %s", circle(stack[i:], at))
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
	l.order = append(l.order, at.name)
	f := parse(at.name, strings.TrimSuffix(path.Base(filepath.ToSlash(at.path)), ".yaml"), data, &l.probs)
	l.files[key] = f
	if f == nil {
		return nil
	}
	if !at.shipped {
		l.disk = append(l.disk, at.path)
		f.dir = filepath.Dir(at.path)
	}
	for _, u := range f.use {
		if used := l.open(at, u, append(slices.Clip(stack), at)); used != nil && !slices.Contains(f.used, used) {
			f.used = append(f.used, used)
		}
	}
	l.readLists(at, f)
	return f
}

// complain notes a problem where the reference stands.
func (l *loader) complain(from place, ref rawRef, format string, args ...any) {
	if from.path == "" {
		l.order = append(l.order, ref.name)
		l.probs.add(ref.name, 0, "", format, args...)
		return
	}
	l.probs.add(from.name, ref.line, "", format, args...)
}

func circle(stack []place, again place) string {
	var b strings.Builder
	for _, p := range stack {
		b.WriteString(p.name + " -> ")
	}
	return b.String() + again.name
}

// find locates and reads a file: beside the file that names it, else (from a shipped pack: only) among the shipped packs. The
// bare name of a pack, which is not a file's, means the shipped one first.
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
		data, err := readDisk(p, maxFileBytes)
		if err == nil {
			abs, _ := filepath.Abs(p)
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

// isBare says that a name is no path of a file.
func isBare(name string) bool { return path.Ext(name) == "" && !strings.ContainsAny(name, `/\`) }

// whereFrom says where a relative path that cannot be read starts, and what to do where that is forbidden.
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

// shownPath is the name of a used file in problems: beside the name of the file that uses it.
func shownPath(from place, name string) string {
	if from.path == "" || filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(filepath.Dir(from.name), name)
}

// findShipped looks for a shipped pack under its name, with or without ending, and with or without the folder "packs/".
func (l *loader) findShipped(name string) (place, []byte, bool) {
	if l.opts.FS == nil {
		return place{}, nil, false
	}
	name = strings.TrimPrefix(path.Clean(name), "packs/")
	for _, n := range []string{name, name + ".yaml"} {
		if !fs.ValidPath(n) || !strings.HasSuffix(n, ".yaml") {
			continue
		}
		if data, err := fs.ReadFile(l.opts.FS, n); err == nil {
			return place{shipped: true, path: n, name: "shipped:" + n}, data, true
		}
	}
	return place{}, nil, false
}

// shippedHint names the shipped pack that may have been meant.
func (l *loader) shippedHint(name string) string {
	if l.opts.FS == nil {
		return ""
	}
	packs, _ := fs.Glob(l.opts.FS, "*.yaml")
	for i, p := range packs {
		packs[i] = strings.TrimSuffix(p, ".yaml")
	}
	if hint := didYouMean(strings.TrimSuffix(name, ".yaml"), packs); hint != "" {
		return hint
	}
	return "; shipped packs are " + strings.Join(packs, ", ")
}

// readDisk reads a plain file, at most limit+1 bytes: enough to see that it is too large. Pipes and devices are refused,
// since reading them may never end.
func readDisk(name string, limit int64) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("it is not a plain file")
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, limit+1))
}

// plainErr drops the path that the os package puts before its reason; the message already names the file.
func plainErr(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}
