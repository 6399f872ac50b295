package pages

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"

	"earshot/models"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/record"
	"earshot/moderation/review/web"
)

// pieceHeader is sent by the script, which puts the changed pieces into the page; a form without it gets a redirect.
const pieceHeader = "X-Earshot-Piece"

// decide stores what a person said of a flag: a status, or a verb that confirms it and is carried out.
func (s flagPages) decide(w http.ResponseWriter, r *http.Request) {
	var f models.Flag
	err := web.ReadForm(r)
	if err == nil {
		f, err = s.Record.Decide(r.Context(), r.PathValue("id"), record.Answer{
			Status: models.FlagStatus(r.PostFormValue("status")), Verb: models.Verb(r.PostFormValue("verb")), Choice: r.PostFormValue("choice"),
		})
	}
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	if r.Header.Get(pieceHeader) == "" {
		http.Redirect(w, r, backTo(r.PostFormValue("back"), f), http.StatusSeeOther)
		return
	}
	piece, err := s.flagPiece(r, f.ID)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(piece)
}

// flagPlace is GET /flags/{id}: it leads to where a flag stands on its session's page, for links in notices.
func (s flagPages) flagPlace(w http.ResponseWriter, r *http.Request) {
	p, err := s.Record.Flag(r.Context(), r.PathValue("id"))
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	http.Redirect(w, r, sessionLine(p.Flag.Utterance), http.StatusSeeOther)
}

// card is GET /flags/{id}/card: why a flag was raised, its sound, and what can be done about it. The script asks for it when somebody
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
		v.piece = "because"
	default:
		v.piece = "flagbody"
	}
	return v, nil
}

// among is a flag with the names and colours that the people of its session have there.
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

// flagPiece draws a decided flag for the pages that show it.
func (s flagPages) flagPiece(r *http.Request, id string) ([]byte, error) {
	v, err := s.among(r, id)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	for _, part := range []string{"inflag", "flag"} {
		if err := s.templates["parts"].ExecuteTemplate(&b, part, v); err != nil {
			return nil, fmt.Errorf("part %s: %w", part, err)
		}
	}
	return b.Bytes(), nil
}

// backTo is the page that a form came from. It is chosen from a list, so that nobody can be sent elsewhere.
func backTo(page string, f models.Flag) string {
	switch page {
	case "session":
		return sessionLine(f.Utterance)
	case "rule":
		return "/rules/" + url.PathEscape(f.Rule)
	default:
		return "/queue"
	}
}
