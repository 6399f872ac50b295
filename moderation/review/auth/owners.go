package auth

import (
	"net/http"

	"earshot/models"
)

// OwnersOnly puts a handler of the same server behind the login: who may not do everything everywhere is refused.
func (a *Authenticator) OwnersOnly(next http.Handler) http.Handler {
	return a.behindLogin(next, models.AccessOwner, "Only an owner may see this.")
}

// ViewersOnly puts a handler of the same server behind the login: who may not see all rooms is refused. While the pages are
// private to this machine, programs on it are not asked.
func (a *Authenticator) ViewersOnly(next http.Handler) http.Handler {
	asked := a.behindLogin(next, models.AccessViewer, "Only who may see all rooms may see this.")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if a.mode == ModeLocal && fromHere(r) {
			next.ServeHTTP(w, r)
			return
		}
		asked.ServeHTTP(w, r)
	})
}

// behindLogin lets those pass who have at least an access in all rooms.
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
