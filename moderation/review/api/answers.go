package api

import (
	"encoding/json"
	"log/slog"
	"net/http"

	"earshot/moderation/review/web"
)

// answers writes the results of operations.
type answers struct{ Log *slog.Logger }

// handle is answer with the usual time limit.
func (s *answers) handle(answer func(*http.Request) (any, error)) http.Handler {
	return web.Within(web.AnswerWithin, s.answer(answer))
}

// answer turns a function that returns a result into a handler of JSON; errors are {"error":{"message","hint"}}.
func (s *answers) answer(answer func(*http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v, err := answer(r)
		if err != nil {
			s.Fail(w, r, err)
			return
		}
		s.writeJSON(w, r, http.StatusOK, v)
	}
}

func (s *answers) writeJSON(w http.ResponseWriter, r *http.Request, status int, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		s.Log.Error("answer not written", "route", r.Pattern, "error_type", web.ErrorType(err))
		http.Error(w, `{"error":{"message":"The response could not be encoded."}}`, http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(append(b, '\n'))
}

// Fail responds with an error: a sentence for people, and a hint.
func (s *answers) Fail(w http.ResponseWriter, r *http.Request, err error) {
	status, message, hint := web.Problem(err)
	if web.Fault(err) {
		s.Log.Error("answer not made", "route", r.Pattern, "err", err)
	}
	var p problemJSON
	p.Error.Message, p.Error.Hint = message, hint
	s.writeJSON(w, r, status, p)
}

// problemJSON is the body of error responses.
type problemJSON struct {
	Error messageJSON `json:"error"`
}

type messageJSON struct {
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
}

// some turns a nil list into an empty one, so that callers never see null.
func some[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// operation is one operation of the API: its route, its result, and its description.
type operation struct {
	method, path, summary string
	params                []param
	body                  any // an example of the body's type; nil: none
	answer                any // an example of the answer's type; nil: not JSON
	media                 string
	handler               http.Handler
}

// param is a parameter in the query, or in the path when the path names it.
type param struct{ name, about string }
