package review

import (
	"cmp"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"

	"earshot/models"
)

type loginPage struct {
	Next, Name, Link string
	Problem          string
	Least            int    // characters of a password
	Token            string // of the first login
}

func (s *Server) login(r *http.Request) (view, error) {
	q := r.URL.Query()
	if none, err := s.nobody(r.Context()); err != nil || none {
		return view{page: "nologin", title: "No owner yet", data: loginPage{}}, err
	}
	return view{page: "login", title: "Log in", data: loginPage{Next: localPath(q.Get("next")), Link: q.Get("link")}}, nil
}

// localPath keeps a redirect on this site.
func localPath(p string) string {
	if !strings.HasPrefix(p, "/") || strings.HasPrefix(p, "//") || strings.ContainsAny(p, "\\\r\n") {
		return "/"
	}
	return p
}

// enter logs in by name and password, or by a link that works once.
func (s *Server) enter(w http.ResponseWriter, r *http.Request) {
	r, cancel := withDeadline(r)
	defer cancel()
	u, err := s.proven(r)
	if err == nil {
		err = s.begin(w, r, u)
	}
	switch {
	case errors.Is(err, errLogin):
		s.render(w, r, view{status: http.StatusUnauthorized, page: "login", title: "Log in", data: loginPage{
			Next: localPath(r.PostFormValue("next")), Name: r.PostFormValue("name"), Problem: "That name and password, or that link, does not fit.",
		}})
	case err != nil:
		s.refuse(w, r, err)
	default:
		http.Redirect(w, r, localPath(r.PostFormValue("next")), http.StatusSeeOther)
	}
}

func (s *Server) proven(r *http.Request) (models.User, error) {
	from, ctx := models.SourceOf(r.RemoteAddr), r.Context()
	if !s.guessed.open(from, s.now()) {
		return models.User{}, errThrottled
	}
	if err := readForm(r); err != nil {
		return models.User{}, err
	}
	var u models.User
	ok := false
	var err error
	if link := r.PostFormValue("link"); link != "" {
		if _, u, err = s.access.Credential(ctx, models.CredentialLink, tokenHash(link), s.now()); err == nil {
			err = s.access.DropCredential(ctx, tokenHash(link))
		}
		ok = err == nil
	} else {
		u, err = s.access.UserNamed(ctx, r.PostFormValue("name"))
		if err == nil || errors.Is(err, models.ErrNotFound) { // who does not exist takes as long
			var broken error
			if ok, broken = s.verify(ctx, u.Password, r.PostFormValue("password")); broken != nil {
				return u, broken
			}
		}
	}
	switch {
	case err != nil && !errors.Is(err, models.ErrNotFound):
		return u, fmt.Errorf("login: %w", err)
	case !ok:
		s.guessed.failed(from, s.now())
		return u, errLogin
	}
	return u, nil
}

// begin gives the browser a new token; whatever token it had before means nothing.
func (s *Server) begin(w http.ResponseWriter, r *http.Request, u models.User) error {
	token, hash := newToken()
	now := s.now()
	err := s.access.PutCredential(r.Context(), models.Credential{
		Hash: hash, Kind: models.CredentialSession, User: u.ID, Label: "browser", Created: now, Expires: now.Add(loginFor),
	})
	if err != nil {
		return fmt.Errorf("login: %w", err)
	}
	http.SetCookie(w, s.cookie(r, token, int(loginFor.Seconds())))
	return nil
}

func (s *Server) cookie(r *http.Request, value string, age int) *http.Cookie {
	return &http.Cookie{
		Name: cookieName, Value: value, Path: "/", MaxAge: age, HttpOnly: true, SameSite: http.SameSiteLaxMode,
		Secure: r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https",
	}
}

// leave logs out.
func (s *Server) leave(w http.ResponseWriter, r *http.Request) {
	r, cancel := withDeadline(r)
	defer cancel()
	if c, err := r.Cookie(cookieName); err == nil {
		if err := s.access.DropCredential(r.Context(), tokenHash(c.Value)); err != nil && !errors.Is(err, models.ErrNotFound) {
			s.refuse(w, r, fmt.Errorf("logout: %w", err))
			return
		}
	}
	http.SetCookie(w, s.cookie(r, "", -1))
	http.Redirect(w, r, "/login", http.StatusSeeOther)
}

// mayOwn says that the visitor may become the first owner: somebody at this machine, or who knows the token that was
// printed when the program started.
func (s *Server) mayOwn(r *http.Request) error {
	none, err := s.nobody(r.Context())
	if err != nil {
		return err
	}
	token := []byte(cmp.Or(r.URL.Query().Get("token"), r.PostFormValue("token")))
	known := s.setup != "" && subtle.ConstantTimeCompare(token, []byte(s.setup)) == 1
	if !none || !known && (!s.local || !fromHere(r)) {
		return models.ErrNotFound
	}
	return nil
}

func (s *Server) setupPage(r *http.Request) (view, error) {
	if err := s.mayOwn(r); err != nil {
		return view{}, err
	}
	return view{page: "setup", title: "Become the owner", data: loginPage{Least: minPassword, Token: r.URL.Query().Get("token")}}, nil
}

// own makes the first user, the owner, and logs them in.
func (s *Server) own(w http.ResponseWriter, r *http.Request) {
	r, cancel := withDeadline(r)
	defer cancel()
	s.owning.Lock() // of two at once, one becomes the owner
	defer s.owning.Unlock()
	err := readForm(r)
	if err == nil {
		err = s.mayOwn(r)
	}
	if err != nil {
		s.render(w, r, s.failed(r, err))
		return
	}
	name, password := cleanName(r.PostFormValue("name")), r.PostFormValue("password")
	if name == "" || utf8.RuneCountInString(password) < minPassword {
		s.render(w, r, view{status: http.StatusBadRequest, page: "setup", title: "Become the owner", data: loginPage{
			Name: name, Least: minPassword, Token: r.PostFormValue("token"), Problem: fmt.Sprintf("Give a name, and a password of at least %d characters.", minPassword),
		}})
		return
	}
	u := models.User{ID: strings.ToLower(rand.Text()), Name: name, Access: models.AccessOwner, Password: hashPassword(password)}
	if err = s.access.PutUser(r.Context(), u, name, s.now()); err == nil {
		err = s.begin(w, r, u)
	}
	if err != nil {
		s.render(w, r, s.failed(r, err))
		return
	}
	http.Redirect(w, r, "/access", http.StatusSeeOther)
}
