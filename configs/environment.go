package configs

import (
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"earshot/configs/strict"
)

// prefix begins the name of every environment variable of ours.
const prefix = "EARSHOT_"

// fileVariable names the configuration file. It is no setting: a file can't name itself.
const fileVariable = prefix + "CONFIG"

// environment is the environment by name.
type environment map[string]string

func newEnvironment(environ []string) environment {
	out := environment{}
	for _, kv := range environ {
		if k, v, ok := strings.Cut(kv, "="); ok {
			out[k] = v
		}
	}
	return out
}

// variable is the environment variable of a setting.
func variable(key string) string {
	return prefix + strings.ToUpper(strings.ReplaceAll(key, ".", "_"))
}

// layer is what the environment sets; an empty variable counts as not set. A variable that is nearly one of ours is a
// problem; any other is not, since systems that start programs add variables of their own under a program's name.
func (e environment) layer(bad *problems) layer {
	out := layer{}
	names := []string{fileVariable}
	for _, s := range settings() {
		name := variable(s.key)
		names = append(names, name)
		if text := e[name]; text != "" {
			out[s.key] = given{text: text, from: Source{Name: name}}
		}
	}
	var ours []string
	for name, text := range e {
		if text != "" && strings.HasPrefix(name, prefix) && !slices.Contains(names, name) {
			ours = append(ours, name)
		}
	}
	sort.Strings(ours)
	for _, name := range ours {
		if near := closestVariable(name, names); near != "" {
			bad.add(Source{Name: name}, "", "there is no such setting (did you mean %s?)", near)
		}
	}
	return out
}

func closestVariable(name string, names []string) string {
	var tails []string
	for _, n := range names {
		tails = append(tails, strings.TrimPrefix(n, prefix))
	}
	if near := strict.Closest(strings.TrimPrefix(name, prefix), tails); near != "" {
		return prefix + near
	}
	return ""
}

// configFile is the file to read: the one that was named, or the first usual one that exists, or "".
func (e environment) configFile(named string) string {
	if named != "" {
		return named
	}
	if f := e[fileVariable]; f != "" {
		return f
	}
	for _, f := range e.usualFiles() {
		if exists(f) {
			return f
		}
	}
	return ""
}

// usualFiles are the places where a configuration file is looked for, best first.
func (e environment) usualFiles() []string {
	var out []string
	if dir := e.base("XDG_CONFIG_HOME", ".config"); dir != "" {
		out = append(out, filepath.Join(dir, "earshot", "earshot.yaml"))
	}
	return append(out, "/etc/earshot/earshot.yaml")
}

// stateDir is the folder of the record when none is set; "" when there is no home.
func (e environment) stateDir() string {
	if dir := e.base("XDG_STATE_HOME", filepath.Join(".local", "state")); dir != "" {
		return filepath.Join(dir, "earshot")
	}
	return ""
}

// base is a folder of the XDG Base Directory Specification; by that text a relative value is ignored.
func (e environment) base(name, inHome string) string {
	if dir := e[name]; filepath.IsAbs(dir) {
		return dir
	}
	if home := e["HOME"]; filepath.IsAbs(home) {
		return filepath.Join(home, inHome)
	}
	return ""
}

// UsualFiles are the places where a configuration file is looked for when none is named, best first.
func UsualFiles(environ []string) []string { return newEnvironment(environ).usualFiles() }

// exists reports whether there is something at the path.
func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
