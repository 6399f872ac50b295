package imports

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"earshot/models"
)

// Limits of a zip file. The size of a track is checked again while it is unpacked.
const (
	maxEntries = 2000
	maxEntry   = 8 << 30  // bytes: four hours of stereo floats at 48 kHz take 5.5 GB
	maxTotal   = 64 << 30 // bytes
	// maxRatio is the highest compression ratio of a large file. Silence compresses well, so small files may have any ratio.
	maxRatio, ratioFrom = 200, 4 << 30
)

// open opens a folder, a zip file or a single recording.
func open(path string) (store, error) {
	st, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err //nolint:wrapcheck // it names the path
	case st.IsDir():
		root, err := os.OpenRoot(path)
		if err != nil {
			return nil, err //nolint:wrapcheck // it names the folder
		}
		return folder{root.FS(), root, path}, nil
	case !st.Mode().IsRegular():
		return nil, errors.New("it is neither a file nor a folder")
	}
	zipped, err := isZip(path)
	if err != nil {
		return nil, err
	}
	if zipped {
		return openZip(path)
	}
	root, err := os.OpenRoot(filepath.Dir(path))
	if err != nil {
		return nil, err //nolint:wrapcheck // it names the folder
	}
	return file{folder{root.FS(), root, filepath.Dir(path)}, filepath.Base(path)}, nil
}

func isZip(path string) (bool, error) {
	f, err := os.Open(path)
	if err != nil {
		return false, err //nolint:wrapcheck // it names the file
	}
	defer f.Close()
	b := make([]byte, 4)
	_, err = io.ReadFull(f, b)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	return string(b) == "PK\x03\x04" || string(b) == "PK\x05\x06", err
}

// folder is a recording in a folder.
type folder struct {
	fs.FS
	root *os.Root
	path string
}

func (f folder) close() error { return f.root.Close() }

func (f folder) file(_, name string) (string, func() error, error) {
	return filepath.Join(f.path, filepath.FromSlash(name)), func() error { return nil }, nil
}

// file is a recording that is a single file. As a file system it holds nothing but that file.
type file struct {
	folder
	name string
}

// ReadDir implements fs.ReadDirFS.
func (f file) ReadDir(name string) ([]fs.DirEntry, error) {
	all, err := fs.ReadDir(f.FS, name)
	for _, d := range all {
		if d.Name() == f.name {
			return []fs.DirEntry{d}, nil
		}
	}
	return nil, err //nolint:wrapcheck // it names the folder
}

// single returns the path of a recording that is a single file, or "".
func single(s store) string {
	if f, ok := s.(file); ok {
		return f.name
	}
	return ""
}

// archive is a recording in a zip file.
type archive struct{ *zip.ReadCloser }

func (a archive) close() error { return a.Close() }

// openZip opens a zip file and checks its directory against the limits.
func openZip(path string) (store, error) {
	r, err := zip.OpenReader(path)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return nil, models.WithHint(fmt.Errorf("the zip file can't be read: %w", err), "download or copy it again")
	}
	if err := checkZip(r.File); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return archive{r}, nil
}

func checkZip(files []*zip.File) error {
	if len(files) > maxEntries {
		return fmt.Errorf("the zip file has %d files, and the limit is %d", len(files), maxEntries)
	}
	seen := map[string]bool{}
	var total, packed uint64
	for _, f := range files {
		name := strings.TrimSuffix(f.Name, "/")
		shown := plain(f.Name)
		switch {
		case !fs.ValidPath(name) || strings.ContainsAny(name, `\:`) || strings.ContainsFunc(name, unicode.IsControl):
			return models.WithHint(fmt.Errorf("the zip file names a file that does not belong into it: %q", shown),
				"unpack it with a program that refuses such names, and import the folder")
		case seen[strings.ToLower(name)]:
			return fmt.Errorf("the zip file has two files of the name %q", shown)
		case f.Flags&1 != 0:
			return models.WithHint(fmt.Errorf("%q is encrypted", shown), "unpack the zip file, and import the folder")
		case f.UncompressedSize64 > maxEntry:
			return models.WithHint(fmt.Errorf("%q would take %d MB unpacked, and the limit is %d MB", shown, f.UncompressedSize64>>20, maxEntry>>20),
				hintBomb)
		}
		seen[strings.ToLower(name)] = true
		total, packed = total+f.UncompressedSize64, packed+f.CompressedSize64
	}
	if total > maxTotal || total > ratioFrom && total/maxRatio > packed {
		return models.WithHint(fmt.Errorf("the zip file would take %d MB unpacked from %d MB", total>>20, packed>>20),
			hintBomb)
	}
	return nil
}

const hintBomb = "unpack it yourself if you know what it is, and import the folder"

func plain(name string) string { return name[:min(len(name), 80)] }

// errGrows is the error for a file that is larger than the zip file's directory says.
var errGrows = errors.New("it is larger than the zip file says")

// file unpacks a track into a temporary file.
func (a archive) file(unpacked, name string) (path string, done func() error, err error) {
	in, err := a.Open(name)
	if err != nil {
		return "", nil, fmt.Errorf("%s: %w", name, err)
	}
	defer in.Close()
	st, err := in.Stat()
	if err != nil {
		return "", nil, fmt.Errorf("%s: %w", name, err)
	}
	out, err := os.CreateTemp(filepath.Dir(unpacked), filepath.Base(unpacked)+"*")
	if err != nil {
		return "", nil, fmt.Errorf("unpack a track: %w", err)
	}
	done = func() error { return os.Remove(out.Name()) }
	n, err := io.Copy(out, io.LimitReader(in, st.Size()+1))
	if err == nil && n > st.Size() {
		err = errGrows
	}
	if err = errors.Join(err, out.Close()); err != nil {
		return "", nil, errors.Join(fmt.Errorf("unpack %s: %w", name, err), done())
	}
	return out.Name(), done, nil
}
