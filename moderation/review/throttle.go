package review

import (
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Guesses of a secret that one address may make: a few at once, then one in guessEvery.
const (
	guesses    = 8
	guessEvery = 10 * time.Second
	maxGuessed = 10_000 // addresses that are remembered
)

// throttle bounds how often an address may guess. Only failures count, so a person who knows the secret never notices.
type throttle struct {
	mu   sync.Mutex
	seen map[string]*rate.Limiter
}

// open reports whether the address may try once more, without counting it.
func (t *throttle) open(key string, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	l := t.seen[key]
	return l == nil || l.TokensAt(now) >= 1
}

// failed counts a wrong guess.
func (t *throttle) failed(key string, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.seen == nil || len(t.seen) >= maxGuessed {
		t.seen = map[string]*rate.Limiter{}
	}
	l := t.seen[key]
	if l == nil {
		l = rate.NewLimiter(rate.Every(guessEvery), guesses)
		t.seen[key] = l
	}
	l.AllowN(now, 1)
}

// fromHere says that a request comes from this machine and was not handed on by a proxy.
func fromHere(r *http.Request) bool {
	for _, h := range []string{"Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via"} {
		if r.Header.Get(h) != "" {
			return false
		}
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback()
}
