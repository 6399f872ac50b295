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
	if err := s.sendExport(w, r, r.PathValue("format")); err != nil {
		s.render(w, r, s.failed(r, err))
	}
}

// sendExport writes a session in a format; ?redact=1 masks names, numbers and addresses, ?sound=1 puts the clips into a
// page. After an error nothing is sent.
func (s *Server) sendExport(w http.ResponseWriter, r *http.Request, format string) error {
	f, err := export.ParseFormat(format)
	if err != nil {
		return fmt.Errorf("%w: %w", models.ErrInvalid, err)
	}
	id := r.PathValue("id")
	if err := s.seen(r.Context(), id); err != nil {
		return err
	}
	o := export.Options{Format: f, Redact: r.URL.Query().Get("redact") != ""}
	if r.URL.Query().Get("sound") != "" {
		o.Sound = s.sounds
	}
	var b bytes.Buffer
	if err := export.WriteSession(r.Context(), &b, s.store, id, o); err != nil {
		return fmt.Errorf("export as %s: %w", f, err)
	}
	w.Header().Set("Content-Type", f.ContentType())
	w.Header().Set("Content-Disposition", `attachment; filename="`+export.FileName(id, f, o.Redact)+`"`)
	_, _ = w.Write(b.Bytes())
	return nil
}
