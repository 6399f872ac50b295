package pages

import (
	"cmp"
	"errors"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"earshot/models"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/web"
)

type loginPage struct {
	Next, Name, Link string
	Problem          string
	Least            int    // minimum characters of a password
	Token            string // of the first login
}

func (s accessPages) login(r *http.Request) (view, error) {
	q := r.URL.Query()
	if none, err := s.Auth.NoUsers(r.Context()); err != nil || none {
		return view{page: "nologin", title: "No owner yet", data: loginPage{}}, err
	}
	return view{page: "login", title: "Log in", data: loginPage{Next: localPath(q.Get("next")), Link: q.Get("link")}}, nil
}

// localPath keeps a redirect on this site. Browsers ignore tabs and the like in addresses, and treat a backslash as a slash:
// "/\t/evil.example" is another site.
func localPath(p string) string {
	bad := func(r rune) bool {
		return r == '\\' || r == utf8.RuneError || !unicode.IsGraphic(r) || unicode.IsSpace(r)
	}
	if !strings.HasPrefix(p, "/") || strings.HasPrefix(p, "//") || len(p) > web.MaxQuery || strings.ContainsFunc(p, bad) {
		return "/"
	}
	return p
}

// enter logs in with name and password, or with a one-time link.
func (s accessPages) enter(w http.ResponseWriter, r *http.Request) {
	err := web.ReadForm(r)
	form := r.PostFormValue
	var u models.User
	if err == nil {
		u, err = s.Auth.Prove(r, form("link"), form("name"), form("password"))
	}
	if err == nil {
		err = s.Auth.LogIn(w, r, u)
	}
	problem := "Wrong name or password."
	if form("link") != "" {
		problem = "This link is no longer valid. Ask for another, or log in with your password."
	}
	switch {
	case auth.IsUnknown(err):
		s.render(w, r, view{status: http.StatusUnauthorized, page: "login", title: "Log in", data: loginPage{
			Next: localPath(form("next")), Name: form("name"), Problem: problem,
		}})
	case err != nil:
		s.Auth.Refuse(w, r, err)
	default:
		http.Redirect(w, r, localPath(form("next")), http.StatusSeeOther)
	}
}

// leave logs out.
func (s accessPages) leave(w http.ResponseWriter, r *http.Request) {
	if err := s.Auth.LogOut(w, r); err != nil {
		s.Auth.Refuse(w, r, err)
		return
	}
	http.Redirect(w, r, "/login", http.StatusSeeOther)
}

func (s accessPages) setupPage(r *http.Request) (view, error) {
	token := r.URL.Query().Get("token")
	if err := s.Auth.MaySetUp(r, token); err != nil {
		return view{}, err
	}
	return view{page: "setup", title: "Create the owner account", data: loginPage{Least: auth.MinPassword, Token: token}}, nil
}

// own creates the owner account and logs the user in.
func (s accessPages) own(w http.ResponseWriter, r *http.Request) {
	if err := web.ReadForm(r); err != nil {
		s.Fail(w, r, err)
		return
	}
	name, token := strings.TrimSpace(r.PostFormValue("name")), cmp.Or(r.URL.Query().Get("token"), r.PostFormValue("token"))
	switch err := s.Auth.SetUp(w, r, token, name, r.PostFormValue("password")); {
	case err == nil:
		http.Redirect(w, r, "/access", http.StatusSeeOther)
	case errors.Is(err, models.ErrInvalid):
		s.render(w, r, view{status: http.StatusBadRequest, page: "setup", title: "Create the owner account", data: loginPage{
			Name: web.CleanName(name), Least: auth.MinPassword, Token: token, Problem: web.Sentence(web.Text(err)),
		}})
	default:
		s.Fail(w, r, err)
	}
}
