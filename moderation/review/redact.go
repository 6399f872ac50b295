package review

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"earshot/models"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/web"
)

// wordChoice is a word of a line that can be taken out.
type wordChoice struct {
	Place  int
	Text   string
	Chosen bool
	Gone   bool // was taken out before
}

// wordChoices lists a line's words; those that a flag found are chosen.
func wordChoices(u models.Utterance, flags []models.Flag) (out []wordChoice) {
	found := matchedTimes(flags)
	for i, w := range u.Words {
		text := strings.TrimSpace(w.Text)
		out = append(out, wordChoice{i, text, found[[2]int64{w.StartMS, w.EndMS}], strings.Trim(text, string(models.RedactedRune)) == ""})
	}
	return out
}

// redact takes the chosen words, or all of them, out of a line.
func (s *Server) redact(w http.ResponseWriter, r *http.Request) {
	s.changeLine(w, r, s.redacted, sessionLine)
}

func (s *Server) redacted(r *http.Request) (u models.Utterance, problem string, err error) {
	if err := web.ReadForm(r); err != nil {
		return u, "", err
	}
	none := false
	u, err = s.takenOut(r, func(u models.Utterance) (places []int) {
		for i := range u.Words {
			if r.PostFormValue("all") != "" || slices.Contains(r.PostForm["word"], strconv.Itoa(i)) {
				places = append(places, i)
			}
		}
		none = len(places) == 0
		return places
	})
	if none {
		return u, "Nothing was redacted: no word was chosen.", nil
	}
	return u, "", err
}

// takenOut takes words out of the line of the address, for a host of its room, and shows all who watch the line as it is
// then. models.ErrInvalid: the line has no such word, or none was chosen.
func (s *Server) takenOut(r *http.Request, chosen func(models.Utterance) []int) (models.Utterance, error) {
	info, u, err := s.lineOf(r)
	if err != nil {
		return u, err
	}
	who := auth.VisitorOf(r.Context())
	if !who.May(info.Room, models.AccessHost) {
		return u, models.ErrForbidden
	}
	places := chosen(u)
	if len(places) == 0 {
		return u, fmt.Errorf("redact: no word was chosen: %w", models.ErrInvalid)
	}
	if u, err = s.store.RedactLine(r.Context(), u.Key, places, who.Name, s.now()); err != nil {
		return u, fmt.Errorf("redact: %w", err)
	}
	return u, s.showRedacted(r, u)
}

// showRedacted gives the line as it is now to all who watch, and nobody the line as it was.
func (s *Server) showRedacted(r *http.Request, u models.Utterance) error {
	flags, err := s.store.Flags(r.Context(), u.Session)
	if err != nil {
		return fmt.Errorf("flags: %w", err)
	}
	s.hub.Forget(func(e models.Event) bool {
		return e.SessionID == u.Session && (e.Utterance != nil && e.Utterance.Key == u.Key || e.Decision != nil || e.Action != nil ||
			e.Flag != nil && e.Flag.SpeakerID == u.SpeakerID)
	})
	s.hub.Publish(models.Event{SessionID: u.Session, Utterance: &u})
	for _, f := range flags {
		if f.SpeakerID == u.SpeakerID {
			s.hub.Publish(models.Event{SessionID: u.Session, Flag: &f})
		}
	}
	return nil
}

// sessionLine is a line in its transcript.
func sessionLine(k models.Key) string { return "/s/" + k.Session + "#" + lineID(k) }
