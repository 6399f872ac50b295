package auth

import (
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"earshot/models"
)

// LogIn gives the browser a new token, replacing its old one. A second token, which outlasts it, shows at the next login that the
// user has logged in there before.
func (a *Authenticator) LogIn(w http.ResponseWriter, r *http.Request, u models.User) error {
	if err := a.giveToken(w, r, u, models.CredentialSession, cookieName, loginFor); err != nil {
		return err
	}
	if a.deviceOf(r, u) != "" {
		return nil
	}
	return a.giveToken(w, r, u, models.CredentialDevice, deviceCookie, deviceFor)
}

// giveToken creates a token and sets the browser's cookie.
func (a *Authenticator) giveToken(
	w http.ResponseWriter, r *http.Request, u models.User, kind models.CredentialKind, cookie string, good time.Duration,
) error {
	token, hash := newToken()
	now := a.now()
	err := a.store.PutCredential(r.Context(), models.Credential{
		Hash: hash, Kind: kind, User: u.ID, Label: "browser", Created: now, Expires: now.Add(good),
	}, "")
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

// encrypted reports whether the browser's connection, perhaps to a proxy, is encrypted.
func encrypted(r *http.Request) bool {
	return r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https"
}

// LogOut ends the browser's login.
func (a *Authenticator) LogOut(w http.ResponseWriter, r *http.Request) error {
	if c, err := r.Cookie(cookieName); err == nil {
		if err := a.store.DropCredential(r.Context(), tokenHash(c.Value), ""); err != nil && !errors.Is(err, models.ErrNotFound) {
			return fmt.Errorf("logout: %w", err)
		}
		a.members.took()
	}
	http.SetCookie(w, newCookie(r, cookieName, "", -1))
	return nil
}

// MaySetUp reports whether the visitor may create the owner account: anyone on this machine, or with the token printed when the
// program started.
func (a *Authenticator) MaySetUp(r *http.Request, token string) error {
	none, err := a.NoUsers(r.Context())
	if err != nil {
		return err
	}
	known := a.setup != "" && subtle.ConstantTimeCompare([]byte(token), []byte(a.setup)) == 1
	if !none || !known && (!a.local || !fromHere(r)) {
		return models.ErrNotFound
	}
	return nil
}

// SetUp creates the owner account and logs the user in. models.ErrInvalid: the name or the password is not acceptable; the text says
// why. models.ErrNotFound: see MaySetUp.
func (a *Authenticator) SetUp(w http.ResponseWriter, r *http.Request, token, name, password string) error {
	a.owning.Lock()
	defer a.owning.Unlock()
	if err := a.MaySetUp(r, token); err != nil {
		return err
	}
	if err := newOwner(name, password); err != nil {
		return err
	}
	u := models.User{ID: strings.ToLower(rand.Text()), Name: name, Access: models.AccessOwner, Password: hashPassword(password)}
	if err := a.store.PutUser(r.Context(), u, name, a.now()); err != nil {
		return fmt.Errorf("first owner: %w", err)
	}
	if err := a.LogIn(w, r, u); err != nil {
		return err
	}
	a.members.took() // visitors who needed no login need one now
	return nil
}

// newOwner returns an error for a name or password not acceptable for the owner account.
func newOwner(name, password string) error {
	if utf8.RuneCountInString(password) < MinPassword {
		return fmt.Errorf("%w: a password of at least %d characters is needed", models.ErrInvalid, MinPassword)
	}
	return newName(name, nil)
}
