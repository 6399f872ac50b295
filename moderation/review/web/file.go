package web

import "net/http"

// File is a file to be downloaded by a browser.
type File struct {
	Type string // of its content
	Name string // plain ASCII without quotes
	Body []byte
}

// Send responds with the file.
func (f File) Send(w http.ResponseWriter) {
	w.Header().Set("Content-Type", f.Type)
	w.Header().Set("Content-Disposition", `attachment; filename="`+f.Name+`"`)
	_, _ = w.Write(f.Body)
}
