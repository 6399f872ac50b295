package configs

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"earshot/configs/strict"
)

// maxFile bounds a configuration file: nobody writes more, and what is bigger is the wrong file.
const maxFile = 256 << 10

// readFile reads and parses a file that a person wrote.
func readFile(name string, bad *problems) layer {
	f, err := os.Open(name)
	if err != nil {
		var pe *os.PathError
		if errors.As(err, &pe) {
			err = pe.Err
		}
		where := ""
		if abs, e := filepath.Abs(name); e == nil && errors.Is(err, fs.ErrPermission) {
			where = "; let the user that runs Earshot read " + abs + " and its folder"
		}
		bad.add(Source{File: name}, "", "this configuration file can't be read: %v%s", err, where)
		return nil
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	switch {
	case err != nil:
		bad.add(Source{File: name}, "", "this configuration file can't be read: %v", errors.Unwrap(err))
		return nil
	case len(data) > maxFile:
		bad.add(Source{File: name}, "", "this is more than %d kB, which is no configuration file", maxFile>>10)
		return nil
	}
	return parse(name, data, bad)
}

// parse turns YAML into values, keeping the line of each. Everything that is not a known key in its place, written
// once, is a problem.
func parse(name string, data []byte, bad *problems) layer {
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc, more yaml.Node
	err := dec.Decode(&doc)
	if errors.Is(err, io.EOF) {
		return nil // empty, or comments only
	}
	if err != nil {
		syntax := strict.Syntax(err, data)
		bad.add(Source{File: name, Line: syntax.Line}, "", "this is not YAML: %s", syntax.Message)
		return nil
	}
	if err := dec.Decode(&more); !errors.Is(err, io.EOF) {
		bad.add(Source{File: name, Line: more.Line}, "", "only one YAML document belongs in a configuration file")
		return nil
	}
	w := walker{file: name, known: settings(), out: layer{}, bad: bad}
	w.section("", doc.Content[0])
	return w.out
}

// walker goes through one document.
type walker struct {
	file string
	name string // the environment variable or flag, where it is no file
	// base goes in front of the keys in messages: what is walked is inside an entry of this setting.
	base  string
	known []setting
	out   layer
	bad   *problems
}

func (w *walker) at(n *yaml.Node) Source {
	if w.name != "" {
		return Source{Name: w.name}
	}
	return Source{File: w.file, Line: n.Line}
}

// section reads one mapping; prefix is "" or ends with a dot.
func (w *walker) section(prefix string, n *yaml.Node) {
	switch {
	case n.Kind == yaml.ScalarNode && n.Tag == "!!null": // a section with all its lines commented out
		return
	case n.Kind != yaml.MappingNode:
		w.bad.add(w.at(n), strings.TrimSuffix(w.base+prefix, "."), "settings in the form \"key: value\" belong here")
		return
	}
	seen := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		if line, twice := seen[k.Value]; twice {
			w.bad.add(w.at(k), "", "key %q appears twice%s", w.base+prefix+k.Value, firstIn(Source{Line: line}))
			continue
		}
		seen[k.Value] = k.Line
		w.entry(prefix, k, v)
	}
}

func (w *walker) entry(prefix string, k, v *yaml.Node) {
	key := prefix + k.Value
	switch {
	case k.Kind != yaml.ScalarNode || k.Tag != "!!str":
		w.bad.add(w.at(k), "", "a key is a plain word here%s", inside(w.base+prefix))
	case slices.ContainsFunc(w.known, func(s setting) bool { return s.key == key }) && !strings.Contains(k.Value, "."):
		w.value(key, v)
	case len(w.children(key+".")) > 0:
		w.section(key+".", v)
	default:
		w.bad.add(w.at(k), "", "unknown key %q%s%s", k.Value, inside(w.base+prefix), w.advice(prefix, k.Value))
	}
}

func (w *walker) value(key string, v *yaml.Node) {
	if i := slices.IndexFunc(w.known, func(s setting) bool { return s.key == key && s.fields != nil }); i >= 0 {
		w.entries(w.known[i], v)
		return
	}
	g, ok := w.given(v)
	switch {
	case !ok:
		w.bad.add(w.at(v), w.base+key, "a plain value or a list belongs here")
	case g.tag == "!!null": // left empty: the default holds
	default:
		w.out[key] = g
	}
}

// given reads a plain value or a list of them. Anchors and aliases have no use in a file of this size.
func (w *walker) given(v *yaml.Node) (given, bool) {
	switch v.Kind {
	case yaml.ScalarNode:
		return given{text: v.Value, tag: v.Tag, from: w.at(v)}, true
	case yaml.SequenceNode:
		g := given{tag: v.Tag, list: []given{}, from: w.at(v)}
		for _, e := range v.Content {
			x, ok := w.given(e)
			if !ok || x.list != nil {
				return g, false
			}
			g.list = append(g.list, x)
		}
		return g, true
	default:
		return given{}, false
	}
}

// children are the keys directly inside a section.
func (w *walker) children(prefix string) []string {
	var out []string
	for _, s := range w.known {
		rest, ok := strings.CutPrefix(s.key, prefix)
		child, _, _ := strings.Cut(rest, ".")
		if ok && !slices.Contains(out, child) {
			out = append(out, child)
		}
	}
	return out
}

// advice guesses what an unknown key was meant to be: a neighbour, or a key of another section.
func (w *walker) advice(prefix, key string) string {
	if where := secretPlace(prefix, key); where != "" {
		return " (" + where + ")"
	}
	if near := strict.Closest(strings.ToLower(key), w.children(prefix)); near != "" {
		return " (did you mean " + strconv.Quote(near) + "?)"
	}
	for _, s := range w.known {
		if section, leaf, ok := cutLast(s.key); ok && (leaf == key || s.key == prefix+key) {
			return " (did you mean " + strconv.Quote(leaf) + " inside " + strconv.Quote(section) + "?)"
		}
	}
	return ""
}

// secretPlace says where a secret belongs that was written where a server is named; "" for other keys.
func secretPlace(prefix, key string) string {
	files := map[string]string{
		"api_key": "api_key_file", "api_secret": "api_secret_file", "key": "api_key_file", "secret": "secret_file", "token": "token_file",
		"password": "password_file", "pin": "pin_file",
	}
	file := files[key]
	if prefix == "livekit." && key == "secret" {
		file = "api_secret_file"
	}
	switch {
	case file == "":
		return ""
	case prefix == "livekit." && strings.HasPrefix(file, "api_"):
		return "secrets don't belong here: set LIVEKIT_API_KEY and LIVEKIT_API_SECRET, or name a file with it as " + file + " under servers"
	case prefix == "jitsi.", prefix == "livekit.":
		return "secrets don't belong here: name a file with it as " + file + " under servers"
	}
	return ""
}

func cutLast(key string) (section, leaf string, ok bool) {
	i := strings.LastIndexByte(key, '.')
	if i < 0 {
		return "", key, false
	}
	return key[:i], key[i+1:], true
}

func inside(prefix string) string {
	if prefix == "" {
		return ""
	}
	return " in " + strconv.Quote(strings.TrimSuffix(prefix, "."))
}
