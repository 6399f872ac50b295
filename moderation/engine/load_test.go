//go:build !race

package engine

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"earshot/models/waittest"
	"earshot/moderation/rules"
)

// TestBadFiles loads one file per mistake. The first line of each is the one problem that must be reported.
func TestBadFiles(t *testing.T) {
	files, err := filepath.Glob("testdata/bad-*.yaml")
	if err != nil || len(files) < 40 {
		t.Fatalf("found %d bad files: %v", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			first, _, _ := strings.Cut(string(data), "\n")
			want := file + ":" + strings.TrimPrefix(first, "# ")
			_, err = Load(LoadOptions{FS: os.DirFS(packs)}, file)
			if err == nil {
				t.Fatalf("loaded; want\n%s", want)
			}
			var wrong *rules.LoadError
			if !errors.As(err, &wrong) {
				t.Fatalf("not a LoadError: %v", err)
			}
			if got := err.Error(); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// inMemory loads files from memory by name; the first is named "main.yaml".
func inMemory(t testing.TB, files map[string]string) (*Set, error) {
	t.Helper()
	disk := fstest.MapFS{}
	for name, text := range files {
		disk[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return Load(LoadOptions{FS: disk}, "main")
}

// mustLoad loads one file from memory.
func mustLoad(t testing.TB, text string) *Set {
	t.Helper()
	set, err := inMemory(t, map[string]string{"main.yaml": text})
	if err != nil {
		t.Fatalf("%v\nin\n%s", err, text)
	}
	return set
}

func TestEveryMistakeAtOnce(t *testing.T) {
	_, err := inMemory(t, map[string]string{
		"main.yaml": `schema: 1
mode: maybe
use: [other.yaml, gone.yaml]
words: {w: {file: lists/w.txt}}
rules:
  - id: a
    wen: 1
    when: {says: {words: v}}
    then: [flag: {level: huge}]
  - id: b
    when: {says: {pattern: "a(b"}}
    unless: {role: nobody}
    then: [flag: {}]
`,
		"other.yaml":  "schema: 1\nrules:\n  - id: b\n    when: {says: {phrase: hi}}\n    then: [flag: {}]\n",
		"lists/w.txt": "fine\n# a comment\n\n...\n",
	})
	want := []string{
		`shipped:main.yaml:2: unknown mode "maybe"`,
		`shipped:main.yaml:3: there is no file gone.yaml`,
		`shipped:main.yaml:7: rule "a": unknown key "wen" (did you mean "when"?)`,
		`shipped:main.yaml:8: rule "a": unknown word list "v"`,
		`shipped:main.yaml:9: rule "a": unknown level "huge"`,
		`shipped:main.yaml:10: rule "b": the id is given twice (first in shipped:other.yaml:3)`,
		`shipped:main.yaml:11: rule "b": bad pattern at character 2: missing closing )`,
		`shipped:main.yaml:12: rule "b": unknown role "nobody"`,
		`shipped:lists/w.txt:4: "..." holds no letters`,
	}
	if err == nil {
		t.Fatal("loaded")
	}
	got := strings.Split(err.Error(), "\n")
	for i, w := range want {
		if i >= len(got) || !strings.HasPrefix(got[i], w) {
			t.Fatalf("got\n%s\nwant line %d to begin\n%s", err, i, w)
		}
	}
	if len(got) != len(want) {
		t.Errorf("got %d problems, want %d:\n%s", len(got), len(want), err)
	}
}

func TestCircleOfFiles(t *testing.T) {
	_, err := inMemory(t, map[string]string{
		"main.yaml": "schema: 1\nuse: b.yaml\n", "b.yaml": "schema: 1\nuse: c.yaml\n", "c.yaml": "schema: 1\n\nuse: b.yaml\n",
	})
	const want = "shipped:c.yaml:3: use: forms a cycle: shipped:b.yaml -> shipped:c.yaml -> shipped:b.yaml"
	if err == nil || err.Error() != want {
		t.Errorf("got %v\nwant %s", err, want)
	}
}

// TestHostileFiles loads files designed to be expensive. Each must be refused with a line, quickly and with little memory.
func TestHostileFiles(t *testing.T) {
	bomb := "schema: 1\npeople:\n  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
	for i := 1; i < 12; i++ {
		bomb += fmt.Sprintf("  a%d: &a%d [%s*a%d]\n", i, i, strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 9), i-1)
	}
	nested := strings.Repeat("{any: [", 5000) + strings.Repeat("]}", 5000)
	deepCond := strings.Repeat("{any: [", 40) + "{role: host}" + strings.Repeat("]}", 40)
	cyclic := "schema: 1\nrules:\n  - id: a\n    when: &c {any: [*c]}\n    then: [flag: {}]\n"
	rule := func(when string) string {
		return "schema: 1\nrules:\n  - id: a\n    when: " + when + "\n    then: [flag: {}]\n"
	}
	words := "schema: 1\nwords: {w: [" + strings.Repeat("a,", (256<<10)/2-20) + "]}"
	plain := plainTime(t)
	for name, c := range map[string]struct{ text, want string }{
		"10 MB":               {"schema: 1\n#" + strings.Repeat("x", 10<<20), ":1: the file is larger than 256 KiB"},
		"alias bomb":          {bomb, "people.a1 must be text, not a list"},
		"alias bomb of rules": {cyclic, "nested more than 16 deep"},
		"many aliases": {
			"schema: 1\nwords:\n  a: &a [" + strings.Repeat("x,", 50_000) + "]\n  b: *a\n  c: *a\n  d: *a\n  e: *a\n",
			"too much: the file expands to more than 100000 values",
		},
		"deep nesting":    {rule(nested), ":4: "},
		"deep flow":       {"schema: 1\nrules: " + strings.Repeat("[", 20_000), "not YAML: exceeded max depth"},
		"deep block":      {"schema: 1\nrules:\n" + strings.Repeat("- ", 20_000), "not YAML: exceeded max depth"},
		"deep conditions": {rule(deepCond), "nested more than 16 deep"},
		"1001 groups": {
			rule(`{says: {pattern: "` + strings.Repeat("(", 1001) + "a" + strings.Repeat(")", 1001) + `"}}`), "at character 1001",
		},
		"huge program":         {rule(`{says: {pattern: "(aaaaaaaaa){900}"}}`), "pattern is too large"},
		"most nodes in a file": {words, "too much: the file expands to more than 100000 values"},
		"binary":               {"\x00\x01\x02", "not YAML"},
		"empty":                {"", "the file is empty"},
		"comment only":         {"# nothing\n", "the file is empty"},
		"many rules":           {"schema: 1\nrules:\n" + manyRules(3000), "rule \"r2000\": too many rules: at most 2000"},
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			start := waittest.CPUTime(t)
			_, err := inMemory(t, map[string]string{"main.yaml": c.text})
			took := waittest.CPUTime(t) - start
			runtime.ReadMemStats(&after)
			if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "shipped:main.yaml:") {
				t.Fatalf("got %.500v\nwant …%s", err, c.want)
			}
			t.Logf("%v of CPU, %d MiB allocated in all", took, (after.TotalAlloc-before.TotalAlloc)>>20)
			if took > mostTimes*plain {
				t.Errorf("took %v of CPU, where %d plain rules take %v", took, plainRules, plain)
			}
		})
	}
}

// plainRules is a file as large as any host's; a hostile one may take at most mostTimes as long. The worst takes a dozen times as
// long; files whose cost is quadratic in their size, or worse, would take thousands of times as long.
const (
	plainRules = 1900
	mostTimes  = 200
)

// plainTime is the CPU time for loading plainRules on this machine with this binary.
func plainTime(t *testing.T) time.Duration {
	t.Helper()
	text := "schema: 1\nrules:\n" + manyRules(plainRules)
	start := waittest.CPUTime(t)
	mustLoad(t, text)
	return waittest.CPUTime(t) - start
}

func manyRules(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "- {id: r%d, when: {says: {phrase: w}}, then: [flag: {}]}\n", i)
	}
	return b.String()
}

func TestFilesOnDisk(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return p
	}
	write("packs/own.yaml", "schema: 1\nwords: {w: {file: ../lists/w.txt}}\nrules: [{id: own, when: {says: {words: w}}, then: [flag: {}]}]\n")
	write("lists/w.txt", "zebra\n")
	main := write("room.yaml", "schema: 1\nprofile: zoo\nuse: [packs/own.yaml, base.yaml, packs/scams.en.yaml]\nmode: watch\n")
	set, err := Load(LoadOptions{FS: os.DirFS(packs)}, main)
	if err != nil {
		t.Fatal(err)
	}
	if set.Name() != "zoo" || set.Mode() != "watch" || len(set.Files()) != 4 {
		t.Errorf("name %q, mode %q, files %v", set.Name(), set.Mode(), set.Files())
	}
	if over, _ := Load(LoadOptions{FS: os.DirFS(packs), Mode: "act"}, main); over.Mode() != "act" || over.Hash() == set.Hash() {
		t.Error("the mode that was given does not replace that of the file")
	}
	for name, want := range map[string]string{
		dir: "not a regular file", "/dev/zero": "not a regular file", "opn-mic": `(did you mean "open-mic"?)`,
	} {
		if _, err := Load(LoadOptions{FS: os.DirFS(packs)}, name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want …%s", name, err, want)
		}
	}
}
