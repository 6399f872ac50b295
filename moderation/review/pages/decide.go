package pages

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"earshot/models"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/events"
	"earshot/moderation/review/record"
	"earshot/moderation/review/web"
)

// decide stores a decision about a flag: a status, or an action that confirms it and is carried out.
func (s flagPages) decide(w http.ResponseWriter, r *http.Request) {
	var f models.Flag
	err := web.ReadForm(r)
	if err == nil && s.unsure(w, r, r.URL.Path) {
		return
	}
	if err == nil {
		f, err = s.Record.Decide(r.Context(), r.PathValue("id"), answerOf(r))
	}
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	if r.Header.Get(pieceHeader) == "" {
		http.Redirect(w, r, s.backTo(r, f), http.StatusSeeOther)
		return
	}
	s.sendPieces(w, r, f.Session, flagsOf(f.Utterance))
}

// answerOf parses a form's decision.
func answerOf(r *http.Request) record.Answer {
	return record.Answer{
		Status: models.FlagStatus(r.PostFormValue("status")), Verb: models.Verb(r.PostFormValue("verb")), Choice: r.PostFormValue("choice"),
	}
}

// surePage asks for confirmation before something is done that cannot be undone; Text says why.
type surePage struct {
	What, Text, Action, Back string
	Fields                   url.Values
}

// unsure asks for confirmation before somebody is removed, unless the form has it, and reports whether it asked. line is the flag's
// line.
func (s flagPages) unsure(w http.ResponseWriter, r *http.Request, line string) bool {
	a := answerOf(r)
	verb, _, _ := strings.Cut(cmp.Or(string(a.Verb), a.Choice), " ")
	if !grave(verb) || r.PostFormValue("sure") != "" {
		return false
	}
	if r.PostFormValue("back") == "queue" {
		line = "/queue"
	}
	v := view{page: "sure", title: "Are you sure?", nav: "queue", data: surePage{
		What: verbLabel(models.Verb(verb)), Text: "This sends somebody out of the room, and they may not be able to come back.",
		Action: r.URL.Path, Back: line, Fields: r.PostForm,
	}}
	s.render(w, r, v)
	return true
}

// decideLine stores one decision about the flags of a line.
func (s flagPages) decideLine(w http.ResponseWriter, r *http.Request) {
	key, err := record.LineKey(r)
	if err == nil {
		err = web.ReadForm(r)
	}
	if err == nil && s.unsure(w, r, sessionLine(key)) {
		return
	}
	var done record.Decided
	if err == nil {
		done, err = s.Desk.DecideLine(r.Context(), key, r.PostForm["flag"], answerOf(r))
	}
	switch {
	case err != nil:
		s.Fail(w, r, err)
	case r.Header.Get(pieceHeader) == "":
		http.Redirect(w, r, s.backTo(r, done.Flags[0]), http.StatusSeeOther)
	case r.PostFormValue("back") != "session": // the script reads the list once, when it has received the decision's own events too
		w.Header().Set(eventHeader, s.Hub.Text(events.Cursor{Hub: s.Hub.Cursor().Hub, Seq: done.Event}))
		w.WriteHeader(http.StatusNoContent)
	default:
		s.sendPieces(w, r, key.Session, flagsOf(key))
	}
}

// flagsOf renders the flags of a line for its session's page, as an event for each would.
func flagsOf(k models.Key) func(*fragments, *bytes.Buffer) error {
	return func(f *fragments, b *bytes.Buffer) (err error) {
		for _, x := range f.raised(k) {
			err = errors.Join(err, f.flag(b, x))
		}
		return err
	}
}

// claim records that somebody is looking at a line.
func (s flagPages) claim(w http.ResponseWriter, r *http.Request) {
	key, err := record.LineKey(r)
	if err == nil {
		err = web.ReadForm(r)
	}
	if err == nil {
		err = s.Desk.Claim(r.Context(), key, web.CleanName(r.PostFormValue("page")))
	}
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// flagPlace is GET /flags/{id}: it redirects to the flag on its session's page, for links in notifications.
func (s flagPages) flagPlace(w http.ResponseWriter, r *http.Request) {
	p, err := s.Record.Flag(r.Context(), r.PathValue("id"))
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	http.Redirect(w, r, sessionLine(p.Flag.Utterance), http.StatusSeeOther)
}

// card is GET /flags/{id}/card: why a flag was raised, its audio, and the possible actions. The script requests it when somebody
// opens a flag in a transcript.
func (s flagPages) card(r *http.Request) (view, error) {
	f, err := s.among(r, r.PathValue("id"))
	if err != nil {
		return view{}, err
	}
	v := view{page: "card", title: f.Title, nav: "rooms", data: f}
	switch {
	case r.Header.Get(pieceHeader) == "":
	case r.URL.Query().Get("only") == "why":
		v.piece = "reasons"
		v.data, err = s.reasons(r, f)
	default:
		v.piece = "flagbody"
	}
	return v, err
}

// reasons returns a flag with the others of its card.
func (s flagPages) reasons(r *http.Request, first flagView) ([]flagView, error) {
	all, also := []flagView{first}, r.URL.Query()["also"]
	if len(also) > maxReasons {
		return nil, fmt.Errorf("reasons of %d flags: %w", len(also), models.ErrInvalid)
	}
	for _, id := range also {
		p, err := s.Record.Flag(r.Context(), id)
		if err != nil {
			return nil, err
		}
		all = append(all, s.placed(p, auth.VisitorOf(r.Context()), "session", newCast(nil)))
	}
	return all, nil
}

// maxReasons is how many flags are told of at once; a card holds one for each rule at most.
const maxReasons = 200

// among returns a flag with the names and colours of the people in its session.
func (s flagPages) among(r *http.Request, id string) (flagView, error) {
	p, err := s.Record.Flag(r.Context(), id)
	if err != nil {
		return flagView{}, err
	}
	h, err := s.Record.Snapshot(r.Context(), p.Session.ID, false)
	if err != nil {
		return flagView{}, err
	}
	return s.placed(p, auth.VisitorOf(r.Context()), "session", castOf(h)), nil
}

// backTo returns the page that a form came from. It is chosen from a list, so that nobody can be redirected elsewhere.
func (s flagPages) backTo(r *http.Request, f models.Flag) string {
	switch r.PostFormValue("back") {
	case "person":
		if p, err := s.Record.Flag(r.Context(), f.ID); err == nil {
			return personURL(p.Session.Room, f.SpeakerID)
		}
		return "/queue"
	case "session":
		return sessionLine(f.Utterance)
	case "rule":
		return "/rules/" + url.PathEscape(f.Rule)
	default:
		return "/queue"
	}
}
