package auth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"earshot/models"
	"earshot/moderation/review/web"
)

// LoginWithin limits a login: an attempt after failed ones waits, at most accountEvery, before it is checked.
const LoginWithin = 30 * time.Second

// Prove verifies a link, or else a name and a password, and returns the user. The error is for Refuse; see IsUnknown.
func (a *Authenticator) Prove(r *http.Request, link, name, password string) (models.User, error) {
	if link != "" {
		return a.byLink(r, link)
	}
	return a.byPassword(r, name, password)
}

// IsUnknown reports whether the credentials were wrong, as opposed to a failure or too many attempts.
func IsUnknown(err error) bool { return errors.Is(err, errLogin) }

// byLink verifies a link, which can be used only once.
func (a *Authenticator) byLink(r *http.Request, link string) (models.User, error) {
	_, u, err := a.store.Credential(r.Context(), models.CredentialLink, tokenHash(link), a.now())
	if err == nil {
		err = a.store.DropCredential(r.Context(), tokenHash(link), "")
	}
	switch {
	case errors.Is(err, models.ErrNotFound):
		return u, a.wrongToken(r)
	case err != nil:
		return u, fmt.Errorf("login: %w", err)
	}
	return u, nil
}

// byPassword verifies a password, after charging the attempt: an unknown name costs the same, and takes as long.
func (a *Authenticator) byPassword(r *http.Request, name, password string) (models.User, error) {
	ctx := r.Context()
	u, err := a.store.UserNamed(ctx, name)
	if err != nil && !errors.Is(err, models.ErrNotFound) {
		return u, fmt.Errorf("login: %w", err)
	}
	device, lane := a.deviceOf(r, u), a.hashing
	if device != "" {
		lane = a.hashingKnown
	}
	try, err := a.members.guessed.attempt(models.SourceOf(r.RemoteAddr), strings.ToLower(web.CleanName(name)), device, a.now())
	if err != nil {
		return u, err
	}
	right, err := verify(ctx, try.wait, lane, u.Password, password)
	try.done(right || err != nil)
	switch {
	case err != nil:
		return u, fmt.Errorf("login: %w", err)
	case !right:
		return models.User{}, errLogin
	}
	return u, nil
}

// verify is checkPassword for a request, after a wait and in its turn: only a few hashes are computed at once, since each takes
// memory.
func verify(ctx context.Context, wait time.Duration, lane chan struct{}, phc, password string) (bool, error) {
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
		return false, ctx.Err()
	}
	select {
	case lane <- struct{}{}:
		defer func() { <-lane }()
		return checkPassword(phc, password), nil
	case <-ctx.Done():
		return false, ctx.Err()
	}
}

// deviceOf returns the hash of the token which shows that a user has logged in with this browser before, or "".
func (a *Authenticator) deviceOf(r *http.Request, u models.User) string {
	cookie, err := r.Cookie(deviceCookie)
	if err != nil || u.ID == "" {
		return ""
	}
	c, _, err := a.store.Credential(r.Context(), models.CredentialDevice, tokenHash(cookie.Value), a.now())
	if err != nil || c.User != u.ID {
		return ""
	}
	return c.Hash
}
