package engine

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"earshot/models"
	"earshot/moderation/match/textmodel"
	"earshot/moderation/rules"
)

// LoadOptions says where rule files come from and how they are compiled.
type LoadOptions struct {
	// FS has the shipped packs in its root, such as "base.yaml". A bare name refers to one of them first, a name with ".yaml" only
	// if no file of that name is on disk. nil: there are no shipped packs.
	FS fs.FS
	// Mode, unless empty, replaces the mode set by the files. A rule's own mode can still lower it.
	Mode models.Mode
	// Drafts maps absolute paths to texts that are read instead of the files on disk, to show the effect of a change before it is
	// made.
	Drafts map[string][]byte
	// Own is the absolute path of a file that Load reads after the others if there is one; "": none.
	Own string
	// TextModelFile is the path of a text model used for its languages instead of the shipped one; "" means none.
	TextModelFile string
	// Confirm requires a person's confirmation for actions that cannot be undone, even if files say automatic.
	Confirm bool
	// Transcribe turns a recording named by a check into lines, for RunChecks: the path is relative to the rule file, and lines have
	// words with times and probabilities. nil: checks with recordings are skipped, and their results say so.
	Transcribe func(path string) ([]models.Utterance, error)
}

// withOwn adds the own file, if there is one.
func (o LoadOptions) withOwn(paths []string) []string {
	if o.Own == "" {
		return paths
	}
	if _, drafted := o.Drafts[o.Own]; !drafted {
		if _, err := os.Stat(o.Own); errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
			return paths
		}
	}
	return append(slices.Clip(paths), o.Own)
}

// maxTextModel limits the size of a text model file, in bytes.
const maxTextModel = 64 << 20

// textModel reads the text model of TextModelFile; nil means none. Problems with the file are recorded in probs.
func (o LoadOptions) textModel(probs *rules.Problems) *textmodel.Model {
	if o.TextModelFile == "" {
		return nil
	}
	data, err := o.textModelBytes()
	var m *textmodel.Model
	if err == nil {
		m, err = textmodel.Read(data)
	}
	if err != nil {
		probs.Add(o.TextModelFile, 0, "", "the text model cannot be used: %s; create it again with \"earshot text-model train\", or remove the "+
			"setting text_model", plainReason(err))
		return nil
	}
	return m
}

func (o LoadOptions) textModelBytes() ([]byte, error) {
	info, err := os.Stat(o.TextModelFile)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, errors.New("not a regular file")
	case info.Size() > maxTextModel:
		return nil, fmt.Errorf("it is larger than %d MiB", maxTextModel>>20)
	}
	return os.ReadFile(o.TextModelFile)
}

// plainReason returns an error's text without the path, which the message already contains.
func plainReason(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err
	}
	return err
}

// shipped begins the names of shipped packs, as named by Set.Files.
const shipped = "shipped:"

// Shipped reports whether a file, as named by Set.Files, is a shipped pack.
func Shipped(file string) bool { return strings.HasPrefix(file, shipped) }

// ReadFile reads a rule file, as named by Set.Files.
func (o LoadOptions) ReadFile(file string) ([]byte, error) {
	if name, ok := strings.CutPrefix(file, shipped); ok {
		return fs.ReadFile(o.FS, name)
	}
	return os.ReadFile(file)
}

// UseOf returns the name by which a file at a path uses another, which is named as by Set.Files.
func UseOf(file, path string) string {
	if name, ok := strings.CutPrefix(file, shipped); ok {
		if name == filepath.Base(path) { // the bare name would be the file itself
			return "packs/" + name
		}
		return name
	}
	if abs, err := filepath.Abs(file); err == nil {
		return abs
	}
	return file
}
