package review

import (
	"bytes"
	"fmt"
	"net/http"

	"earshot/models"
	"earshot/moderation/review/export"
)

// download answers with a session in the format of the address, as the command line writes it.
func (s *Server) download(w http.ResponseWriter, r *http.Request) {
	r, cancel := withDeadline(r)
	defer cancel()
	b, f, err := s.exported(r, r.PathValue("format"))
	if err != nil {
		s.render(w, r, s.failed(r, err))
		return
	}
	sendExport(w, r.PathValue("id"), f, b)
}

func sendExport(w http.ResponseWriter, session string, o export.Options, b []byte) {
	w.Header().Set("Content-Type", o.Format.ContentType())
	w.Header().Set("Content-Disposition", `attachment; filename="`+export.FileName(session, o.Format, o.Redact)+`"`)
	_, _ = w.Write(b)
}

// exported writes a session in a format; redact=1 in the query masks names, numbers and addresses.
func (s *Server) exported(r *http.Request, format string) ([]byte, export.Options, error) {
	o := export.Options{Redact: r.URL.Query().Get("redact") == "1"}
	var err error
	if o.Format, err = export.ParseFormat(format); err != nil {
		return nil, o, fmt.Errorf("%w: %w", models.ErrInvalid, err)
	}
	info, err := s.visible(r.Context(), r.PathValue("id"))
	if err != nil {
		return nil, o, err
	}
	var b bytes.Buffer
	if err := export.WriteSession(r.Context(), &b, s.store, info.ID, o); err != nil {
		return nil, o, fmt.Errorf("export as %s: %w", o.Format, err)
	}
	return b.Bytes(), o, nil
}
