package review

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"runtime"
	"strings"
	"time"
)

const (
	maxBody  = 64 << 10
	maxQuery = 4 << 10
	// answerWithin bounds everything but event streams.
	answerWithin = 10 * time.Second
)

// csp allows what the server itself serves and nothing inline.
const csp = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
	"media-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// guard puts what holds for every request around the mux: headers, the host check, limits, the refusal of cross-site
// writes, and panics turned into an answer.
func (s *Server) guard(next http.Handler) http.Handler {
	next = http.NewCrossOriginProtection().Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t := &tracked{ResponseWriter: w}
		defer s.recovered(t, r)
		secure(w.Header())
		switch {
		case !s.hostAllowed(r.Host):
			http.Error(t, foreignHost, http.StatusMisdirectedRequest)
		case len(r.URL.RawQuery) > maxQuery:
			http.Error(t, "The address is too long.", http.StatusRequestURITooLong)
		case r.ContentLength > maxBody:
			s.refuseLength(t, r)
		default:
			r.Body = http.MaxBytesReader(t, r.Body, maxBody)
			next.ServeHTTP(t, r)
		}
	})
}

func secure(h http.Header) {
	h.Set("Content-Security-Policy", csp)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	h.Set("Cache-Control", "no-store") // what people said stays out of caches
}

// OwnHost puts the check of the host's name before another handler of the same server, so that the rooms in it can't be
// reached by a foreign name either.
func (s *Server) OwnHost(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !s.hostAllowed(r.Host) {
			http.Error(w, foreignHost, http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

const foreignHost = "This name is not served here. Ask by address, or add the name to the setting hosts."

// hostAllowed refuses foreign DNS names: with one, a page of another site could read the answers (DNS rebinding). An
// address literal can't be rebound.
func (s *Server) hostAllowed(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if s.hosts[host] {
		return true
	}
	_, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil
}

// recovered answers a panic with 500, or cuts the connection when the answer has begun. The log gets where it happened
// and of what type it was, never its text, which may hold what people said.
func (s *Server) recovered(t *tracked, r *http.Request) {
	v := recover()
	if v == nil {
		return
	}
	if err, ok := v.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(http.ErrAbortHandler)
	}
	s.log.Error("page panicked", "route", r.Pattern, "panic", fmt.Sprintf("%T", v), "at", panicSite())
	if t.begun {
		panic(http.ErrAbortHandler)
	}
	http.Error(t, "Something went wrong here. The log says where.", http.StatusInternalServerError)
}

// panicSite is the file and line of the function that panicked: the first one of this module below the runtime.
func panicSite() string {
	pc := make([]uintptr, 32)
	frames := runtime.CallersFrames(pc[:runtime.Callers(2, pc)])
	inPanic := false
	for {
		f, more := frames.Next()
		if inPanic && !strings.HasPrefix(f.Function, "runtime.") {
			return fmt.Sprintf("%s:%d", f.Function, f.Line)
		}
		inPanic = inPanic || f.Function == "runtime.gopanic"
		if !more {
			return "unknown"
		}
	}
}

// tracked remembers whether an answer has begun.
type tracked struct {
	http.ResponseWriter
	begun bool
}

// Unwrap lets http.ResponseController find the real writer.
func (t *tracked) Unwrap() http.ResponseWriter { return t.ResponseWriter }

// WriteHeader notes the beginning of the answer and passes it on.
func (t *tracked) WriteHeader(code int) {
	t.begun = true
	t.ResponseWriter.WriteHeader(code)
}

// Write notes the beginning of the answer and passes it on.
func (t *tracked) Write(b []byte) (int, error) {
	t.begun = true
	return t.ResponseWriter.Write(b)
}

func withDeadline(r *http.Request) (*http.Request, context.CancelFunc) {
	ctx, cancel := context.WithTimeout(r.Context(), answerWithin)
	return r.WithContext(ctx), cancel
}
