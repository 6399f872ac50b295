package review

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode"
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

// localPath keeps a redirect on this site. Browsers leave tabs and the like out of addresses, and read a backslash as a
// slash: "/\t/evil.example" is another site's.
func localPath(p string) string {
	bad := func(r rune) bool {
		return r == '\\' || r == utf8.RuneError || !unicode.IsGraphic(r) || unicode.IsSpace(r)
	}
	if !strings.HasPrefix(p, "/") || strings.HasPrefix(p, "//") || len(p) > maxQuery || strings.ContainsFunc(p, bad) {
		return "/"
	}
	return p
}

// enter logs in by name and password, or by a link that works once.
func (s *Server) enter(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), loginWithin)
	defer cancel()
	r = r.WithContext(ctx)
	u, err := s.proven(r)
	if err == nil {
		err = s.begin(w, r, u)
	}
	switch {
	case errors.Is(err, errLogin):
		s.render(w, r, view{status: http.StatusUnauthorized, page: "login", title: "Log in", data: loginPage{
			Next: localPath(r.PostFormValue("next")), Name: r.PostFormValue("name"),
			Problem: "That name and password, or that link, does not fit.",
		}})
	case err != nil:
		s.refuse(w, r, err)
	default:
		http.Redirect(w, r, localPath(r.PostFormValue("next")), http.StatusSeeOther)
	}
}

// begin gives the browser a new token; whatever token it had before means nothing. Another one, which outlasts it, shows at
// the next login that the user was there before.
func (s *Server) begin(w http.ResponseWriter, r *http.Request, u models.User) error {
	if err := s.giveToken(w, r, u, models.CredentialSession, cookieName, loginFor); err != nil {
		return err
	}
	if s.deviceOf(r, u) != "" {
		return nil
	}
	return s.giveToken(w, r, u, models.CredentialDevice, deviceCookie, deviceFor)
}

// giveToken makes a token and puts it into the browser's cookie.
func (s *Server) giveToken(
	w http.ResponseWriter, r *http.Request, u models.User, kind models.CredentialKind, cookie string, good time.Duration,
) error {
	token, hash := newToken()
	now := s.now()
	err := s.access.PutCredential(r.Context(), models.Credential{
		Hash: hash, Kind: kind, User: u.ID, Label: "browser", Created: now, Expires: now.Add(good),
	})
	if err != nil {
		return fmt.Errorf("login: %w", err)
	}
	http.SetCookie(w, newCookie(r, cookie, token, int(good.Seconds())))
	return nil
}

func newCookie(r *http.Request, name, value string, age int) *http.Cookie {
	return &http.Cookie{
		Name: name, Value: value, Path: "/", MaxAge: age, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: encrypted(r),
	}
}

// encrypted says that the browser's connection is, perhaps to a proxy.
func encrypted(r *http.Request) bool {
	return r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https"
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
		s.members.taken.fire()
	}
	http.SetCookie(w, newCookie(r, cookieName, "", -1))
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
	name, password := strings.TrimSpace(r.PostFormValue("name")), r.PostFormValue("password")
	if err := newOwner(name, password); err != nil {
		s.render(w, r, view{status: http.StatusBadRequest, page: "setup", title: "Become the owner", data: loginPage{
			Name: cleanName(name), Least: minPassword, Token: r.PostFormValue("token"), Problem: sentence(trimmed(err)),
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
	s.members.taken.fire() // those who needed no login need one now
	http.Redirect(w, r, "/access", http.StatusSeeOther)
}

// newOwner is an error for a name or password that the first owner can't have.
func newOwner(name, password string) error {
	if utf8.RuneCountInString(password) < minPassword {
		return fmt.Errorf("%w: a password of at least %d characters is needed", models.ErrInvalid, minPassword)
	}
	return newName(name, nil)
}
