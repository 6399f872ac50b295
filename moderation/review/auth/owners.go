package auth

import (
	"net/http"

	"earshot/models"
)

// OwnersOnly puts a handler of the same server behind the login: everybody but owners is refused.
func (a *Authenticator) OwnersOnly(next http.Handler) http.Handler {
	return a.behindLogin(next, models.AccessOwner, "Only owners may see this.")
}

// ViewersOnly puts a handler of the same server behind the login: people who may not see all rooms are refused. While the pages are
// private to this machine, programs on it need no login.
func (a *Authenticator) ViewersOnly(next http.Handler) http.Handler {
	asked := a.behindLogin(next, models.AccessViewer, "Only people with access to all rooms may see this.")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if a.mode == ModeLocal && fromHere(r) {
			next.ServeHTTP(w, r)
			return
		}
		asked.ServeHTTP(w, r)
	})
}

// behindLogin admits visitors with at least the given access to all rooms.
func (a *Authenticator) behindLogin(next http.Handler, need models.Access, refusal string) http.Handler {
	return a.guard.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v, err := a.identify(r)
		switch {
		case err != nil:
			a.Refuse(w, r, err)
		case !v.All.Allows(need):
			http.Error(w, refusal, http.StatusForbidden)
		default:
			next.ServeHTTP(w, WithVisitor(r, v))
		}
	}))
}
