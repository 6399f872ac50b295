package configs

import (
	"bytes"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-viper/mapstructure/v2"
	"github.com/spf13/viper"
)

// Load reads, merges and checks the settings. The error is *Error when they are wrong; it then lists every problem.
func Load(o Options) (Config, error) {
	r, err := Explain(o)
	return r.Config, err
}

// Explain is Load with the origin of each value.
func Explain(o Options) (Report, error) {
	var bad problems
	env := newEnvironment(o.Environ)
	r := Report{File: env.configFile(o.File)}

	layers := []layer{parse("", defaults, &bad)}
	if r.File != "" {
		layers = append(layers, readFile(r.File, &bad))
	}
	layers = append(layers, env.layer(&bad), flagLayer(o.Flags, &bad))
	err := r.merge(layers, env, o.NoRecord, &bad)
	return r, err
}

// merge fills the report from the layers, lowest first.
func (r *Report) merge(layers []layer, env environment, noRecord bool, bad *problems) error {
	for _, s := range settings() {
		v := s.resolve(layers, env, bad)
		if s.key == "data_dir" && v.Value == "" && !noRecord {
			bad.add(v.From, s.key, "there is no home folder to store data in: set data_dir, EARSHOT_DATA_DIR or --data-dir")
		}
		r.Values = append(r.Values, v)
	}
	err := bad.err()
	if err == nil {
		r.Config, err = decode(r.Values)
	}
	if err != nil {
		return err
	}
	return r.profiles(bad)
}

// decode makes a Config of every setting's value.
func decode(values []Value) (c Config, err error) {
	v := viper.New()
	v.SetConfigType("yaml")
	if err := v.ReadConfig(bytes.NewReader(defaults)); err != nil {
		return c, fmt.Errorf("reading the embedded earshot.yaml: %w", err)
	}
	for _, val := range values {
		x := val.Value
		if list, ok := x.([]Entry); ok {
			x = plainEntries(val.merged(list))
		}
		if err := v.MergeConfigMap(nest(val.Key, x)); err != nil {
			return c, fmt.Errorf("setting %s: %w", val.Key, err)
		}
	}
	hooks := mapstructure.ComposeDecodeHookFunc(mapstructure.StringToTimeDurationHookFunc(), mapstructure.TextUnmarshallerHookFunc())
	if err := v.UnmarshalExact(&c, viper.DecodeHook(hooks)); err != nil {
		return c, fmt.Errorf("decoding the settings: %w", err)
	}
	return c, nil
}

// merged are the entries as they are decoded: of profiles the name alone, since what is written in them covers other
// settings.
func (v Value) merged(list []Entry) []Entry {
	if v.Key != "profiles" {
		return list
	}
	out := make([]Entry, len(list))
	for i, e := range list {
		out[i] = slices.DeleteFunc(slices.Clone(e), func(v Value) bool { return v.Key != "name" })
	}
	return out
}

// resolve checks the setting in every layer (a mistake in the file is told although a flag covers it) and returns the
// value of the last layer that has it.
func (s setting) resolve(layers []layer, env environment, bad *problems) Value {
	out := Value{Key: s.key}
	for _, l := range layers {
		g, ok := l[s.key]
		if !ok {
			continue
		}
		if s.fields != nil {
			if entries, ok := s.readEntries(g, env, bad); ok {
				out.Value, out.From = entries, g.from
			}
			continue
		}
		val, ok := s.read(g)
		if !ok {
			bad.add(g.from, s.key, "%s", s.wrong(g))
			continue
		}
		out.Value, out.From = val, g.from
	}
	if out.From.File == "" { // the embedded defaults have lines too, but nobody can open them
		out.From.Line = 0
	}
	if s.path {
		out.Value = env.absolute(s.key, out.Value, out.From, bad)
	}
	return out
}

// nest turns a dotted key and a value into the maps that viper merges.
func nest(key string, value any) map[string]any {
	first, rest, deeper := strings.Cut(key, ".")
	if deeper {
		return map[string]any{first: nest(rest, value)}
	}
	return map[string]any{first: value}
}

// flagLayer is what was given on the command line.
func flagLayer(flags map[string]string, bad *problems) layer {
	out := layer{}
	known := map[string]bool{}
	for _, s := range settings() {
		known[s.key] = true
	}
	dashes := strings.NewReplacer(".", "-", "_", "-")
	for _, key := range slices.Sorted(maps.Keys(flags)) {
		from := Source{Name: "--" + dashes.Replace(key)}
		if !known[key] {
			bad.add(from, key, "there is no such setting")
			continue
		}
		out[key] = given{text: flags[key], from: from}
	}
	return out
}

// absolute makes the paths of a value absolute: relative ones start at the folder of the file they are written in, or
// at the working folder.
func (e environment) absolute(key string, val any, from Source, bad *problems) any {
	fix := func(p string) string {
		out, err := e.path(p, from)
		if err != nil {
			bad.add(from, key, "%v", err)
		}
		return out
	}
	switch v := val.(type) {
	case string:
		if strings.Contains(v, "://") && key == "calendar" {
			return v
		}
		if v == "" && key == "data_dir" {
			v = e.stateDir()
		}
		return fix(v)
	case []string:
		for i, p := range v {
			if isRulePath(p) {
				v[i] = fix(p)
			}
		}
		return v
	}
	return val
}

// path makes one path absolute; an empty one stays empty.
func (e environment) path(p string, from Source) (string, error) {
	switch {
	case p == "":
		return "", nil
	case p == "~" || strings.HasPrefix(p, "~/"):
		home := e["HOME"]
		if home == "" {
			return "", fmt.Errorf("%q needs HOME, which is not set", p)
		}
		return filepath.Join(home, p[1:]), nil
	case from.File != "" && !filepath.IsAbs(p):
		p = filepath.Join(filepath.Dir(from.File), p)
	}
	return filepath.Abs(p)
}
