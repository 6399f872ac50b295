//go:build !race

// Package archtest reads the source of the whole tree: who imports whom, how big packages, files and functions are, and
// what comments, logs and licences must hold to.
package archtest

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// root is the top of the source tree, seen from this package.
var root = os.DirFS("../../../..")

// mayImport is the table of the packages of this module: a package (or all below it, with "/...") may import these,
// models with the contract of its store, models/ticks and models/timetable. What is not in the table may import nothing else. The first
// entry that fits a package counts.
var mayImport = []struct {
	pkg     string
	imports []string
}{
	{"cmd/earshot/bench", []string{
		"bot", "bot/audio/...", "bot/media", "cmd/earshot/recording", "cmd/earshot/playback",
		"transcribe", "transcribe/fixture", "transcribe/whisper",
	}},
	{"cmd/earshot/playback", []string{"bot", "bot/audio/...", "bot/lounge", "bot/peer"}},
	{"cmd/earshot/doctor", []string{"bot", "bot/ffmpeg", "bot/peer", "configs", "models/sqlite", "transcribe/modelfile"}},
	{"cmd/earshot/recording", []string{"bot/audio/...", "bot/ffmpeg", "transcribe"}},
	{"cmd/earshot/metrics", []string{"bot/fleet", "bot/media", "bot/room", "bot/peer/guard", "transcribe", "transcribe/decoder"}},
	{"cmd/earshot/afterwards", []string{
		"bot/audio", "configs", "models/wholefile", "moderation/live", "moderation/review/export", "moderation/summary/...",
	}},
	{"cmd/earshot/captions", []string{"bot", "configs", "moderation/review/events"}},
	{"cmd/earshot/imports", []string{
		"bot/audio", "cmd/earshot/metrics", "cmd/earshot/recording", "cmd/earshot/transcripts", "models/sqlite", "moderation/live",
		"moderation/engine", "moderation/match", "moderation/review/transcript",
	}},
	{"cmd/earshot/control", []string{"cmd/earshot/doctor", "configs", "configs/strict", "moderation/review/auth"}},
	{"cmd/earshot/noise", nil},
	{"cmd/earshot/roomtimes", []string{"bot", "bot/fleet", "bot/schedule", "configs"}},
	{"cmd/earshot/secrets", []string{"configs"}},
	{"cmd/earshot/speech", []string{
		"bot/audio/...", "bot/ffmpeg", "cmd/earshot/secrets", "configs", "configs/strict", "moderation/engine", "transcribe/...",
	}},
	{"cmd/earshot/web", nil},
	{"cmd/earshot/terminal", []string{"cmd/earshot/secrets", "moderation/explain", "moderation/review/export"}},
	{"cmd/earshot/harvest", []string{"cmd/earshot/noise", "cmd/earshot/speech", "cmd/earshot/terminal", "transcribe"}},
	{"cmd/earshot/transcripts", []string{
		"cmd/earshot/recording", "cmd/earshot/speech", "cmd/earshot/terminal", "configs", "moderation/review/export", "transcribe/...",
	}},
	{"cmd/earshot/demo", []string{
		"bot", "bot/audio/sound", "bot/fleet", "bot/janus", "bot/livekit", "bot/lounge", "bot/mumble", "cmd/earshot/app",
		"cmd/earshot/recording", "cmd/earshot/playback", "moderation/review/events",
	}},
	{"cmd/earshot/cli", []string{
		"cmd/earshot/afterwards", "cmd/earshot/app", "cmd/earshot/secrets", "cmd/earshot/speech", "cmd/earshot/terminal",
		"cmd/earshot/transcripts", "configs", "configs/strict", "moderation/match/labelled", "moderation/review/export",
		"moderation/review/transcript", "moderation/rules", "transcribe/modelfile",
	}},
	{"cmd/earshot", []string{"cmd/earshot/cli", "cmd/earshot/commands/..."}},
	{"cmd/...", []string{"..."}},
	{"models", nil},
	{"models/confusables", nil},
	{"models/store", nil},
	{"models/sqlite/...", []string{"models/sqlite/...", "models/sqlstore/...", "models/wholefile"}},
	{"models/postgres/...", []string{"models/postgres/...", "models/sqlstore/..."}},
	{"models/sqlstore/...", []string{"models/sqlstore/..."}},
	{"configs", []string{"configs/strict"}},
	{"configs/...", nil},
	{"docs/rules-gallery", nil},
	{"models/filetest", nil},
	{"models/leaktest", nil},
	{"models/waittest", nil},
	{"models/ticks", nil},
	{"models/timetable", nil},
	{"models/wholefile", nil},
	{"bot", nil},
	{"bot/audio/sound", nil},
	{"bot/audio/spectrum", nil},
	{"bot/audio/impairtest", nil},
	{"bot/audio/...", []string{"bot/audio/sound/..."}},
	{"bot/audio", []string{"bot/audio/..."}},
	{"bot/peer", []string{"bot/peer/guard"}},
	{"bot/peer/guard", nil},
	{"bot/media", []string{"bot", "bot/audio/..."}},
	{"bot/room", []string{"bot", "bot/audio/...", "bot/media"}},
	{"bot/restrict", []string{"bot", "bot/room"}},
	{"bot/internal/...", []string{"bot", "bot/audio/...", "bot/media", "bot/peer", "bot/room", "bot/internal/..."}},
	{"bot/livekit/...", []string{"bot", "bot/audio/...", "bot/peer", "bot/internal/...", "bot/livekit/..."}},
	{"bot/jitsi/...", []string{"bot", "bot/audio/...", "bot/peer", "bot/internal/...", "bot/jitsi/..."}},
	{"bot/mumble/...", []string{"bot", "bot/audio/...", "bot/peer", "bot/internal/...", "bot/mumble/...", "models/wholefile"}},
	{"bot/janus/...", []string{"bot", "bot/audio/...", "bot/peer", "bot/internal/...", "bot/janus/..."}},
	{"bot/lounge", []string{"bot", "bot/audio/...", "bot/peer", "bot/lounge/names"}},
	{"bot/lounge/names", []string{"models/confusables"}},
	{"bot/lounge/server", []string{"bot", "bot/audio/...", "bot/internal/...", "bot/lounge/...", "bot/peer"}},
	{"bot/lounge/server/budget", []string{"bot/lounge"}},
	{"bot/lounge/server/forward", []string{"bot/peer"}},
	{"bot/lounge/server/rooms", []string{"bot/lounge/..."}},
	{"bot/schedule", []string{"bot", "bot/schedule/calendar"}},
	{"bot/schedule/calendar", nil},
	{"bot/ffmpeg", nil},
	{"bot/stream/...", []string{"bot", "bot/audio/...", "bot/ffmpeg", "bot/internal/...", "bot/peer", "bot/stream/..."}},
	{"bot/fleet", []string{
		"bot", "bot/ffmpeg", "bot/janus", "bot/jitsi", "bot/livekit", "bot/lounge", "bot/media", "bot/mumble", "bot/peer", "bot/room",
		"bot/schedule", "bot/stream", "bot/whep",
	}},
	{"bot/...", []string{"bot", "bot/audio/...", "bot/peer", "bot/internal/..."}},
	{"transcribe", nil},
	{"transcribe/fixture", []string{"models/wholefile"}},
	{"transcribe/modelfile", []string{"models/wholefile", "transcribe"}},
	{"transcribe/...", []string{"transcribe"}},
	{"moderation/gru/...", []string{"moderation/gru"}},
	{"moderation/match/...", []string{"models/confusables", "moderation/gru/...", "moderation/match/..."}},
	{"moderation/rules", []string{"configs/strict", "configs/yamltext"}},
	{"moderation/engine/reload", []string{"moderation/engine", "moderation/match/textmodel", "moderation/rules"}},
	{"moderation/engine/tune", []string{"models/wholefile", "moderation/engine", "moderation/rules"}},
	{"moderation/engine/draft", []string{"configs/yamltext", "models/wholefile", "moderation/engine", "moderation/rules"}},
	{"moderation/engine/ledger", []string{"moderation/rules"}},
	{"moderation/engine/condition", []string{"configs/strict", "moderation/engine/ledger", "moderation/match/...", "moderation/rules"}},
	{"moderation/engine", []string{
		"configs/strict", "models/weakcache", "moderation/engine/condition", "moderation/engine/ledger", "moderation/match/...",
		"moderation/rules",
	}},
	{"moderation/...", []string{"moderation/engine"}},
	{"moderation/live", []string{"moderation/engine", "moderation/opinion", "moderation/rules", "moderation/summary"}},
	{"moderation/notify", []string{"configs/strict"}},
	{"moderation/explain", []string{"moderation/engine", "moderation/engine/condition"}},
	{"moderation/opinion", []string{"moderation/engine", "moderation/openai"}},
	{"moderation/summary/...", []string{"moderation/engine", "moderation/gru/...", "moderation/openai", "moderation/summary/..."}},
	{"moderation/review/web", nil},
	{"moderation/review/events", []string{"moderation/review/auth", "moderation/review/web"}},
	{"moderation/review/auth", []string{"moderation/match", "moderation/review/web"}},
	{"moderation/review/record", []string{
		"moderation/engine", "moderation/engine/draft", "moderation/engine/tune", "moderation/review/auth", "moderation/review/export",
		"moderation/review/web",
	}},
	{"moderation/review/api", []string{
		"moderation/engine", "moderation/engine/tune", "moderation/review/auth", "moderation/review/events", "moderation/review/export",
		"moderation/review/record", "moderation/review/web", "moderation/rules",
	}},
	{"moderation/review/pages/static", nil},
	{"moderation/review/pages", []string{
		"moderation/engine", "moderation/engine/draft", "moderation/engine/tune", "moderation/review/auth", "moderation/review/events",
		"moderation/review/export", "moderation/review/internal/...", "moderation/review/pages/static", "moderation/review/record",
		"moderation/review/web",
	}},
	{"moderation/review/export", []string{"moderation/engine", "moderation/match/..."}},
	{"moderation/review/transcript", []string{"moderation/engine", "moderation/review/export"}},
	{"moderation/review", []string{"moderation/engine", "moderation/engine/draft", "moderation/engine/tune", "moderation/review/..."}},
}

// testsMayImport has what tests of a package (or of all below it), and packages for tests, may import besides: what they share, and
// the real parts that they are tried with.
var testsMayImport = []struct {
	pkg     string
	imports []string
}{
	{"...", []string{"transcribe/fixture/...", "models/filetest", "models/leaktest", "models/waittest", "cmd/earshot/internal/programtest"}},
	{"models/...", []string{"models/store/storetest"}},
	{"cmd/earshot/afterwards", []string{"models/sqlite"}},
	{"transcribe/remote", []string{"transcribe/whisper", "transcribe/remote/remotetest"}},
	{"transcribe/sharing", []string{"models/..."}},
	{"cmd/earshot", []string{"bot/audio/..."}},
	{"bot/schedule", []string{"configs"}},
	{"bot/...", []string{"bot/room", "bot/bottest"}},
	{"bot/fleet", []string{"models/sqlite"}},
	{"bot/peer", []string{"bot/internal/processtest"}},
	{"moderation/live", []string{"bot/...", "models/sqlite", "moderation/review/events"}},
	{"moderation/review/transcript", []string{"configs", "models/sqlite"}},
}

func testsMay(pkg, imp string) bool {
	for _, row := range testsMayImport {
		if within(pkg, row.pkg) && anyWithin(imp, row.imports) {
			return true
		}
	}
	return false
}

// onlyIn confines modules that leak into everything when they may: the import path (and all below it) belongs to these
// folders alone. Tests of the program as a whole may play any part.
var onlyIn = map[string][]string{
	"github.com/pion":                  {"bot/...", "cmd/earshot/app_test"},
	"github.com/livekit":               {"bot/..."},
	"github.com/mattn/go-sqlite3":      {"models/sqlite/..."},
	"github.com/jackc/pgx":             {"models/postgres/..."},
	"earshot/models/sqlstore":          {"models/sqlstore/...", "models/sqlite/...", "models/postgres/..."},
	"earshot/models/sqlite":            {"models/sqlite/...", "cmd/earshot/app", "cmd/earshot/internal/programtest", "_test"},
	"github.com/spf13/viper":           {"configs"},
	"github.com/spf13/cobra":           {"cmd/..."},
	"github.com/ggerganov":             {"transcribe/whisper"},
	"github.com/go-viper/mapstructure": {"configs"},
	"C":                                {"transcribe/whisper", "bot/audio"},
	"testing":                          {"_test", "bot/audio/sound/soundtest", "bot/bottest", "models/store/storetest"},
}

// source is one parsed Go file.
type source struct {
	name  string // from the top of the tree
	pkg   string // its folder
	test  bool
	file  *ast.File
	fset  *token.FileSet
	lines int
}

func (s source) at(n ast.Node) string {
	return s.name + ":" + strings.Split(s.fset.Position(n.Pos()).String(), ":")[1]
}

// sources is every Go file of the module, parsed once.
func sources(t *testing.T) []source {
	t.Helper()
	out, err := parsed()
	if err != nil {
		t.Fatal(err)
	}
	if len(out) < 20 {
		t.Fatalf("only %d Go files found: these tests look in the wrong place", len(out))
	}
	return out
}

var parsed = sync.OnceValues(func() (out []source, err error) {
	fset := token.NewFileSet()
	err = walk(func(name string, data []byte) error {
		if path.Ext(name) != ".go" {
			return nil
		}
		f, err := parser.ParseFile(fset, path.Base(name), data, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		out = append(out, source{name, path.Dir(name), strings.HasSuffix(name, "_test.go"), f, fset, strings.Count(string(data), "\n")})
		return nil
	})
	return out, err
})

// walk visits every file that belongs to the project: what is built or fetched does not.
func walk(visit func(name string, data []byte) error) error {
	return fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && slices.Contains([]string{".git", "build", "bin", "dist", "node_modules"}, name):
			return fs.SkipDir
		case !d.Type().IsRegular(), name == ".git": // a file in a linked worktree
			return nil
		}
		data, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		return visit(name, data)
	})
}

// within reports whether a package is the one that a pattern names, or below it for a pattern with "/...".
func within(pkg, pattern string) bool {
	if base, ok := strings.CutSuffix(pattern, "/..."); ok {
		return pkg == base || strings.HasPrefix(pkg, base+"/")
	}
	return pattern == "..." || pkg == pattern
}

func anyWithin(pkg string, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return within(pkg, p) })
}

// allowed are the packages of this module that pkg may import.
func allowed(pkg string) []string {
	best := -1
	for i, row := range mayImport {
		if row.pkg == pkg {
			return row.imports
		}
		if within(pkg, row.pkg) && (best < 0 || len(row.pkg) > len(mayImport[best].pkg)) {
			best = i
		}
	}
	if best < 0 {
		return nil
	}
	return mayImport[best].imports
}

func imports(s source) map[string]ast.Node {
	out := map[string]ast.Node{}
	for _, i := range s.file.Imports {
		out[strings.Trim(i.Path.Value, `"`)] = i
	}
	return out
}

func TestImportsBetweenPackages(t *testing.T) {
	for _, s := range sources(t) {
		for imp, node := range imports(s) {
			own, ours := strings.CutPrefix(imp, "earshot/")
			if !ours || own == s.pkg || own == "models" || own == "models/ticks" || own == "models/timetable" ||
				own == "models/store" && s.pkg != "models" ||
				anyWithin(own, allowed(s.pkg)) || (s.test || strings.HasSuffix(s.pkg, "test")) && testsMay(s.pkg, own) {
				continue
			}
			t.Errorf("%s: %s may not import %s", s.at(node), s.pkg, own)
		}
	}
}

// TestProductionNeedsNoTestSupport: packages named for tests belong to tests, and to one another.
func TestProductionNeedsNoTestSupport(t *testing.T) {
	for _, s := range sources(t) {
		if s.test || strings.HasSuffix(s.pkg, "test") {
			continue
		}
		for imp, node := range imports(s) {
			if strings.HasPrefix(imp, "earshot/") && strings.HasSuffix(imp, "test") {
				t.Errorf("%s: %s is for tests", s.at(node), imp)
			}
		}
	}
}

func TestModelsImportTheStandardLibraryOnly(t *testing.T) {
	for _, s := range sources(t) {
		for imp, node := range imports(s) {
			if s.pkg == "models" && !s.test && strings.Contains(strings.Split(imp, "/")[0], ".") {
				t.Errorf("%s: models may not import %s", s.at(node), imp)
			}
		}
	}
}

func TestModulesStayInTheirFolders(t *testing.T) {
	for _, s := range sources(t) {
		for imp, node := range imports(s) {
			for module, folders := range onlyIn {
				if imp != module && !strings.HasPrefix(imp, module+"/") || anyWithin(s.pkg, folders) {
					continue
				}
				if s.test && (slices.Contains(folders, "_test") || slices.Contains(folders, s.pkg+"_test")) {
					continue
				}
				t.Errorf("%s: %s belongs to %v", s.at(node), imp, folders)
			}
		}
	}
}

func TestTopFolders(t *testing.T) {
	known := []string{
		"cmd", "bot", "transcribe", "moderation", "models", "configs", "scripts", "packaging", "docs", ".ci", ".git", "build",
		"bin", "dist",
	}
	entries, err := fs.ReadDir(root, ".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.IsDir() && !slices.Contains(known, e.Name()) {
			t.Errorf("%s: the top folders are %v", e.Name(), known)
		}
	}
}

// TestTextSpeaksOfTheProjectAlone finds paths of one machine and hosts of package registries in any text of ours.
func TestTextSpeaksOfTheProjectAlone(t *testing.T) {
	forbidden := regexp.MustCompile(`(^|[^\w.~*$})/-])/(` + `work|root|Users)/\w` + `|/tmp/[a-z]+_jobs` +
		`|\b(proxy\.golang|deb\.debian|registry\.npmjs|pypi)\.` + `(org|com)\b`)
	// What every such text has in it: most files have none, and are not searched.
	hints := []string{"/" + "work/", "/" + "root/", "/" + "Users/", "/tmp/", "proxy.golang", "deb.debian", "registry.npmjs", "pypi"}
	err := walk(func(name string, data []byte) error {
		if slices.Contains(data[:min(len(data), 4096)], 0) { // not text
			return nil
		}
		if !slices.ContainsFunc(hints, func(word string) bool { return bytes.Contains(data, []byte(word)) }) {
			return nil
		}
		for i, line := range strings.Split(string(data), "\n") {
			if found := forbidden.FindString(line); found != "" {
				t.Errorf("%s:%d: %q", name, i+1, found)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
