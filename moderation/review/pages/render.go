package pages

import (
	"bufio"
	"cmp"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"earshot/models"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/pages/static"
	"earshot/moderation/review/web"
)

//go:embed templates/*.html
var templateFiles embed.FS

// view is one page to be rendered: the template's name and its data.
type view struct {
	status int // 0 is 200
	page   string
	title  string
	nav    string // the current entry of the navigation
	wide   bool   // the page fills the window
	piece  string // a template to render instead of the whole page, for the script
	cursor string // where the events after the page begin; "": now
	data   any
}

// shell is the data of the layout around a page.
type shell struct {
	Title, Nav string
	Wide       bool
	Stranger   bool // the visitor has no access to anything: there is nowhere to go
	Notice     []noticePart
	Alarm      string
	Query      string // stands in the search field
	Me         *visitor
	Zone       string // the server's time zone
	Waiting    int    // open flags that the visitor may see; 0 shows none
	Cursor     string // from where the script follows the events
	Data       any
}

// visitor is the user shown at the top of every page.
type visitor struct{ Name, Initials, Role string }

// visitorOf returns nil for visitors who are not logged in.
func visitorOf(r *http.Request) *visitor {
	who := auth.VisitorOf(r.Context())
	if !who.LoggedIn {
		return nil
	}
	v := &visitor{Name: who.Name, Initials: newCast(nil).initials(who.Name), Role: string(who.All)}
	switch rooms := slices.Sorted(maps.Keys(who.Rooms)); {
	case len(rooms) == 0 || who.All == models.AccessOwner:
	case len(rooms) == 1:
		v.Role = strings.TrimPrefix(v.Role+", ", ", ") + string(who.Rooms[rooms[0]]) + " in " + web.CleanName(rooms[0])
	default:
		v.Role = strings.TrimPrefix(v.Role+", ", ", ") + "more in " + models.Count(len(rooms), "room")
	}
	return v
}

// page turns a function that returns a view into a handler: an error becomes a page that says what to do next.
func (s *Pages) page(show func(*http.Request) (view, error)) http.Handler {
	return web.Within(web.AnswerWithin, func(w http.ResponseWriter, r *http.Request) {
		cursor := s.Hub.Text(s.Hub.Cursor()) // before the store is read: events in between are sent again
		v, err := show(r)
		if err != nil {
			v = s.failed(r, err)
		}
		v.cursor = cursor
		s.render(w, r, v)
	})
}

func (s *Pages) render(w http.ResponseWriter, r *http.Request, v view) {
	sh := shell{
		Title: v.title, Nav: v.nav, Wide: v.wide, Notice: s.notice, Alarm: s.Alarm(), Me: visitorOf(r),
		Zone: s.Now().In(s.Location).Format("MST"), Cursor: v.cursor, Data: v.data,
	}
	if !auth.VisitorOf(r.Context()).Somewhere(models.AccessViewer) {
		sh.Stranger, sh.Notice, sh.Alarm = true, nil, ""
	}
	if v.piece == "" {
		sh.Waiting, _ = s.waiting(r.Context()) // a count that can't be determined is left out
	}
	if v.nav == "search" {
		sh.Query = r.URL.Query().Get("q")
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(cmp.Or(v.status, http.StatusOK))
	// The response is streamed: the top of a long transcript is displayed while the rest is rendered.
	b := bufio.NewWriterSize(w, 16<<10)
	var err error
	if _, renewed := r.Header[haveHeader]; renewed && v.piece == "" {
		err = s.templates[v.page].ExecuteTemplate(b, "renewed", sh)
	} else if v.piece == "" {
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
	panic(http.ErrAbortHandler) // an incomplete page must not be mistaken for a complete one
}

// waiting counts the open flags that a visitor may see.
func (s *Pages) waiting(ctx context.Context) (int, error) {
	only := auth.VisitorOf(ctx).Scope()
	if !only.All() && len(only.Rooms()) == 0 {
		return 0, nil
	}
	n, err := s.Record.Store.OpenFlags(ctx, only)
	if err != nil {
		return 0, fmt.Errorf("open flags: %w", err)
	}
	return n, nil
}

// Fail responds with a page that says what is wrong and what to do next.
func (s *Pages) Fail(w http.ResponseWriter, r *http.Request, err error) {
	s.render(w, r, s.failed(r, err))
}

// Refuse responds to a visitor who is not admitted.
func (s *Pages) Refuse(w http.ResponseWriter, r *http.Request, no *web.Refusal) {
	s.render(w, r, view{status: no.Status, page: "trouble", title: "Not now", data: trouble{
		Headline: "You can't log in now", Text: no.Error(),
	}})
}

// trouble is the data of an error page.
type trouble struct{ Headline, Text, Hint string }

func (s *Pages) nowhere(*http.Request) (view, error) {
	return view{status: http.StatusNotFound, page: "trouble", title: "Page not found", data: trouble{
		Headline: "Page not found",
		Text:     "Nothing is at this address.",
	}}, nil
}

// inPlaces are what is at the addresses of the pages, by how their patterns begin, the longest first. Whoever may not see something is told
// the same as where it is missing.
var inPlaces = []struct{ begins, what string }{
	{"/s/{id}/line/", "Line"},
	{"/s/{id}/speakers/", "Person"},
	{"/s/{id}/export/", "Session or form of export"},
	{"/s/", "Session"},
	{"/people/", "Person"},
	{"/rulefiles/", "Rule file"},
	{"/rules/", "Rule"},
	{"/flags/", "Flag"},
	{"/evidence/", "Clip"},
	{"/schedule", "Scheduled time"},
	{"/servers", "Room server"},
	{"/access/", "User, link or key"},
}

// missing names what is not at an address, by the pattern of its route.
func missing(pattern string) string {
	_, path, _ := strings.Cut(pattern, " ")
	for _, x := range inPlaces {
		if strings.HasPrefix(path, x.begins) {
			return x.what
		}
	}
	return "Page"
}

// failed describes an error for the page, and logs errors of the server.
func (s *Pages) failed(r *http.Request, err error) view {
	code, text := web.Status(err)
	switch {
	case code == http.StatusNotFound:
		what := missing(r.Pattern) + " not found"
		return view{status: code, page: "trouble", title: what, data: trouble{
			Headline: what, Text: "It may have been removed, or the link may be incomplete.",
		}}
	case code == http.StatusRequestEntityTooLarge:
		return view{status: code, page: "trouble", title: "Too much at once", data: trouble{
			Headline: "Too much data", Text: text, Hint: "Go back: what you wrote is still in the form.",
		}}
	case web.Fault(err):
		s.Log.Error("page not made", "route", r.Pattern, "err", err)
	}
	return view{status: code, page: "trouble", title: "Not available", data: trouble{
		Headline: "That did not work", Text: text, Hint: models.Hint(err),
	}}
}

// embedded are the assets and the templates, shared by all Pages of a process and never changed.
var embedded = sync.OnceValues(func() (*static.Assets, map[string]*template.Template) {
	a := static.Load()
	return a, loadPages(a)
})

// loadPages parses one template set per page: the layout, the shared parts and the page itself.
func loadPages(a *static.Assets) map[string]*template.Template {
	shared := template.Must(template.New("").
		Funcs(template.FuncMap{"asset": a.URL, "count": models.Count, "talked": clock, "at": lineAt, "grave": grave}).
		ParseFS(templateFiles, "templates/layout.html", "templates/parts.html", "templates/window.html", "templates/summary.html",
			"templates/rulebook.html"))
	pages := map[string]*template.Template{"parts": shared}
	for _, name := range []string{
		"rooms", "session", "card", "queue", "search", "trouble", "rules", "rulefile", "rulefiles", "rule", "try", "replay", "tune", "person",
		"speaker", "line", "timeline", "health", "login", "nologin", "setup", "access", "invite", "consent", "servers", "schedule", "sure",
		"amend",
	} {
		t := template.Must(shared.Clone())
		pages[name] = template.Must(t.ParseFS(templateFiles, "templates/"+name+".html"))
	}
	return pages
}

// stamp identifies what an element of a refreshed page shows: the script leaves it unchanged as long as that is the same.
type stamp struct {
	Digest string `json:"-"` // changes with what is shown; of what the page has, the place in its own list
	Same   bool   `json:"-"` // the page has it already, and it is not sent again
}

// seal computes the stamp of the element that shows v; has are the digests of what the page has.
func (s *stamp) seal(v any, has map[string]int) error {
	d, err := content(v)
	s.Digest = d
	if i, ok := has[d]; ok {
		s.Digest, s.Same = strconv.Itoa(i), true
	}
	return err
}

// content returns a short digest of everything that a view shows.
func content(v any) (string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("content of an element: %w", err)
	}
	sum := sha256.Sum256(b)
	return base64.RawURLEncoding.EncodeToString(sum[:6]), nil
}

// held returns the digests of what the page has that is refreshed, each with its place in the page's list.
func held(r *http.Request) map[string]int {
	has := map[string]int{}
	for i, x := range strings.Fields(strings.Join(r.Header[haveHeader], " ")) {
		has[x] = i
	}
	return has
}
