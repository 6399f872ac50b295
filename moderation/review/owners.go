package review

import (
	"net/http"

	"earshot/models"
)

// OwnersOnly puts a handler of the same server behind the login: who may not do everything everywhere is refused.
func (s *Server) OwnersOnly(next http.Handler) http.Handler {
	return s.guard(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v, err := s.identify(r)
		switch {
		case err != nil:
			s.refuse(w, r, err)
		case !v.All.Allows(models.AccessOwner):
			http.Error(w, "Only an owner may see this.", http.StatusForbidden)
		default:
			next.ServeHTTP(w, withVisitor(r, v))
		}
	}))
}
