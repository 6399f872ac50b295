package web

import "net/http"

// File is something that a browser saves.
type File struct {
	Type string // of its content
	Name string // plain ASCII without quotes
	Body []byte
}

// Send answers with the file.
func (f File) Send(w http.ResponseWriter) {
	w.Header().Set("Content-Type", f.Type)
	w.Header().Set("Content-Disposition", `attachment; filename="`+f.Name+`"`)
	_, _ = w.Write(f.Body)
}
