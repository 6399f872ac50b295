package pages

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"path"

	"earshot/models"
)

//go:embed templates/*.html
var templateFiles embed.FS

//go:embed static
var staticFiles embed.FS

// assets serves the stylesheet, the script and the icon under addresses that hold a hash of their content, so that
// browsers keep them for ever and never show a stale one.
type assets struct {
	body map[string][]byte
	hash map[string]string
}

// styles are the parts of the one stylesheet, in the order in which later ones override earlier ones.
var styles = []string{
	"base", "top", "shared", "rooms", "session", "transcript", "summary", "queue", "rules", "search", "sizes",
}

// scripts are the parts of the one script, which run in one function: none of their names is the page's.
var scripts = []string{"core", "stream", "lists", "timeline", "window", "session", "sound", "decide", "find", "keys", "start"}

var assetTypes = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
}

func loadAssets() *assets {
	a := &assets{body: map[string][]byte{}, hash: map[string]string{}}
	files, err := fs.ReadDir(staticFiles, "static")
	if err != nil {
		panic(err) // embedded: can't fail in a built program
	}
	for _, f := range files {
		if !f.IsDir() {
			a.add(f.Name(), read(f.Name()))
		}
	}
	var css []byte
	for _, name := range styles {
		css = append(css, read("css/"+name+".css")...)
	}
	a.add("app.css", css)
	js := []byte("\"use strict\";\n(() => {\n")
	for _, name := range scripts {
		js = append(js, read("js/"+name+".js")...)
	}
	a.add("app.js", append(js, "})();\n"...))
	return a
}

func read(name string) []byte {
	b, err := staticFiles.ReadFile("static/" + name)
	if err != nil {
		panic(err) // embedded: can't fail in a built program
	}
	return b
}

func (a *assets) add(name string, body []byte) {
	sum := sha256.Sum256(body)
	a.body[name] = body
	a.hash[name] = hex.EncodeToString(sum[:6])
}

// url is the address of an asset with its hash; it fails for a name that is not embedded.
func (a *assets) url(name string) (string, error) {
	h, ok := a.hash[name]
	if !ok {
		return "", fmt.Errorf("no asset %q", name)
	}
	return "/static/" + name + "?v=" + h, nil
}

func (a *assets) serve(w http.ResponseWriter, r *http.Request) {
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

// loadPages parses one template set per page: the layout, the shared parts and the page itself.
func loadPages(a *assets) map[string]*template.Template {
	shared := template.Must(template.New("").
		Funcs(template.FuncMap{"asset": a.url, "count": models.Count, "talked": clock, "at": lineAt, "grave": grave, "content": content}).
		ParseFS(templateFiles, "templates/layout.html", "templates/parts.html", "templates/window.html", "templates/summary.html",
			"templates/rulebook.html"))
	pages := map[string]*template.Template{"parts": shared}
	for _, name := range []string{
		"rooms", "session", "card", "queue", "search", "trouble", "rules", "rule", "try", "replay", "person", "line", "timeline", "health",
		"login", "nologin", "setup", "access", "invite", "consent", "servers",
	} {
		t := template.Must(shared.Clone())
		pages[name] = template.Must(t.ParseFS(templateFiles, "templates/"+name+".html"))
	}
	return pages
}
