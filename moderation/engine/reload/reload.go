// Package reload reloads rule files when they change.
package reload

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"

	"earshot/moderation/engine"
	"earshot/moderation/rules"
)

// Change is what a reload has changed, by rule id.
type Change struct {
	Added, Removed, Changed []string
	// Settings says that something other than rules changed: mode, people, ledgers.
	Settings bool
}

// String describes the change in one line.
func (c Change) String() string {
	var parts []string
	for _, p := range []struct {
		what string
		ids  []string
	}{{"added", c.Added}, {"removed", c.Removed}, {"changed", c.Changed}} {
		if len(p.ids) > 0 {
			parts = append(parts, p.what+" "+strings.Join(p.ids, ", "))
		}
	}
	if c.Settings {
		parts = append(parts, "settings changed")
	}
	if len(parts) == 0 {
		return "nothing changed"
	}
	return strings.Join(parts, "; ")
}

// Diff says what differs between two sets. Rules are compared by their content, so layout and comments do not count.
func Diff(before, after *engine.Set) Change {
	var c Change
	was, is := hashes(before), hashes(after)
	for _, r := range after.Rules() {
		switch old, ok := was[r.ID]; {
		case !ok:
			c.Added = append(c.Added, r.ID)
		case old != r.Hash:
			c.Changed = append(c.Changed, r.ID)
		}
	}
	for _, r := range before.Rules() {
		if _, ok := is[r.ID]; !ok {
			c.Removed = append(c.Removed, r.ID)
		}
	}
	c.Settings = before.Hash() != after.Hash() && len(c.Added)+len(c.Removed)+len(c.Changed) == 0
	return c
}

// hashes returns the hashes of a set's rules, by id.
func hashes(set *engine.Set) map[string]string {
	out := map[string]string{}
	for _, r := range set.Rules() {
		out[r.ID] = r.Hash
	}
	return out
}

// Result is the outcome of one reload.
type Result struct {
	// Set is the new set, or nil if Err says why the old one stays. If both are set, Err says that later changes of some files will
	// not be noticed.
	Set    *engine.Set
	Change Change
	Err    error
}

// Watcher reloads rule files when they change or when requested. A set with errors is reported, and the previous set remains the one
// to compare with.
type Watcher struct {
	opts   engine.LoadOptions
	paths  []string
	set    *engine.Set
	failed bool // the previous reload found errors
	notify func(Result)
	now    chan struct{}
}

// NewWatcher watches the files of a set loaded with the same options and paths. notify is called from Run's goroutine for every
// reload that changed something or failed, for the first successful one after failures, and initially, with set itself, if some of
// its files cannot be watched.
func NewWatcher(opts engine.LoadOptions, set *engine.Set, notify func(Result), paths ...string) *Watcher {
	return &Watcher{opts: opts, paths: paths, set: set, notify: notify, now: make(chan struct{}, 1)}
}

// Reload requests a reload now, as on SIGHUP. It never blocks and may be called from any goroutine.
func (w *Watcher) Reload() {
	select {
	case w.now <- struct{}{}:
	default:
	}
}

// settle is how long files must be unchanged before they are read: editors write in several steps.
const settle = 200 * time.Millisecond

// Run watches until the context ends. It watches folders rather than files, since editors replace files; notify is told about those
// that cannot be watched. The error says that the operating system cannot watch at all; Reload works only while Run does.
func (w *Watcher) Run(ctx context.Context) error {
	notes, err := fsnotify.NewWatcher()
	if err != nil {
		return err
	}
	defer notes.Close()
	if err := w.watch(notes); err != nil {
		w.notify(Result{Set: w.set, Err: err})
	}
	var rest <-chan time.Time
	for {
		select {
		case <-ctx.Done():
			return nil
		case e := <-notes.Events:
			if w.concerns(e.Name) && !e.Has(fsnotify.Chmod) {
				rest = time.After(settle)
			}
		case err := <-notes.Errors: // changes may have been missed
			w.failed = true
			w.notify(Result{Err: err})
			rest = time.After(settle)
		case <-w.now:
			w.read(notes)
		case <-rest:
			rest = nil
			w.read(notes)
		}
	}
}

// watch watches the folders of all files of the set.
func (w *Watcher) watch(notes *fsnotify.Watcher) error {
	var errs []error
	for _, dir := range w.folders() {
		if !slices.Contains(notes.WatchList(), dir) {
			if err := notes.Add(dir); err != nil {
				errs = append(errs, fmt.Errorf("watch the folder %s: %w", dir, err))
			}
		}
	}
	return errors.Join(errs...)
}

func (w *Watcher) folders() []string {
	var out []string
	for _, f := range append(slices.Clone(w.set.Disk()), append(slices.Clone(w.paths), w.opts.Own)...) {
		if f == "" || rules.Shipped(w.opts.FS, f) {
			continue
		}
		if dir := filepath.Dir(f); !slices.Contains(out, dir) {
			out = append(out, dir)
		}
	}
	return out
}

// concerns reports whether a changed file may belong to the set: any rule file or list in a watched folder.
func (w *Watcher) concerns(name string) bool {
	abs, err := filepath.Abs(name)
	ext := filepath.Ext(name)
	return err == nil && (slices.Contains(w.set.Disk(), abs) || ext == ".yaml" || ext == ".yml" || ext == ".txt")
}

// read reads the files and reports the outcome.
func (w *Watcher) read(notes *fsnotify.Watcher) {
	set, err := engine.Load(w.opts, w.paths...)
	repaired := w.failed && err == nil
	if w.failed = err != nil; w.failed {
		w.notify(Result{Err: err})
		return
	}
	if set.Hash() == w.set.Hash() && !repaired {
		w.set = set
		return
	}
	change := Diff(w.set, set)
	w.set = set
	err = w.watch(notes)
	w.notify(Result{Set: set, Change: change, Err: err})
}
