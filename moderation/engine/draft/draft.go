// Package draft edits rule files that are in use: a draft is checked together with the files it belongs with, compared with the
// current version, and saved completely or not at all.
package draft

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/rogpeppe/go-internal/diff"

	"earshot/models"
	"earshot/moderation/engine"
	"earshot/moderation/rules"
)

// Source is a set of rules in use, with the files named for it and the options with which they were loaded.
type Source struct {
	Profile string // that uses it; "": rooms without one
	Set     *engine.Set
	Options engine.LoadOptions
	Paths   []string
}

// Noter records who changed what. store.Audit implements it.
type Noter interface {
	Note(ctx context.Context, by, what, target, session string) error
}

// Files are the rule files in use that are on disk. Its methods may be called from any goroutine.
type Files struct {
	sources func() []Source
	note    Noter
	saving  sync.Mutex // serialises saves, so that none is lost

	mu   sync.Mutex
	last map[string]change // by path
}

// change is the last change of a file here: by whom, and the sum of what it made of it.
type change struct{ by, sum string }

// New returns Files; sources returns what is currently in use.
func New(sources func() []Source, note Noter) *Files {
	return &Files{sources: sources, note: note, last: map[string]change{}}
}

// File is a rule file.
type File struct {
	ID   string // derived from its path, usable in URLs
	Name string // without its folder
	Text string
	Sum  string // of the text: saving requires the sum of the text that was edited
	// New says that there is no such file yet: it is made when a text is saved.
	New bool
	// Further says of a new file that others are in use on disk for its rooms.
	Further bool
	// Profiles are those whose rules include the file; "" stands for rooms without a profile.
	Profiles []string

	path string
}

// MaxText is the maximum size of a text edited here, in bytes, limited by the form.
const MaxText = 48 << 10

// Sum identifies a text.
func Sum(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// Files lists the files by name, new ones last. Files that cannot be read are omitted.
func (f *Files) Files() []File {
	var out []File
	for _, s := range f.sources() {
		if s.Set == nil {
			continue
		}
		for _, path := range s.Set.Disk() {
			i := slices.IndexFunc(out, func(x File) bool { return x.path == path })
			if i < 0 && filepath.Ext(path) == ".yaml" {
				if file, err := open(path); err == nil {
					out, i = append(out, file), len(out)
				}
			}
			if i >= 0 {
				out[i].Profiles = append(out[i].Profiles, s.Profile)
			}
		}
	}
	for _, s := range f.sources() {
		own := s.Options.Own
		if s.Set == nil || own == "" || slices.ContainsFunc(out, func(x File) bool { return x.path == own }) {
			continue
		}
		file, err := open(own) // it may have been saved a moment ago
		file.Profiles, file.New = []string{s.Profile}, errors.Is(err, fs.ErrNotExist)
		file.Further = slices.ContainsFunc(out, func(x File) bool { return slices.Contains(x.Profiles, s.Profile) })
		if err == nil || file.New {
			out = append(out, file)
		}
	}
	slices.SortFunc(out, func(a, b File) int {
		switch {
		case a.New == b.New:
			return strings.Compare(a.path, b.path)
		case a.New:
			return 1
		}
		return -1
	})
	return out
}

// startText is a rule file that changes nothing.
const startText = "# Rules of our own, in addition to those that these rooms use already.\nschema: 1\n"

// Base returns the text that changes begin with: that of the file or, if it is new, the least that a file needs.
func (f File) Base() string {
	if f.New {
		return startText
	}
	return f.Text
}

// in reports whether the file belongs to a set.
func (f File) in(s Source) bool {
	return s.Set != nil && (slices.Contains(s.Set.Disk(), f.path) || f.path == s.Options.Own)
}

func open(path string) (File, error) {
	text, err := os.ReadFile(path)
	return File{ID: Sum(path)[:16], Name: filepath.Base(path), Text: string(text), Sum: Sum(string(text)), path: path}, err
}

func (f *Files) file(id string) (File, error) {
	files := f.Files()
	i := slices.IndexFunc(files, func(x File) bool { return x.ID == id })
	if i < 0 {
		return File{}, fmt.Errorf("rule file: %w", models.ErrNotFound)
	}
	return files[i], nil
}

// Checked is the result of checking a draft.
type Checked struct {
	Problems []rules.Problem      // why it cannot be saved
	Failed   []engine.CheckResult // the failed checks of the file
	Checks   int                  // the number of checks in the file
	Rules    int                  // the number of rules in its set
	Tried    *engine.Tried        // the result for the words to try, if any
	Diff     string               // the changes; "" if there are none
}

// Check checks a text as if it were the content of a file, with everything that uses it, and tries words on it. The error is
// models.ErrNotFound if no such file is in use, or models.ErrInvalid.
func (f *Files) Check(id, text string, say []string) (Checked, error) {
	file, err := f.file(id)
	if err != nil {
		return Checked{}, err
	}
	text = lineEnds(text, file.Text)
	if len(text) > MaxText {
		return Checked{}, fmt.Errorf("%w: a text of more than %d kB must be changed with an editor", models.ErrInvalid, MaxText>>10)
	}
	out := Checked{Diff: string(diff.Diff(file.Name, []byte(file.Text), file.Name+" (new)", []byte(text)))}
	for _, s := range f.sources() {
		if !file.in(s) {
			continue
		}
		opts := s.Options
		opts.Drafts = map[string][]byte{file.path: []byte(text)}
		if err := out.check(opts, s.Paths, file, say); err != nil {
			return out, err
		}
	}
	return out, nil
}

// check checks a draft with one set that it belongs to.
func (c *Checked) check(opts engine.LoadOptions, paths []string, file File, say []string) error {
	set, err := engine.Load(opts, paths...)
	var wrong *rules.LoadError
	if errors.As(err, &wrong) {
		for _, p := range wrong.Problems {
			if !slices.Contains(c.Problems, p) {
				c.Problems = append(c.Problems, p)
			}
		}
		return nil
	}
	if err != nil {
		return err
	}
	c.Rules = len(set.Rules())
	if len(say) > 0 && c.Tried == nil {
		tried, err := set.Report(engine.Example{Say: say, WordP: 1}, false)
		if err != nil {
			return fmt.Errorf("%w: %w", models.ErrInvalid, err)
		}
		c.Tried = &tried
	}
	if c.Checks > 0 {
		return nil // another set ran them
	}
	results, err := engine.RunChecks(opts, false, file.path)
	for _, r := range results {
		if filepath.Base(r.File) != file.Name {
			continue
		}
		if c.Checks++; len(r.Failures) > 0 {
			c.Failed = append(c.Failed, r)
		}
	}
	return err
}

// lineEnds converts a form's text to the line endings of the text that it replaces.
func lineEnds(text, like string) string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	if strings.Contains(like, "\r\n") {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	return text
}
