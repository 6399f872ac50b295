package review

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"earshot/models"
)

// loginWithin bounds a login: a guess after wrong ones waits, at most accountEvery, before it is looked at.
const loginWithin = 30 * time.Second

// proven is whom the form of the login proves to be there. errLogin: nobody; throttled: too many tried from there.
func (s *Server) proven(r *http.Request) (models.User, error) {
	if err := readForm(r); err != nil {
		return models.User{}, err
	}
	if link := r.PostFormValue("link"); link != "" {
		return s.byLink(r, link)
	}
	return s.byPassword(r, r.PostFormValue("name"), r.PostFormValue("password"))
}

// byLink uses a link up.
func (s *Server) byLink(r *http.Request, link string) (models.User, error) {
	_, u, err := s.access.Credential(r.Context(), models.CredentialLink, tokenHash(link), s.now())
	if err == nil {
		err = s.access.DropCredential(r.Context(), tokenHash(link))
	}
	switch {
	case errors.Is(err, models.ErrNotFound):
		return u, s.wrongToken(r)
	case err != nil:
		return u, fmt.Errorf("login: %w", err)
	}
	return u, nil
}

// byPassword compares a password, after it was paid for: a name that does not exist costs the same, and takes as long.
func (s *Server) byPassword(r *http.Request, name, password string) (models.User, error) {
	ctx := r.Context()
	u, err := s.access.UserNamed(ctx, name)
	if err != nil && !errors.Is(err, models.ErrNotFound) {
		return u, fmt.Errorf("login: %w", err)
	}
	device, lane := s.deviceOf(r, u), s.hashing
	if device != "" {
		lane = s.hashingKnown
	}
	try, err := s.guessed.attempt(models.SourceOf(r.RemoteAddr), strings.ToLower(cleanName(name)), device, s.now())
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

// verify is checkPassword for a request, after a wait and in its turn: only a few hashes are made at once, since each takes
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

// deviceOf is the hash of the token by which a browser shows that a user logged in there before, or "".
func (s *Server) deviceOf(r *http.Request, u models.User) string {
	cookie, err := r.Cookie(deviceCookie)
	if err != nil || u.ID == "" {
		return ""
	}
	c, _, err := s.access.Credential(r.Context(), models.CredentialDevice, tokenHash(cookie.Value), s.now())
	if err != nil || c.User != u.ID {
		return ""
	}
	return c.Hash
}
