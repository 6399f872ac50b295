package auth

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"runtime"
	"strings"

	"earshot/moderation/review/web"
)

// ContentPolicy allows only what the server itself serves, and nothing inline.
const ContentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
	"media-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// Guard applies to every request: headers, the host check, limits, the refusal of cross-site writes, and recovery from panics.
type Guard struct {
	hosts   map[string]bool
	tooLong func(http.ResponseWriter, *http.Request, error)
	log     *slog.Logger
}

// NewGuard returns a Guard. hosts are the DNS names of the pages, besides localhost and IP addresses; tooLong responds to a body
// whose declared length is too large.
func NewGuard(hosts []string, log *slog.Logger, tooLong func(http.ResponseWriter, *http.Request, error)) *Guard {
	g := &Guard{hosts: map[string]bool{"localhost": true}, tooLong: tooLong, log: log}
	for _, h := range hosts {
		g.hosts[h] = true
	}
	return g
}

// Wrap wraps a handler in the guard.
func (g *Guard) Wrap(next http.Handler) http.Handler {
	next = http.NewCrossOriginProtection().Handler(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t := &tracked{ResponseWriter: w}
		defer g.recovered(t, r)
		secure(w.Header())
		switch {
		case !g.hostAllowed(r.Host):
			http.Error(t, foreignHost, http.StatusMisdirectedRequest)
		case len(r.URL.RawQuery) > web.MaxQuery:
			http.Error(t, "The address is too long.", http.StatusRequestURITooLong)
		case r.ContentLength > web.MaxBody:
			g.tooLong(t, r, &http.MaxBytesError{Limit: web.MaxBody})
		default:
			r.Body = http.MaxBytesReader(t, r.Body, web.MaxBody)
			next.ServeHTTP(t, r)
		}
	})
}

func secure(h http.Header) {
	h.Set("Content-Security-Policy", ContentPolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	h.Set("Cache-Control", "no-store") // what people said must not be cached
}

// OwnHost adds the host name check to another handler of the same server, so that the lounge's rooms can't be reached by a foreign
// name either.
func (g *Guard) OwnHost(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !g.hostAllowed(r.Host) {
			http.Error(w, foreignHost, http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

const foreignHost = "This host name is not served here. Use the IP address, or add the name to the hosts setting."

// hostAllowed rejects foreign DNS names: with one, another site's page could read the responses (DNS rebinding). An address literal
// can't be rebound.
func (g *Guard) hostAllowed(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if g.hosts[host] {
		return true
	}
	_, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil
}

// recovered responds to a panic with 500, or cuts the connection if the response has begun. The log gets its location and type, but
// not its text, which may contain what people said.
func (g *Guard) recovered(t *tracked, r *http.Request) {
	v := recover()
	if v == nil {
		return
	}
	if err, ok := v.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(http.ErrAbortHandler)
	}
	g.log.Error("page panicked", "route", r.Pattern, "panic", fmt.Sprintf("%T", v), "at", panicSite())
	if t.begun {
		panic(http.ErrAbortHandler)
	}
	http.Error(t, "Something went wrong here. See the log for details.", http.StatusInternalServerError)
}

// panicSite returns the file and line of the function that panicked: the first one of this module below the runtime.
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

// tracked records whether a response has begun.
type tracked struct {
	http.ResponseWriter
	begun bool
}

// Unwrap lets http.ResponseController find the real writer.
func (t *tracked) Unwrap() http.ResponseWriter { return t.ResponseWriter }

// WriteHeader records the beginning of the response and passes it on.
func (t *tracked) WriteHeader(code int) {
	t.begun = true
	t.ResponseWriter.WriteHeader(code)
}

// Write records the beginning of the response and passes it on.
func (t *tracked) Write(b []byte) (int, error) {
	t.begun = true
	return t.ResponseWriter.Write(b)
}
