package review

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"

	"earshot/models"
	"earshot/moderation/review/export"
)

// exportTypes are the media types of the formats; others are sent as plain text.
var exportTypes = map[export.Format]string{
	export.FormatJSON: "application/json; charset=utf-8",
	export.FormatSRT:  "application/x-subrip; charset=utf-8",
	export.FormatVTT:  "text/vtt; charset=utf-8",
}

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

func sendExport(w http.ResponseWriter, session string, f export.Format, b []byte) {
	kind, ok := exportTypes[f]
	if !ok {
		kind = "text/plain; charset=utf-8"
	}
	name := string(f)
	if f == export.FormatText {
		name = "txt"
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", `attachment; filename="`+session+"."+name+`"`)
	_, _ = w.Write(b)
}

// exported writes a session in a format.
func (s *Server) exported(r *http.Request, format string) ([]byte, export.Format, error) {
	f, err := export.ParseFormat(format)
	if err != nil {
		return nil, "", fmt.Errorf("%w: %w", models.ErrInvalid, err)
	}
	h, err := s.load(r.Context(), r.PathValue("id"))
	if err != nil {
		return nil, "", err
	}
	var b bytes.Buffer
	if err := export.Write(&b, f, h.transcript()); err != nil {
		return nil, "", fmt.Errorf("export as %s: %w", f, err)
	}
	return b.Bytes(), f, nil
}

// transcript is the session as it is exported: with the names that hosts gave.
func (h held) transcript() export.Transcript {
	slices.SortStableFunc(h.lines, func(a, b models.Utterance) int { return int(a.StartMS - b.StartMS) })
	for i := range h.lines {
		if n := h.names[h.lines[i].SpeakerID]; n != "" {
			h.lines[i].SpeakerName = n
		}
	}
	for i := range h.flags {
		if n := h.names[h.flags[i].SpeakerID]; n != "" {
			h.flags[i].SpeakerName = n
		}
	}
	return export.Transcript{Session: &h.session.Session, Utterances: h.lines, Flags: h.flags, Gaps: h.gaps}
}
