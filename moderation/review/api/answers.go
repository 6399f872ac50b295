package api

import (
	"encoding/json"
	"log/slog"
	"net/http"

	"earshot/models"
	"earshot/moderation/review/web"
)

// answers writes what operations give back.
type answers struct{ Log *slog.Logger }

// handle turns a function that makes an answer into a handler of JSON; failures are {"error":{"message","hint"}}.
func (s *answers) handle(answer func(*http.Request) (any, error)) http.Handler {
	return web.Within(web.AnswerWithin, func(w http.ResponseWriter, r *http.Request) {
		v, err := answer(r)
		if err != nil {
			s.Fail(w, r, err)
			return
		}
		s.writeJSON(w, r, http.StatusOK, v)
	})
}

func (s *answers) writeJSON(w http.ResponseWriter, r *http.Request, status int, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		s.Log.Error("answer not written", "route", r.Pattern, "error_type", web.ErrorType(err))
		http.Error(w, `{"error":{"message":"The answer could not be written."}}`, http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(append(b, '\n'))
}

// Fail answers with an error: its sentence for people, and its hint.
func (s *answers) Fail(w http.ResponseWriter, r *http.Request, err error) {
	status, message := web.Status(err)
	if web.Fault(err) {
		s.Log.Error("answer not made", "route", r.Pattern, "err", err)
	}
	var p problemJSON
	p.Error.Message, p.Error.Hint = message, models.Hint(err)
	s.writeJSON(w, r, status, p)
}

// problemJSON is every answer that is not what was asked for.
type problemJSON struct {
	Error messageJSON `json:"error"`
}

type messageJSON struct {
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
}

// some makes a missing list an empty one, so that callers never meet null.
func some[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// operation is one operation of the API: how it is asked, what it answers, and what the document says of it.
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
