package review

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"earshot/models"
)

// AccessStore knows who may open the pages.
type AccessStore interface {
	Users(ctx context.Context) ([]models.User, error)
	UserNamed(ctx context.Context, name string) (models.User, error)
	PutUser(ctx context.Context, u models.User, by string, when time.Time) error
	DeleteUser(ctx context.Context, id, by string, when time.Time) error
	// Credential finds whom a token stands for, or returns an error that wraps models.ErrNotFound.
	Credential(ctx context.Context, kind models.CredentialKind, hash string, now time.Time) (models.Credential, models.User, error)
	Credentials(ctx context.Context, kind models.CredentialKind) ([]models.Credential, error)
	PutCredential(ctx context.Context, c models.Credential) error
	DropCredential(ctx context.Context, hash string) error
}

// Door says whom the pages are opened to without a login.
type Door string

// The doors. The list is closed.
const (
	// DoorOpen asks nobody: something in front of the pages does, or nothing needs to.
	DoorOpen Door = "open"
	// DoorHere lets whoever is at this machine in while there is no user; the first visit may set the owner.
	DoorHere Door = "here"
	// DoorShut asks everybody.
	DoorShut Door = "shut"
)

const (
	cookieName   = "earshot"
	deviceCookie = "earshot_device"
	loginFor     = 30 * 24 * time.Hour
	deviceFor    = 365 * 24 * time.Hour
	linkFor      = 24 * time.Hour
)

// errLogin says that the visitor is not known.
var errLogin = errors.New("login needed")

// identify finds out who asks. errLogin: nobody that is known.
func (s *Server) identify(r *http.Request) (visitor, error) {
	if s.door == DoorOpen {
		return atTheMachine(), nil
	}
	if key, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return s.byToken(r, models.CredentialKey, key)
	}
	if c, err := r.Cookie(cookieName); err == nil {
		v, err := s.byToken(r, models.CredentialSession, c.Value)
		if !errors.Is(err, errLogin) {
			return v, err
		}
	}
	if s.door == DoorHere && fromHere(r) {
		none, err := s.nobody(r.Context())
		if err != nil || none {
			return atTheMachine(), err
		}
	}
	return visitor{}, errLogin
}

// byToken finds whom a token stands for. Wrong keys are counted; a browser's old cookie is no guess.
func (s *Server) byToken(r *http.Request, kind models.CredentialKind, token string) (visitor, error) {
	c, u, err := s.access.Credential(r.Context(), kind, tokenHash(token), s.now())
	switch {
	case errors.Is(err, models.ErrNotFound) && kind == models.CredentialKey:
		return visitor{}, s.wrongToken(r)
	case errors.Is(err, models.ErrNotFound):
		return visitor{}, errLogin
	case err != nil:
		return visitor{}, fmt.Errorf("credential: %w", err)
	}
	return visitorFor(u, c), nil
}

// visitorFor is a user, held to what a credential allows.
func visitorFor(u models.User, c models.Credential) visitor {
	lower := func(a models.Access) models.Access {
		if c.Access != models.AccessNone && a.Rank() > c.Access.Rank() {
			return c.Access
		}
		return a
	}
	v := visitor{Name: u.Name, All: lower(u.Access), Rooms: map[string]models.Access{}}
	for room, a := range u.Rooms {
		v.Rooms[room] = lower(a)
	}
	if len(c.Rooms) == 0 {
		return v
	}
	held := visitor{Name: u.Name, Rooms: map[string]models.Access{}}
	for _, room := range c.Rooms {
		held.Rooms[room] = v.in(room)
	}
	return held
}

// nobody says that there is no user yet. Once there is one it is remembered: the last owner can't be removed.
func (s *Server) nobody(ctx context.Context) (bool, error) {
	if s.peopled.Load() {
		return false, nil
	}
	users, err := s.access.Users(ctx)
	if err != nil {
		return false, fmt.Errorf("users: %w", err)
	}
	if len(users) > 0 {
		s.peopled.Store(true)
	}
	return len(users) == 0, nil
}

// public are the paths that need no login.
func public(path string) bool {
	return strings.HasPrefix(path, "/static/") || path == "/login" || path == "/setup" || strings.HasPrefix(path, "/invite/")
}

// admit lets known visitors pass, and shows the others the way to the login.
func (s *Server) admit(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v, err := s.identify(r)
		switch {
		case err == nil || public(r.URL.Path) && errors.Is(err, errLogin):
			next.ServeHTTP(w, withVisitor(r, v))
		case !errors.Is(err, errLogin), wantsData(r):
			s.refuse(w, r, err)
		default:
			http.Redirect(w, r, "/login?"+url.Values{"next": {r.URL.RequestURI()}}.Encode(), http.StatusSeeOther)
		}
	})
}

// refuse answers a visitor who is not let in.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, err error) {
	status, text := statusOf(err)
	var guesses throttled
	switch {
	case errors.Is(err, errLogin):
		w.Header().Set("WWW-Authenticate", `Bearer realm="Earshot"`)
		status, text = http.StatusUnauthorized, "Log in, or send a key as Authorization: Bearer."
	case errors.As(err, &guesses):
		w.Header().Set("Retry-After", strconv.Itoa(guesses.seconds()))
		status, text = http.StatusTooManyRequests, "Too many wrong guesses came from your address. Wait a moment."
	}
	if wantsData(r) {
		s.apiError(w, r, &refusal{status, text})
		return
	}
	s.render(w, r, view{status: status, page: "trouble", title: "Not now", data: trouble{Headline: "You can't come in now", Text: text}})
}

// wantsData tells programs and scripts, which are answered, from people, who are led to the login.
func wantsData(r *http.Request) bool {
	for _, p := range []string{"/api/", "/events", "/evidence/", "/metrics", "/debug/"} {
		if strings.HasPrefix(r.URL.Path, p) {
			return true
		}
	}
	return r.Method != http.MethodGet
}
