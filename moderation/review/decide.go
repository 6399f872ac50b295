package review

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"earshot/models"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/web"
)

// muteFor is how long the button mutes, in ms.
const muteFor = 60_000

// pieceHeader is sent by the script, which puts the changed pieces into the page; a form without it gets a redirect.
const pieceHeader = "X-Earshot-Piece"

// decide stores what a person said of a flag: a status, or a verb that confirms it and is carried out.
func (s *Server) decide(w http.ResponseWriter, r *http.Request) {
	var f models.Flag
	err := web.ReadForm(r)
	if err == nil {
		f, err = s.decided(r, answer{
			models.FlagStatus(r.PostFormValue("status")), models.Verb(r.PostFormValue("verb")), r.PostFormValue("choice"),
		})
	}
	if err != nil {
		s.render(w, r, s.failed(r, err))
		return
	}
	if r.Header.Get(pieceHeader) == "" {
		http.Redirect(w, r, backTo(r.PostFormValue("back"), f), http.StatusSeeOther)
		return
	}
	piece, err := s.flagPiece(r, f)
	if err != nil {
		s.render(w, r, s.failed(r, err))
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(piece)
}

// answer is what a person said of a flag; exactly one is set.
type answer struct {
	status models.FlagStatus
	verb   models.Verb // is carried out, and confirms the flag
	choice string      // among what the open ask offers
}

// need is what it takes to give the answer.
func (a answer) need() models.Access {
	if a.verb != "" || a.choice != "" {
		return models.AccessHost
	}
	return models.AccessReviewer
}

// flagPlace is GET /flags/{id}: it leads to where a flag stands on its session's page, for links in notices.
func (s *Server) flagPlace(w http.ResponseWriter, r *http.Request) {
	p, err := s.store.FlagPlace(r.Context(), r.PathValue("id"))
	if err == nil && !auth.VisitorOf(r.Context()).May(p.Session.Room, models.AccessViewer) {
		err = models.ErrNotFound
	}
	if err != nil {
		s.render(w, r, s.failed(r, fmt.Errorf("flag: %w", err)))
		return
	}
	http.Redirect(w, r, "/s/"+url.PathEscape(p.Session.ID)+"#"+elementID("f", p.Flag.ID), http.StatusSeeOther)
}

// decided stores a decision on the flag of the address, when the visitor may make it, and shows it to all who watch.
func (s *Server) decided(r *http.Request, a answer) (models.Flag, error) {
	ctx := r.Context()
	who := auth.VisitorOf(ctx)
	p, err := s.store.FlagPlace(ctx, r.PathValue("id"))
	if err == nil && !who.May(p.Session.Room, models.AccessViewer) {
		err = models.ErrNotFound
	}
	if err != nil {
		return models.Flag{}, fmt.Errorf("flag: %w", err)
	}
	if !who.May(p.Session.Room, a.need()) {
		return models.Flag{}, models.ErrForbidden
	}
	f, err := s.settle(r, p, a, who)
	if err != nil {
		return f, err
	}
	s.hub.Publish(models.Event{SessionID: f.Session, Flag: &f})
	if f.Status == models.FlagOpen {
		s.takeBack(r, p, who)
	}
	return f, nil
}

// settle carries out and stores an answer.
func (s *Server) settle(r *http.Request, p models.FlagPlace, a answer, who auth.Visitor) (models.Flag, error) {
	ctx := r.Context()
	switch {
	case a.choice != "":
		if err := s.choose(r, p, a.choice, who); err != nil {
			return models.Flag{}, err
		}
		chosen, err := s.store.FlagPlace(ctx, p.Flag.ID)
		if err != nil {
			return models.Flag{}, fmt.Errorf("flag: %w", err)
		}
		return chosen.Flag, nil
	case a.verb != "":
		if err := s.act(r, p, a.verb, who); err != nil {
			return models.Flag{}, err
		}
		a.status = models.FlagConfirmed
	}
	f, err := s.store.SetFlagStatus(ctx, p.Flag.ID, a.status, who.Name, s.now())
	if err != nil {
		return f, fmt.Errorf("decide flag: %w", err)
	}
	return f, nil
}

// choose answers the flag's ask.
func (s *Server) choose(r *http.Request, p models.FlagPlace, choice string, who auth.Visitor) error {
	if s.actor == nil || p.Decision == nil {
		return fmt.Errorf("choose: nobody asked: %w", models.ErrInvalid)
	}
	err := s.actor.Choose(r.Context(), p.Session.ID, p.Decision.ID, who.Name, choice)
	if (errors.Is(err, models.ErrInvalid) || errors.Is(err, models.ErrNotFound)) && slices.Contains(p.Decision.Offer, choice) {
		return errLapsed
	}
	if err != nil {
		return fmt.Errorf("choose: %w", err)
	}
	return nil
}

// takeBack undoes in the room what was done because of a flag that was reopened, where that can be done. Whether it could
// is seen by the action.
func (s *Server) takeBack(r *http.Request, p models.FlagPlace, who auth.Visitor) {
	if s.actor == nil || !who.May(p.Session.Room, models.AccessHost) {
		return
	}
	for _, done := range toTakeBack(p.Actions) {
		p.Flag.SpeakerID, p.Flag.SpeakerName = done.TargetID, done.TargetName
		if err := s.act(r, p, done.Verb.Undo(), who); err != nil {
			s.log.Warn("what was done could not be taken back", "session", p.Session.ID, "verb", string(done.Verb), "err", err)
		}
	}
}

// act carries out what a host chose for a flag.
func (s *Server) act(r *http.Request, p models.FlagPlace, verb models.Verb, who auth.Visitor) error {
	if s.actor == nil {
		return fmt.Errorf("act: nothing can be done in this room: %w", models.ErrInvalid)
	}
	a := models.Action{
		ID: strings.ToLower(rand.Text()), Session: p.Session.ID, Verb: verb, TargetID: p.Flag.SpeakerID,
		TargetName: p.Flag.SpeakerName, State: models.ActionPlanned, By: who.Name, Created: s.now().UTC(),
	}
	if p.Decision != nil {
		a.Decision = p.Decision.ID
	}
	if verb == models.VerbMute {
		a.ForMS = muteFor
	}
	if _, err := s.actor.Act(r.Context(), a); err != nil {
		return fmt.Errorf("act: %w", err)
	}
	return nil
}

// flagPiece draws a decided flag for the pages that show it.
func (s *Server) flagPiece(r *http.Request, f models.Flag) ([]byte, error) {
	p, err := s.store.FlagPlace(r.Context(), f.ID)
	if err != nil {
		return nil, fmt.Errorf("flag: %w", err)
	}
	speakers, err := s.store.Speakers(r.Context(), f.Session)
	if err != nil {
		return nil, fmt.Errorf("speakers: %w", err)
	}
	names, err := s.namesOf(r.Context(), p.Session.Room)
	if err != nil {
		return nil, err
	}
	paint := s.painter(p.Session, auth.VisitorOf(r.Context()), newCastOf(p.Session.Room, names, speakers))
	if p.Evidence != nil {
		paint.clips[f.Utterance] = *p.Evidence
	}
	paint.learn(p)
	v := paint.flag(p.Flag)
	var b bytes.Buffer
	for _, part := range []string{"inflag", "flag"} {
		if err := s.pages["parts"].ExecuteTemplate(&b, part, v); err != nil {
			return nil, fmt.Errorf("part %s: %w", part, err)
		}
	}
	return b.Bytes(), nil
}

// backTo is the page that a form came from. It is chosen from a list, so that nobody can be sent elsewhere.
func backTo(page string, f models.Flag) string {
	switch page {
	case "session":
		return "/s/" + url.PathEscape(f.Session) + "#" + lineID(f.Utterance)
	case "rule":
		return "/rules/" + url.PathEscape(f.Rule)
	default:
		return "/queue"
	}
}
