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

// Store knows who may open the pages.
type Store interface {
	Users(ctx context.Context) ([]models.User, error)
	UserNamed(ctx context.Context, name string) (models.User, error)
	PutUser(ctx context.Context, u models.User, by string, when time.Time) error
	DeleteUser(ctx context.Context, id, by string, when time.Time) error
	// Credential finds whom a token stands for, or returns an error that wraps models.ErrNotFound.
	Credential(ctx context.Context, kind models.CredentialKind, hash string, now time.Time) (models.Credential, models.User, error)
	Credentials(ctx context.Context, kind models.CredentialKind) ([]models.Credential, error)
	// PutCredential and DropCredential note who made or revoked a token, but for "": a browser that logs in or out.
	PutCredential(ctx context.Context, c models.Credential, by string) error
	DropCredential(ctx context.Context, hash, by string) error
}

// Mode says who may open the pages without a login.
type Mode string

// The modes. The list is closed.
const (
	// ModeOpen asks nobody: something in front of the pages does, or nothing needs to.
	ModeOpen Mode = "open"
	// ModeLocal lets whoever is at this machine in while there is no user; the first visit may set the owner.
	ModeLocal Mode = "here"
	// ModeRequired asks everybody.
	ModeRequired Mode = "shut"
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

// Authenticator finds out who asks, lets visitors in and out, and shows the others the way to the login. Its methods may be
// called by many goroutines at once.
type Authenticator struct {
	store   Store
	members *Members
	mode    Mode
	local   bool
	setup   string
	now     func() time.Time
	guard   *Guard
	refuse  func(w http.ResponseWriter, r *http.Request, no *web.Refusal)

	guessed throttle
	// One token per password that is being checked; hashingKnown is for browsers in which somebody logged in before, so that
	// nobody else's guesses keep them waiting.
	hashing, hashingKnown chan struct{}
	peopled               atomic.Bool // there is a user
	owning                sync.Mutex  // of two first owners at once, one becomes it
}

// Config is what an Authenticator needs.
type Config struct {
	Members *Members
	Mode    Mode
	// Local says that only this machine can reach the pages: whoever is here may become the first owner. Setup is a secret by
	// which others may, "" for none.
	Local bool
	Setup string
	// Now is the clock.
	Now func() time.Time
	// Guard stands before what OwnersOnly and ViewersOnly protect.
	Guard *Guard
	// Refuse answers who is not let in: data to programs (see WantsData), a page to people.
	Refuse func(w http.ResponseWriter, r *http.Request, no *web.Refusal)
}

// NewAuthenticator makes an Authenticator. Without Members nobody is asked to log in.
func NewAuthenticator(c Config) *Authenticator {
	if c.Members == nil {
		c.Members, c.Mode = NewMembers(nil, nil), ModeOpen
	}
	return &Authenticator{
		store: c.Members.store, members: c.Members, mode: cmp.Or(c.Mode, ModeRequired), local: c.Local, setup: c.Setup,
		now: c.Now, guard: c.Guard, refuse: c.Refuse, hashing: make(chan struct{}, 2), hashingKnown: make(chan struct{}, 1),
	}
}

// Open says that nobody is asked to log in.
func (a *Authenticator) Open() bool { return a.mode == ModeOpen }

// Changed is closed when somebody's access is next taken or given up.
func (a *Authenticator) Changed() <-chan struct{} { return a.members.taken.next() }

// Same says that whoever asked is still let in, with the same access as when the request came.
func (a *Authenticator) Same(r *http.Request) bool {
	v, err := a.identify(r)
	return err == nil && v.Same(VisitorOf(r.Context()))
}

// identify finds out who asks. errLogin: nobody that is known.
func (a *Authenticator) identify(r *http.Request) (Visitor, error) {
	if a.mode == ModeOpen {
		return OpenVisitor(), nil
	}
	if key, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return a.byToken(r, models.CredentialKey, key)
	}
	if c, err := r.Cookie(cookieName); err == nil {
		v, err := a.byToken(r, models.CredentialSession, c.Value)
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

// byToken finds whom a token stands for. Wrong keys are counted; a browser's old cookie is no guess.
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

// visitorFor is a user, held to what a credential allows.
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

// NoUsers says that there is no user yet. Once there is one it is remembered: the last owner can't be removed.
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

// public are the paths that need no login.
func public(path string) bool {
	return strings.HasPrefix(path, "/static/") || path == "/login" || path == "/setup" || strings.HasPrefix(path, "/invite/")
}

// Admit lets known visitors pass, and shows the others the way to the login.
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

// Refuse answers a visitor who is not let in.
func (a *Authenticator) Refuse(w http.ResponseWriter, r *http.Request, err error) {
	status, text := web.Status(err)
	var guesses throttled
	switch {
	case errors.Is(err, errLogin):
		w.Header().Set("WWW-Authenticate", `Bearer realm="Earshot"`)
		status, text = http.StatusUnauthorized, "Log in, or send a key as Authorization: Bearer."
	case errors.As(err, &guesses):
		w.Header().Set("Retry-After", strconv.Itoa(guesses.seconds()))
		status, text = http.StatusTooManyRequests, "Too many wrong guesses came from your address. Wait a moment."
	}
	a.refuse(w, r, web.Refuse(status, text))
}

// WantsData tells programs and scripts, which are answered, from people, who are led to the login.
func WantsData(r *http.Request) bool {
	for _, p := range []string{"/api/", "/events", "/evidence/", "/metrics", "/debug/"} {
		if strings.HasPrefix(r.URL.Path, p) {
			return true
		}
	}
	return r.Method != http.MethodGet
}
