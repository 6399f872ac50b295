package tune

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/rogpeppe/go-internal/diff"

	"earshot/models"
	"earshot/models/wholefile"
	"earshot/moderation/engine"
	"earshot/moderation/rules"
)

// Edit is a rule file with a proposal applied.
type Edit struct {
	Path     string // of the file
	Old, New []byte // Old is nil if the file does not exist yet
}

// Write writes the edit, and keeps the old file beside it: kept, or "" if there was none. A file that is no longer as the edit found
// it is left alone.
func (e Edit) Write() (kept string, err error) { return wholefile.Amend(e.Path, e.Old, e.New) }

// Diff returns what the edit changes, as a unified diff.
func (e Edit) Diff() string {
	_, text, _ := strings.Cut(string(diff.Diff(e.Path, e.Old, e.Path+" (new)", e.New)), "\n") // without the line that names both
	return text
}

// errNoFile is returned if the host has no rule file to which a change could be written.
var errNoFile = errors.New(
	"the rule is built in, and no rule file of yours is in use to which its change could be written",
)

// Edit applies a proposal in the host's file that contains the rule or, for a built-in rule, as a rule with override: in the file to
// or, if that is "", in the last of the host's files. Nothing is written. The result has been loaded: it changes this rule and no
// other.
func (o Options) Edit(p Proposal, to string) (Edit, error) {
	e := Edit{Path: p.File}
	other := engine.Shipped(p.File)
	if other {
		if e.Path = o.host(to); e.Path == "" {
			return e, models.WithHint(errNoFile, `name a new one: "earshot rules tune --apply N --to my-rules.yaml"`)
		}
	}
	var err error
	if e.Old, err = os.ReadFile(e.Path); err != nil && (!other || !errors.Is(err, fs.ErrNotExist)) {
		return e, err
	}
	if other {
		pack, errP := o.Load.ReadFile(p.File)
		if errP != nil {
			return e, errP
		}
		use := engine.UseOf(p.File, e.Path)
		e.New, err = rules.Override(e.Old, pack, use, p.change)
	} else {
		e.New, err = rules.Edit(e.Old, p.change)
	}
	if err != nil {
		return e, fmt.Errorf("%s: %w", e.Path, err)
	}
	return e, o.verify(p, e)
}

// host returns the file to which a change of a built-in rule is written.
func (o Options) host(to string) string {
	if to != "" {
		return to
	}
	for _, path := range slices.Backward(o.Paths) {
		if _, err := os.Stat(path); err == nil && !rules.Shipped(o.Load.FS, path) {
			return path
		}
	}
	return ""
}

// verify loads an edit and compares it with the current rules: only the proposal's rule may differ.
func (o Options) verify(p Proposal, e Edit) error {
	abs, err := filepath.Abs(e.Path)
	if err != nil {
		return err
	}
	load, paths := o.Load, o.Paths
	load.Drafts = maps.Clone(o.Load.Drafts)
	if load.Drafts == nil {
		load.Drafts = map[string][]byte{}
	}
	load.Drafts[abs] = e.New
	if e.Old == nil {
		paths = append(slices.Clip(paths), e.Path)
	}
	before, err := engine.Load(o.Load, o.Paths...)
	if err != nil {
		return err
	}
	after, err := engine.Load(load, paths...)
	if err != nil {
		return fmt.Errorf("%s with the change: %w", e.Path, err)
	}
	was := hashes(before)
	for id, hash := range hashes(after) {
		if (hash != was[id]) != (id == p.Rule) {
			return fmt.Errorf("%s: the change would affect more than rule %s; make it by hand", e.Path, p.Rule)
		}
		delete(was, id)
	}
	if len(was) > 0 {
		return fmt.Errorf("%s: the change would remove rules; make it by hand", e.Path)
	}
	return nil
}

func hashes(set *engine.Set) map[string]string {
	out := map[string]string{}
	for _, r := range set.Rules() {
		out[r.ID] = r.Hash
	}
	return out
}
