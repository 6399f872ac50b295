//go:build !race

package configs

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"earshot/models"
	"earshot/models/waittest"
)

// home is an environment in which only the defaults apply.
func home(t *testing.T) (dir string, environ []string) {
	t.Helper()
	dir = t.TempDir()
	return dir, []string{"HOME=" + dir}
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestDefaults(t *testing.T) {
	dir, environ := home(t)
	got, err := Load(Options{Environ: environ})
	if err != nil {
		t.Fatal(err)
	}
	want := Config{
		DataDir:  filepath.Join(dir, ".local", "state", "earshot"),
		Listen:   "127.0.0.1:8484",
		Lounge:   Lounge{PerAddress: 8},
		Language: "en", Vocabulary: []string{}, ICE: ICE{Servers: []ICEServer{}, Interfaces: []string{}}, Rooms: []Room{}, Servers: []Server{},
		Partials: 1500 * time.Millisecond, SpoolMB: 1024, Decoder: Decoder{Backend: "auto"},
		Rules:     []string{"open-mic"},
		Hosts:     []string{},
		Proxies:   []string{},
		Access:    "here",
		Automatic: true,
		Rebalance: true,
		Captions:  Captions{To: "none"}, Stay: Stay{Alone: 10 * time.Minute},
		Evidence:  Evidence{Keep: 336 * time.Hour, Before: 5 * time.Second, After: 5 * time.Second, Memory: 30 * time.Second},
		LiveKit:   LiveKit{Dispatch: "named", Agent: "earshot", LoadThreshold: 0.7},
		Jitsi:     Jitsi{Path: "/jitsi"},
		Log:       Log{Level: slog.LevelInfo, Format: "text"},
		Retention: Retention{Clips: Age(14 * 24 * time.Hour), Transcripts: Age(30 * 24 * time.Hour), Flags: Age(180 * 24 * time.Hour)},
		Opinion:   Opinion{Kind: "chat", Timeout: 5 * time.Second},
		Export:    Export{Formats: []string{"html", "json"}},
		Segment: Segment{
			EndSilence: 500 * time.Millisecond, PreRoll: 250 * time.Millisecond,
			Minimum: 90 * time.Millisecond, Maximum: 14 * time.Second,
		},
	}
	if len(got.Profiles) != 1 || got.Profiles[0].Name != "open-mic" {
		t.Errorf("profiles: %v", got.ProfileNames())
	}
	got.Profiles = nil
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestBadFiles loads each testdata/bad-*.yaml; its first line is the message that must come.
func TestBadFiles(t *testing.T) {
	files, _ := filepath.Glob("testdata/bad-*.yaml")
	if len(files) < 30 {
		t.Fatalf("only %d bad files found", len(files))
	}
	for _, name := range files {
		t.Run(filepath.Base(name), func(t *testing.T) {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			first, _, _ := strings.Cut(string(data), "\n")
			want := "testdata/" + strings.TrimPrefix(first, "# ")
			_, environ := home(t)
			_, err = Load(Options{File: name, Environ: environ})
			if err == nil || err.Error() != want {
				t.Errorf("got  %v\nwant %s", err, want)
			}
		})
	}
}

func TestEverySettingByEnvironmentAndFlag(t *testing.T) {
	_, environ := home(t)
	base, err := Load(Options{Environ: environ})
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range settings() {
		sample, ok := samples[s.key]
		if !ok {
			t.Errorf("%s: no sample in this test", s.key)
			continue
		}
		name := "EARSHOT_" + strings.ToUpper(strings.ReplaceAll(s.key, ".", "_"))
		for _, o := range []Options{
			{Environ: append(environ[:1:1], name+"="+sample.text)},
			{Environ: environ, Flags: map[string]string{s.key: sample.text}},
		} {
			r, err := Explain(o)
			if err != nil {
				t.Errorf("%s: %v", s.key, err)
				continue
			}
			got := r.Values[i].Value
			if list, ok := got.([]Entry); ok {
				got = flow(list)
			}
			if diff := cmp.Diff(sample.want, got); diff != "" || r.Values[i].From.Name == "" {
				t.Errorf("%s from %v: %s", s.key, r.Values[i].From, diff)
			}
			if cmp.Equal(base, r.Config) {
				t.Errorf("%s from %v does not reach the Config", s.key, r.Values[i].From)
			}
		}
	}
}

// flow is entries as YAML writes them in one line.
func flow(list []Entry) string {
	var out []string
	for _, e := range list {
		var keys []string
		for _, v := range e {
			keys = append(keys, fmt.Sprintf("%s: %v", v.Key, v.Value))
		}
		out = append(out, "{"+strings.Join(keys, ", ")+"}")
	}
	return "[" + strings.Join(out, ", ") + "]"
}

// TestSettingsAreDocumented holds the struct, the table and earshot.yaml together: same keys, and a comment above each.
func TestSettingsAreDocumented(t *testing.T) {
	var table, documented []string
	for _, s := range settings() {
		table = append(table, s.key)
	}
	if diff := cmp.Diff(table, fields("", reflect.TypeFor[Config]())); diff != "" {
		t.Errorf("the table and the struct differ: %s", diff)
	}
	var bad problems
	found := parse("earshot.yaml", defaults, &bad)
	if len(bad) > 0 {
		t.Fatal(bad.err())
	}
	lines := strings.Split(string(defaults), "\n")
	for _, key := range table {
		g, ok := found[key]
		if !ok {
			t.Errorf("%s is not in earshot.yaml", key)
			continue
		}
		documented = append(documented, key)
		if above := lines[g.from.Line-2]; !strings.HasPrefix(strings.TrimSpace(above), "# ") {
			t.Errorf("earshot.yaml:%d: %s has no comment above it", g.from.Line, key)
		}
	}
	if len(documented) != len(found) {
		t.Errorf("earshot.yaml has %d settings, the table %d", len(found), len(table))
	}
}

// fields are the dotted keys of a struct's fields, in order.
func fields(prefix string, t reflect.Type) []string {
	var out []string
	for f := range t.Fields() {
		key := prefix + f.Tag.Get("mapstructure")
		if f.Type.Kind() == reflect.Struct {
			out = append(out, fields(key+".", f.Type)...)
			continue
		}
		out = append(out, key)
	}
	return out
}

func TestLaterLayersWin(t *testing.T) {
	dir, environ := home(t)
	name := write(t, filepath.Join(dir, "my.yaml"), "listen: :1\nmode: act\nlanguage: id\nlog:\n  level: error\n  # format: json\nsegment:\n")
	r, err := Explain(Options{
		File:    name,
		Environ: append(environ, "EARSHOT_LISTEN=:2", "EARSHOT_MODE=suggest", "EARSHOT_LANGUAGE="),
		Flags:   map[string]string{"listen": ":3"},
	})
	if err != nil {
		t.Fatal(err)
	}
	type row struct {
		Value any
		From  string
	}
	got := map[string]row{}
	for _, v := range r.Values {
		got[v.Key] = row{v.Value, v.From.String()}
	}
	for key, want := range map[string]row{
		"listen":     {":3", "--listen"},
		"mode":       {"suggest", "EARSHOT_MODE"},
		"language":   {"id", name + ":3"}, // an empty variable sets nothing
		"log.level":  {"error", name + ":5"},
		"log.format": {"text", "default"},
		"decoders":   {0, "default"},
	} {
		if diff := cmp.Diff(want, got[key]); diff != "" {
			t.Errorf("%s: %s", key, diff)
		}
	}
	if c := r.Config; c.Listen != ":3" || c.Mode != models.ModeSuggest || c.Log.Level != slog.LevelError {
		t.Errorf("the Config does not follow: %+v", c)
	}
}

func TestAllMistakesAtOnce(t *testing.T) {
	dir, environ := home(t)
	name := write(t, filepath.Join(dir, "my.yaml"), "mode: never\nlisen: x\nlisten: x\n")
	_, err := Load(Options{
		File:    name,
		Environ: append(environ, "EARSHOT_LISTEN=here", "EARSHOT_LISTN=:1", "EARSHOT_PORT_8484_TCP=tcp://10.0.0.1:8484"),
		Flags:   map[string]string{"log.level": "chatty"},
	})
	want := strings.Join([]string{
		name + `:1: mode: "never" is not one of empty, watch, suggest or act`,
		name + `:2: unknown key "lisen" (did you mean "listen"?)`,
		name + `:3: listen: "x" is not an address like 127.0.0.1:8484 (host:port, port 0 to 65535)`,
		`--log-level: log.level: "chatty" is not one of debug, info, warn or error`,
		`EARSHOT_LISTEN: listen: "here" is not an address like 127.0.0.1:8484 (host:port, port 0 to 65535)`,
		`EARSHOT_LISTN: there is no such setting (did you mean EARSHOT_LISTEN?)`,
	}, "\n")
	if err == nil {
		t.Fatal("no error")
	}
	if diff := cmp.Diff(want, err.Error()); diff != "" {
		t.Error(diff)
	}
}

// TestReadingIsBounded feeds what could cost much memory or time.
func TestReadingIsBounded(t *testing.T) {
	bomb := "a: &a [x, x]\n" + regexp.MustCompile(`(?s).`).ReplaceAllStringFunc("bcdefghij", func(s string) string {
		prev := string(s[0] - 1)
		return s + ": &" + s + " [" + strings.Repeat("*"+prev+", ", 9) + "*" + prev + "]\n"
	})
	for name, text := range map[string]string{
		"large": "# " + strings.Repeat("x", 300<<10),
		"deep":  "model: " + strings.Repeat("[", 20_000) + "\n",
		"bomb":  bomb,
		"keys":  strings.Repeat("k: 1\n", 20_000),
	} {
		t.Run(name, func(t *testing.T) {
			dir, environ := home(t)
			name := write(t, filepath.Join(dir, "c.yaml"), text)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			start := waittest.CPUTime(t)
			_, err := Load(Options{File: name, Environ: environ})
			if err == nil {
				t.Error("no error")
			}
			took := waittest.CPUTime(t) - start
			runtime.ReadMemStats(&after)
			if took > 5*time.Second { // some ms without the race detector
				t.Errorf("took %v of CPU", took)
			}
			if used := after.TotalAlloc - before.TotalAlloc; used > 64<<20 {
				t.Errorf("allocated %d MB", used>>20)
			}
		})
	}
}

func FuzzParse(f *testing.F) {
	f.Add(defaults)
	files, _ := filepath.Glob("testdata/bad-*.yaml")
	for _, name := range files {
		data, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	env := newEnvironment([]string{"HOME=/home/host"})
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > maxFile {
			return
		}
		var bad problems
		var r Report
		err := r.merge([]layer{parse("", defaults, &bad), parse("f.yaml", data, &bad)}, env, false, &bad)
		if err != nil {
			if text := err.Error(); !strings.HasPrefix(text, "f.yaml:") {
				t.Errorf("an error without its place: %s", text)
			}
			return
		}
		c := r.Config
		if !filepath.IsAbs(c.DataDir) || c.Decoders < 0 || c.Decoders > 64 || c.Segment.Maximum < 8*time.Second {
			t.Errorf("accepted: %+v", c)
		}
	})
}
