package pages

import (
	"bufio"
	"cmp"
	"net/http"

	"earshot/models"
	"earshot/moderation/review/web"
)

// view is one page ready to be written: the template's name and what it shows.
type view struct {
	status int // 0 is 200
	page   string
	title  string
	nav    string // which entry of the navigation is current
	wide   bool   // the page fills the window
	// waiting is how many open flags the navigation counts; 0 shows none.
	waiting int
	piece   string // a template to write instead of the whole page, for the script
	data    any
}

// shell is what the layout shows around a page.
type shell struct {
	Title, Nav string
	Wide       bool
	Notice     []noticePart
	Alarm      string
	Query      string // stands in the search field
	Waiting    int    // open flags that the visitor may decide
	Data       any
}

// page turns a function that makes a view into a handler: a failure becomes a page that says what to do next.
func (s *Pages) page(show func(*http.Request) (view, error)) http.Handler {
	return web.Within(web.AnswerWithin, func(w http.ResponseWriter, r *http.Request) {
		v, err := show(r)
		if err != nil {
			v = s.failed(r, err)
		}
		s.render(w, r, v)
	})
}

func (s *Pages) render(w http.ResponseWriter, r *http.Request, v view) {
	sh := shell{Title: v.title, Nav: v.nav, Wide: v.wide, Notice: s.notice, Alarm: s.Alarm(), Waiting: v.waiting, Data: v.data}
	if v.nav == "search" {
		sh.Query = r.URL.Query().Get("q")
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(cmp.Or(v.status, http.StatusOK))
	// Straight to the reader: the top of a long transcript is painted while the rest is made.
	b := bufio.NewWriterSize(w, 16<<10)
	var err error
	if v.piece == "" {
		err = s.templates[v.page].ExecuteTemplate(b, "layout", sh)
	} else {
		err = s.templates[v.page].ExecuteTemplate(b, v.piece, v.data)
	}
	if err == nil {
		err = b.Flush()
	}
	if err == nil {
		return
	}
	if r.Context().Err() == nil {
		s.Log.Error("page not written", "route", r.Pattern, "error_type", web.ErrorType(err))
	}
	panic(http.ErrAbortHandler) // half a page must not pass for a whole one
}

// openFlags counts what waits, for the navigation of the pages that list all rooms. A session's page is one read of the record, and
// shows no count.
func openFlags(rules []models.RuleCounts) (n int) {
	for _, c := range rules {
		n += c.Open
	}
	return n
}

// counted is openFlags for a page that reads no rules otherwise; a count that can't be had is left out.
func (s *Pages) counted(r *http.Request) int {
	rules, err := s.Record.Rules(r.Context())
	if err != nil {
		return 0
	}
	return openFlags(rules)
}

// Fail answers with a page that says what is wrong and what to do next.
func (s *Pages) Fail(w http.ResponseWriter, r *http.Request, err error) {
	s.render(w, r, s.failed(r, err))
}

// Refuse answers who is not let in.
func (s *Pages) Refuse(w http.ResponseWriter, r *http.Request, no *web.Refusal) {
	s.render(w, r, view{status: no.Status, page: "trouble", title: "Not now", data: trouble{
		Headline: "You can't come in now", Text: no.Message,
	}})
}

// trouble is the page for what could not be shown.
type trouble struct{ Headline, Text, Hint string }

func (s *Pages) nowhere(*http.Request) (view, error) {
	return view{status: http.StatusNotFound, page: "trouble", title: "No such page", data: trouble{
		Headline: "There is no such page",
		Text:     "The address leads nowhere.",
	}}, nil
}

// failed words an error for the page and logs what the reader can't mend.
func (s *Pages) failed(r *http.Request, err error) view {
	code, text := web.Status(err)
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
	case web.Fault(err):
		s.Log.Error("page not made", "route", r.Pattern, "err", err)
	}
	return view{status: code, page: "trouble", title: "Not available", data: trouble{
		Headline: "This can't be shown now", Text: text, Hint: models.Hint(err),
	}}
}
