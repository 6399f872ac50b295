// Package static is what the pages need besides their HTML: the one stylesheet, the one script and the icon, under addresses that hold
// a hash of their content.
package static

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"net/http"
	"path"
	"regexp"
)

//go:embed css js icon.svg
var files embed.FS

// Assets serves the files under addresses that hold a hash of their content, so that browsers keep them for ever and never show a stale
// one. It is not changed after Load: its methods may be called by many goroutines at once.
type Assets struct {
	body map[string][]byte
	hash map[string]string
}

// styles are the parts of the one stylesheet, in the order in which later ones override earlier ones.
var styles = []string{
	"base", "top", "shared", "rooms", "session", "transcript", "summary", "queue", "rules", "search", "sizes", "print",
}

// scripts are the parts of the one script, which run in one function: none of their names is the page's.
var scripts = []string{
	"core", "stream", "lists", "queue", "timeline", "zoom", "window", "session", "line", "sound", "decide", "find", "keys", "focus", "care",
	"print", "clocks", "start",
}

var assetTypes = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
}

// Load reads the embedded files.
func Load() *Assets {
	a := &Assets{body: map[string][]byte{}, hash: map[string]string{}}
	a.add("icon.svg", read("icon.svg"))
	var css []byte
	for _, name := range styles {
		css = append(css, bare(comment.ReplaceAll(read("css/"+name+".css"), nil))...)
	}
	a.add("app.css", css)
	js := []byte("\"use strict\";\n(() => {\n")
	for _, name := range scripts {
		js = append(js, bare(read("js/"+name+".js"))...)
	}
	a.add("app.js", append(js, "})();\n"...))
	return a
}

// comment is one of a style; no string of a style may contain what begins one.
var comment = regexp.MustCompile(`(?s)/\*.*?\*/\n?`)

// bare drops the lines of a script that are nothing but a comment, and indentation: a fifth of what would be sent. No string of a script
// may go over several lines.
func bare(js []byte) (out []byte) {
	for line := range bytes.Lines(js) {
		if line = bytes.TrimLeft(line, " "); !bytes.HasPrefix(line, []byte("//")) {
			out = append(out, line...)
		}
	}
	return out
}

func read(name string) []byte {
	b, err := files.ReadFile(name)
	if err != nil {
		panic(err) // embedded: can't fail in a built program
	}
	return b
}

func (a *Assets) add(name string, body []byte) {
	sum := sha256.Sum256(body)
	a.body[name] = body
	a.hash[name] = hex.EncodeToString(sum[:6])
}

// URL is the address of an asset with its hash; it fails for a name that is not embedded.
func (a *Assets) URL(name string) (string, error) {
	h, ok := a.hash[name]
	if !ok {
		return "", fmt.Errorf("no asset %q", name)
	}
	return "/static/" + name + "?v=" + h, nil
}

// Serve answers GET /static/{file}.
func (a *Assets) Serve(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("file")
	b, ok := a.body[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", assetTypes[path.Ext(name)])
	h.Set("Cache-Control", "no-cache")
	if r.URL.Query().Get("v") == a.hash[name] {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	h.Set("ETag", `"`+a.hash[name]+`"`)
	if r.Header.Get("If-None-Match") == `"`+a.hash[name]+`"` {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	_, _ = w.Write(b)
}
