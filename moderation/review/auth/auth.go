package auth

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"earshot/models"
	"earshot/moderation/review/web"
)

// Store stores users and credentials.
type Store interface {
	Users(ctx context.Context) ([]models.User, error)
	UserNamed(ctx context.Context, name string) (models.User, error)
	PutUser(ctx context.Context, u models.User, by string, when time.Time) error
	DeleteUser(ctx context.Context, id, by string, when time.Time) error
	// Credential returns the user and the rights of a token, or an error that wraps models.ErrNotFound.
	Credential(ctx context.Context, kind models.CredentialKind, hash string, now time.Time) (models.Credential, models.User, error)
	Credentials(ctx context.Context, kind models.CredentialKind) ([]models.Credential, error)
	// PutCredential and DropCredential record who made or revoked a token, except "": a browser that logs in or out.
	PutCredential(ctx context.Context, c models.Credential, by string) error
	DropCredential(ctx context.Context, hash, by string) error
}

// Mode says who can open the pages without logging in.
type Mode string

// The modes. The list is closed.
const (
	// ModeOpen requires no login: something in front of the pages does, or none is needed.
	ModeOpen Mode = "open"
	// ModeLocal admits anyone on this machine as long as there is no user; the first visit may create the owner account.
	ModeLocal Mode = "here"
	// ModeRequired requires everybody to log in.
	ModeRequired Mode = "shut"
)

const (
	cookieName   = "earshot"
	deviceCookie = "earshot_device"
	loginFor     = 30 * 24 * time.Hour
	deviceFor    = 365 * 24 * time.Hour
	linkFor      = 24 * time.Hour
)

// errLogin says that the visitor is unknown.
var errLogin = errors.New("login needed")

// Authenticator identifies visitors, logs them in and out, and redirects others to the login. Its methods may be called by many
// goroutines at once.
type Authenticator struct {
	store   Store
	members *Members
	mode    Mode
	local   bool
	setup   string
	now     func() time.Time
	guard   *Guard
	refuse  func(w http.ResponseWriter, r *http.Request, no *web.Refusal)

	// One token per password being checked; hashingKnown is for browsers in which somebody has logged in before, so that other
	// people's attempts don't delay them.
	hashing, hashingKnown chan struct{}
	peopled               atomic.Bool // there is a user
	owning                sync.Mutex  // serialises the creation of the first owner
}

// Config configures an Authenticator.
type Config struct {
	Members *Members
	Mode    Mode
	// Local says that only this machine can reach the pages: anyone on it may create the owner account. Setup is a secret with which
	// others may; "" means none.
	Local bool
	Setup string
	// Now is the clock.
	Now func() time.Time
	// Guard wraps what OwnersOnly and ViewersOnly protect.
	Guard *Guard
	// Refuse responds to visitors who are not admitted: with data for programs (see WantsData), with a page for people.
	Refuse func(w http.ResponseWriter, r *http.Request, no *web.Refusal)
}

// NewAuthenticator returns an Authenticator. Without Members no login is required.
func NewAuthenticator(c Config) *Authenticator {
	if c.Members == nil {
		c.Members, c.Mode = NewMembers(nil, nil), ModeOpen
	}
	return &Authenticator{
		store: c.Members.store, members: c.Members, mode: cmp.Or(c.Mode, ModeRequired), local: c.Local, setup: c.Setup,
		now: c.Now, guard: c.Guard, refuse: c.Refuse, hashing: make(chan struct{}, 2), hashingKnown: make(chan struct{}, 1),
	}
}

// Open reports whether no login is required.
func (a *Authenticator) Open() bool { return a.mode == ModeOpen }

// Changed returns a channel that is closed when somebody's access is next revoked or given up.
func (a *Authenticator) Changed() <-chan struct{} { return a.members.taken.next() }

// Same reports whether the visitor of a request still has the same access as when the request arrived.
func (a *Authenticator) Same(r *http.Request) bool {
	v, err := a.identify(r)
	return err == nil && v.Same(VisitorOf(r.Context()))
}

// identify identifies the visitor. errLogin: nobody known.
func (a *Authenticator) identify(r *http.Request) (Visitor, error) {
	if a.mode == ModeOpen {
		return OpenVisitor(), nil
	}
	if key, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return a.byToken(r, models.CredentialKey, key)
	}
	if c, err := r.Cookie(cookieName); err == nil {
		v, err := a.byToken(r, models.CredentialSession, c.Value)
		v.LoggedIn = err == nil
		if !errors.Is(err, errLogin) {
			return v, err
		}
	}
	if a.mode == ModeLocal && fromHere(r) {
		none, err := a.NoUsers(r.Context())
		if err != nil || none {
			return OpenVisitor(), err
		}
	}
	return Visitor{}, errLogin
}

// byToken returns the visitor of a token. Wrong keys are counted; a browser's expired cookie is not.
func (a *Authenticator) byToken(r *http.Request, kind models.CredentialKind, token string) (Visitor, error) {
	c, u, err := a.store.Credential(r.Context(), kind, tokenHash(token), a.now())
	switch {
	case errors.Is(err, models.ErrNotFound) && kind == models.CredentialKey:
		return Visitor{}, a.wrongToken(r)
	case errors.Is(err, models.ErrNotFound):
		return Visitor{}, errLogin
	case err != nil:
		return Visitor{}, fmt.Errorf("credential: %w", err)
	}
	return visitorFor(u, c), nil
}

// wrongToken counts a wrong key or link against its address. A correct one is never counted, and always works: nobody can guess 256
// random bits.
func (a *Authenticator) wrongToken(r *http.Request) error {
	wait, ok := a.members.guessed.wrong(budgetKey("token from "+models.SourceOf(r.RemoteAddr)), budget{guesses, guessEvery}, a.now())
	if !ok {
		return throttled(wait)
	}
	return errLogin
}

// visitorFor returns a user with rights limited to those of a credential.
func visitorFor(u models.User, c models.Credential) Visitor {
	lower := func(a models.Access) models.Access {
		if c.Access != models.AccessNone && a.Rank() > c.Access.Rank() {
			return c.Access
		}
		return a
	}
	v := Visitor{Name: u.Name, All: lower(u.Access), Rooms: map[string]models.Access{}}
	for room, a := range u.Rooms {
		v.Rooms[room] = lower(a)
	}
	if len(c.Rooms) == 0 {
		return v
	}
	held := Visitor{Name: u.Name, Rooms: map[string]models.Access{}}
	for _, room := range c.Rooms {
		held.Rooms[room] = v.In(room)
	}
	return held
}

// NoUsers reports whether there is no user yet. Once there is one, this is remembered: the last owner can't be removed.
func (a *Authenticator) NoUsers(ctx context.Context) (bool, error) {
	if a.peopled.Load() {
		return false, nil
	}
	users, err := a.store.Users(ctx)
	if err != nil {
		return false, fmt.Errorf("users: %w", err)
	}
	if len(users) > 0 {
		a.peopled.Store(true)
	}
	return len(users) == 0, nil
}

// public lists the paths that need no login.
func public(path string) bool {
	return strings.HasPrefix(path, "/static/") || path == "/login" || path == "/setup" || strings.HasPrefix(path, "/invite/")
}

// Admit admits known visitors, and redirects others to the login.
func (a *Authenticator) Admit(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v, err := a.identify(r)
		switch {
		case err == nil || public(r.URL.Path) && errors.Is(err, errLogin):
			next.ServeHTTP(w, WithVisitor(r, v))
		case !errors.Is(err, errLogin), WantsData(r):
			a.Refuse(w, r, err)
		default:
			http.Redirect(w, r, "/login?"+url.Values{"next": {r.URL.RequestURI()}}.Encode(), http.StatusSeeOther)
		}
	})
}

// Refuse responds to a visitor who is not admitted.
func (a *Authenticator) Refuse(w http.ResponseWriter, r *http.Request, err error) {
	status, text := web.Status(err)
	var guesses throttled
	switch {
	case errors.Is(err, errLogin):
		w.Header().Set("WWW-Authenticate", `Bearer realm="Earshot"`)
		status, text = http.StatusUnauthorized, "Log in, or send a key as Authorization: Bearer."
	case errors.As(err, &guesses):
		w.Header().Set("Retry-After", strconv.Itoa(guesses.seconds()))
		status, text = http.StatusTooManyRequests, "Too many failed logins from your address. Wait a moment."
	}
	a.refuse(w, r, web.Refuse(status, text))
}

// WantsData distinguishes programs and scripts, which get data, from people, who are redirected to the login.
func WantsData(r *http.Request) bool {
	for _, p := range []string{"/api/", "/events", "/evidence/", "/metrics", "/debug/"} {
		if strings.HasPrefix(r.URL.Path, p) {
			return true
		}
	}
	return r.Method != http.MethodGet
}
