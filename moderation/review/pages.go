package review

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"net/http"

	"earshot/models"
)

// view is one page ready to be written: the template's name and what it shows.
type view struct {
	status int // 0 is 200
	page   string
	title  string
	nav    string // which entry of the navigation is current
	wide   bool   // the page fills the window
	data   any
}

// shell is what the layout shows around a page.
type shell struct {
	Title, Nav string
	Wide       bool
	Notice     []noticePart
	Alarm      string
	Query      string // stands in the search field
	Data       any
}

// page turns a function that makes a view into a handler: a failure becomes a page that says what to do next.
func (s *Server) page(show func(*http.Request) (view, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r, cancel := withDeadline(r)
		defer cancel()
		v, err := show(r)
		if err != nil {
			v = s.failed(r, err)
		}
		s.render(w, r, v)
	})
}

func (s *Server) render(w http.ResponseWriter, r *http.Request, v view) {
	sh := shell{Title: v.title, Nav: v.nav, Wide: v.wide, Notice: s.notice, Alarm: s.alarm(), Data: v.data}
	if v.nav == "search" {
		sh.Query = r.URL.Query().Get("q")
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(cmp.Or(v.status, http.StatusOK))
	// Straight to the reader: the top of a long transcript is painted while the rest is made.
	b := bufio.NewWriterSize(w, 16<<10)
	err := s.pages[v.page].ExecuteTemplate(b, "layout", sh)
	if err == nil {
		err = b.Flush()
	}
	if err == nil {
		return
	}
	if r.Context().Err() == nil {
		s.log.Error("page not written", "route", r.Pattern, "error_type", errType(err))
	}
	panic(http.ErrAbortHandler) // half a page must not pass for a whole one
}

// trouble is the page for what could not be shown.
type trouble struct{ Headline, Text, Hint string }

func (s *Server) nowhere(*http.Request) (view, error) {
	return view{status: http.StatusNotFound, page: "trouble", title: "No such page", data: trouble{
		Headline: "There is no such page",
		Text:     "The address leads nowhere.",
	}}, nil
}

// errForbidden says that the visitor may read this and not change it.
var errForbidden = errors.New("not allowed")

// failed words an error for the page and logs what the reader can't mend.
func (s *Server) failed(r *http.Request, err error) view {
	code, text := statusOf(err)
	switch {
	case code == http.StatusNotFound:
		return view{status: code, page: "trouble", title: "No such session", data: trouble{
			Headline: "There is no such session",
			Text:     "It may have been erased, or the address was cut short.",
		}}
	case code == http.StatusRequestEntityTooLarge:
		return view{status: code, page: "trouble", title: "Too much at once", data: trouble{
			Headline: "That was too much at once", Text: text, Hint: "Go back: what you wrote is still in the form.",
		}}
	case code < http.StatusInternalServerError, errors.Is(err, context.Canceled): // the reader's own doing
	default:
		s.log.Error("page not made", "route", r.Pattern, "err", err)
	}
	return view{status: code, page: "trouble", title: "Not available", data: trouble{
		Headline: "This can't be shown now", Text: text, Hint: models.Hint(err),
	}}
}

// statusOf maps an error to an HTTP status and a sentence for people. It never repeats the error's text.
func statusOf(err error) (int, string) {
	switch {
	case errors.Is(err, models.ErrNotFound):
		return http.StatusNotFound, "There is no such thing here."
	case errors.Is(err, models.ErrConflict):
		return http.StatusConflict, "That is so already, or it can't be now."
	case tooLong(err):
		return http.StatusRequestEntityTooLarge, tooMuch
	case errors.Is(err, errForbidden):
		return http.StatusForbidden, "You may read this and not change it. An owner can give you more access."
	case errors.Is(err, errLapsed):
		return http.StatusConflict, "The ask has lapsed, or somebody else has answered it. The flag can still be confirmed or dismissed."
	case errors.Is(err, models.ErrInvalid):
		return http.StatusBadRequest, "That can't be asked for in this way."
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, models.ErrUnavailable):
		return http.StatusServiceUnavailable, "The record took too long to answer. Try again in a moment."
	default:
		return http.StatusInternalServerError, "The record could not be read. The log says why."
	}
}
