package reload

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"earshot/models/leaktest"
	"earshot/moderation/engine"
	"earshot/moderation/match/textmodel"
)

// put replaces a file as editors do.
func put(t *testing.T, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(name+".tmp", data, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(name+".tmp", name); err != nil {
		t.Fatal(err)
	}
}

// watching runs a watcher of a rule file: next waits for what it tells, stop ends it.
func watching(t *testing.T, opts engine.LoadOptions, file string) (next func() Result, stop func()) {
	t.Helper()
	set, err := engine.Load(opts, file)
	if err != nil {
		t.Fatal(err)
	}
	got := make(chan Result, 10)
	w := NewWatcher(opts, set, func(r Result) { got <- r }, file)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx) }()
	w.Reload() // and nothing has changed: no news. It also tells that the watcher is up.
	for len(w.now) > 0 {
		runtime.Gosched()
	}
	next = func() Result {
		select {
		case r := <-got:
			return r
		case <-time.After(2 * time.Minute):
			t.Fatal("nothing was read again")
			return Result{}
		}
	}
	return next, func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// TestReload changes files under a running watcher: a good change gives a new set with its difference, a bad one an error.
func TestReload(t *testing.T) {
	defer leaktest.None(t)
	dir := t.TempDir()
	file, list := filepath.Join(dir, "room.yaml"), filepath.Join(dir, "words.txt")
	put := func(name, text string) { put(t, name, []byte(text)) }
	rule := func(id, phrase string) string {
		return "- {id: " + id + ", when: {says: {phrase: " + phrase + "}}, then: [flag: {}]}\n"
	}
	const head = "schema: 1\nwords: {w: {file: words.txt}}\nrules:\n- {id: w, when: {says: {words: w}}, then: [flag: {}]}\n"
	put(list, "zebra\n")
	put(file, head+rule("a", "one")+rule("b", "two"))
	next, stop := watching(t, engine.LoadOptions{}, file)
	put(file, head+rule("a", "uno")+rule("c", "three"))
	if r := next(); r.Err != nil || r.Change.String() != "added c; removed b; changed a" {
		t.Errorf("%v, %v", r.Change, r.Err)
	}
	put(file, head+"broken: yes\n")
	if r := next(); r.Set != nil || r.Err == nil || !strings.Contains(r.Err.Error(), `unknown key "broken"`) {
		t.Errorf("%+v", r)
	}
	put(file, head+rule("a", "uno")+rule("c", "three")) // as it was: the mistake is over, though nothing else changed
	if r := next(); r.Set == nil || r.Err != nil || r.Change.String() != "nothing changed" {
		t.Errorf("%+v", r)
	}
	put(list, "zebra\nyak\n")
	r := next()
	if r.Err != nil || r.Change.String() != "changed w" {
		t.Errorf("%v, %v", r.Change, r.Err)
	}
	stop()
	found, err := r.Set.Report(engine.Example{Say: []string{"a yak"}, WordP: 1}, false)
	if err != nil || len(found.Verdicts) != 1 || found.Verdicts[0].Rule != "w" {
		t.Errorf("the new set finds %+v, %v", found, err)
	}
}

func TestATextModelIsReadAgain(t *testing.T) {
	defer leaktest.None(t)
	dir := t.TempDir()
	file, model := filepath.Join(dir, "room.yaml"), filepath.Join(t.TempDir(), "our.bin")
	put(t, file, []byte("schema: 1\nrules:\n- {id: a, when: {means: {insult: \">=0.9\"}}, then: [flag: {}]}\n"))
	put(t, model, textmodel.ShippedFile())
	next, stop := watching(t, engine.LoadOptions{TextModelFile: model}, file)
	defer stop()
	put(t, model, textmodel.ShippedFile()[:1000])
	if r := next(); r.Set != nil || r.Err == nil || !strings.Contains(r.Err.Error(), "our.bin: the text model cannot be used") {
		t.Errorf("%+v", r)
	}
	w, err := textmodel.ReadWeights(textmodel.ShippedFile())
	if err != nil {
		t.Fatal(err)
	}
	w.Name = "ours"
	data, err := w.File()
	if err != nil {
		t.Fatal(err)
	}
	put(t, model, data)
	r := next()
	for r.Err != nil { // the bad file was read at once and, since it was new, again
		r = next()
	}
	if r.Change.String() != "changed a" {
		t.Errorf("%v, %v", r.Change, r.Err)
	}
}

// A folder that cannot be watched is told, and the watcher goes on; a shipped pack by its name has none to be watched.
func TestUnwatchableFolderIsTold(t *testing.T) {
	packs := engine.LoadOptions{
		FS: fstest.MapFS{"house.yaml": {Data: []byte("schema: 1\nrules:\n- {id: a, when: {says: {phrase: yak}}, then: [flag: {}]}\n")}},
	}
	set, err := engine.Load(packs, "house")
	if err != nil {
		t.Fatal(err)
	}
	gone := filepath.Join(t.TempDir(), "gone", "rules.yaml")
	got := make(chan Result, 10)
	w := NewWatcher(packs, set, func(r Result) { got <- r }, "house", gone)
	if dirs := w.folders(); len(dirs) != 1 || dirs[0] != filepath.Dir(gone) {
		t.Errorf("it would watch %q", dirs)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx) }()
	if r := <-got; r.Set != set || r.Err == nil || !strings.Contains(r.Err.Error(), filepath.Dir(gone)) {
		t.Errorf("told %+v", r)
	}
	select {
	case err := <-done:
		t.Fatalf("it ended: %v", err)
	default:
	}
	w.Reload()
	if r := <-got; r.Set != nil || r.Err == nil {
		t.Errorf("told %+v of a file that is gone", r)
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
