package review

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"earshot/models"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/web"
)

// linePage is one line, to be corrected.
type linePage struct {
	Session  string
	Name     string
	URL      string
	Back     string
	Line     *lineView
	Text     string
	Original string
	By       string
	Clip     *clipView
	Words    []timedWord
	Choices  []wordChoice // that can be redacted; none when the visitor may not
	Problem  string
}

// lineURL is the address where a line is corrected.
func lineURL(k models.Key) string {
	return fmt.Sprintf("/s/%s/line/%d/%d/%s", url.PathEscape(k.Session), k.Epoch, k.Seq, url.PathEscape(k.Track))
}

func (s *Server) line(r *http.Request) (view, error) { return s.lineView(r, "") }

func (s *Server) lineView(r *http.Request, problem string) (view, error) {
	info, u, err := s.lineOf(r)
	if err != nil {
		return view{}, err
	}
	ctx := r.Context()
	speakers, err := s.store.Speakers(ctx, info.ID)
	if err != nil {
		return view{}, fmt.Errorf("speakers: %w", err)
	}
	clips, err := s.store.SessionEvidence(ctx, info.ID, s.now())
	if err != nil {
		return view{}, fmt.Errorf("evidence: %w", err)
	}
	names, err := s.namesOf(ctx, info.Room)
	if err != nil {
		return view{}, err
	}
	p := s.painter(info.Session, auth.VisitorOf(ctx), newCastOf(info.Room, names, speakers))
	p.keep(clips...)
	data := linePage{
		Session: info.ID, Name: sessionName(info.Session), URL: lineURL(u.Key), Back: editURL(u.Key),
		Line: p.line(u, nil), Text: u.Text, Original: u.Original, By: u.EditedBy, Clip: p.clip(u.Key), Problem: problem,
	}
	if e, ok := p.clips[u.Key]; ok {
		data.Words = timedWords(u, nil, e)
	}
	if auth.VisitorOf(ctx).May(info.Room, models.AccessHost) {
		flags, err := s.store.Flags(ctx, info.ID)
		if err != nil {
			return view{}, fmt.Errorf("flags: %w", err)
		}
		flags = slices.DeleteFunc(flags, func(f models.Flag) bool { return f.Utterance != u.Key })
		data.Choices = wordChoices(u, flags)
	}
	v := view{page: "line", title: "Correct a line", nav: "rooms", data: data}
	if problem != "" {
		v.status = http.StatusBadRequest
		data.Text = cmp.Or(r.PostFormValue("text"), data.Text)
	}
	return v, nil
}

// editURL is the transcript in which every line can be corrected, at this line.
func editURL(k models.Key) string { return "/s/" + url.PathEscape(k.Session) + "?edit=1#" + lineID(k) }

// lineOf finds the line of the address, when the visitor may correct it.
func (s *Server) lineOf(r *http.Request) (info models.SessionInfo, u models.Utterance, err error) {
	if info, err = s.visible(r.Context(), r.PathValue("id")); err != nil {
		return info, u, err
	}
	if !auth.VisitorOf(r.Context()).May(info.Room, models.AccessReviewer) {
		return info, u, models.ErrForbidden
	}
	epoch, err1 := strconv.Atoi(r.PathValue("epoch"))
	seq, err2 := strconv.Atoi(r.PathValue("seq"))
	if err1 != nil || err2 != nil {
		return info, u, fmt.Errorf("line: %w", models.ErrNotFound)
	}
	u, err = s.store.Utterance(r.Context(), models.Key{Session: info.ID, Epoch: epoch, Track: r.PathValue("track"), Seq: seq})
	if err != nil {
		return info, u, fmt.Errorf("line: %w", err)
	}
	return info, u, nil
}

// correct stores a corrected text and shows it to all who watch.
func (s *Server) correct(w http.ResponseWriter, r *http.Request) {
	s.changeLine(w, r, s.corrected, editURL)
}

// changeLine answers a form that changes a line: with the page that next gives, or with the form and what is wrong with it.
func (s *Server) changeLine(
	w http.ResponseWriter, r *http.Request, change func(*http.Request) (models.Utterance, string, error),
	next func(models.Key) string,
) {
	u, problem, err := change(r)
	if err == nil && problem == "" {
		http.Redirect(w, r, next(u.Key), http.StatusSeeOther)
		return
	}
	var v view
	if err == nil {
		v, err = s.lineView(r, problem)
	}
	if err != nil {
		v = s.failed(r, err)
	}
	s.render(w, r, v)
}

func (s *Server) corrected(r *http.Request) (u models.Utterance, problem string, err error) {
	if err := web.ReadForm(r); err != nil {
		return u, "", err
	}
	if _, u, err = s.lineOf(r); err != nil {
		return u, "", err
	}
	text := r.PostFormValue("text")
	if r.PostFormValue("back") != "" {
		text = u.Original
	}
	if strings.TrimSpace(text) == "" {
		return u, "A line can't be empty.", nil
	}
	u, err = s.store.CorrectText(r.Context(), u.Key, text, auth.VisitorOf(r.Context()).Name, s.now())
	if err != nil {
		return u, "", fmt.Errorf("correct: %w", err)
	}
	s.hub.Publish(models.Event{SessionID: u.Session, Utterance: &u})
	return u, "", nil
}
