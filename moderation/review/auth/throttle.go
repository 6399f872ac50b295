package auth

import (
	"cmp"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"time"

	"earshot/models"
)

// budget is how many guesses of a secret may be made: some at once, then one in every.
type budget struct {
	burst int
	every time.Duration
}

// The budgets of guesses. That of an account is spent by all addresses together.
const (
	guesses      = 8 // of one address, or of one browser in which the user logged in before
	guessEvery   = 5 * time.Second
	accountBurst = 40
	accountEvery = 10 * time.Second
	maxGuessed   = 10_000 // addresses and accounts that are remembered
)

// throttle bounds guesses. A guess is paid for before it is looked at, so that many at once are bounded like many in a
// row; one that was right is paid back. The zero value is ready.
type throttle struct {
	mu   sync.Mutex
	seen map[string]*tally
}

// tally is what was spent of one budget.
type tally struct {
	whole  time.Time // when nothing will be spent any more
	trying int       // guesses that are being looked at
}

// pay takes one guess from a budget, to be looked at after a wait; done follows. What is spent comes back with time, and
// one guess at a time may wait for that, since it may be right: whoever knows the secret gets in after others guessed. ok
// is false when nothing was taken, and wait is then how long it takes until something can be.
func (t *throttle) pay(key string, b budget, now time.Time) (wait time.Duration, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	x := t.tally(key, now)
	whole := later(x.whole, now).Add(b.every)
	wait = max(0, whole.Sub(now)-time.Duration(b.burst)*b.every)
	if wait > b.every || wait > 0 && x.trying > 0 {
		return wait, false
	}
	x.whole = whole
	x.trying++
	return wait, true
}

// done says what came of a guess that was paid for.
func (t *throttle) done(key string, b budget, right bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	x := t.seen[key] // it is kept while somebody tries
	x.trying--
	if right {
		x.whole = x.whole.Add(-b.every)
	}
}

// wrong counts a wrong guess at a secret that can't be guessed; ok is false when there were too many.
func (t *throttle) wrong(key string, b budget, now time.Time) (wait time.Duration, ok bool) {
	wait, paid := t.pay(key, b, now)
	if paid {
		t.done(key, b, false)
	}
	return wait, paid && wait == 0
}

// tally finds or begins one; the caller holds mu.
func (t *throttle) tally(key string, now time.Time) *tally {
	if t.seen == nil {
		t.seen = map[string]*tally{}
	}
	if x := t.seen[key]; x != nil {
		return x
	}
	if len(t.seen) >= maxGuessed {
		t.forget(now)
	}
	x := &tally{}
	t.seen[key] = x
	return x
}

// forget makes room: those who spent nothing go first, then those who spent least; the caller holds mu.
func (t *throttle) forget(now time.Time) {
	var keys []string
	for k, x := range t.seen {
		switch {
		case x.trying > 0:
		case !x.whole.After(now):
			delete(t.seen, k)
		default:
			keys = append(keys, k)
		}
	}
	if over := len(t.seen) - maxGuessed*9/10; over > 0 {
		slices.SortFunc(keys, func(a, b string) int { return t.seen[a].whole.Compare(t.seen[b].whole) })
		for _, k := range keys[:min(over, len(keys))] {
			delete(t.seen, k)
		}
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// attempt is a guess at a password, paid for from several budgets.
type attempt struct {
	t    *throttle
	paid []payment
	// wait is how long to wait before the password is looked at.
	wait time.Duration
}

type payment struct {
	key string
	budget
}

// attempt pays for a guess at the password of an account: from the budgets of the address that it comes from and of the
// account or, for a browser in which the account's user logged in before, from that of the browser alone, so that nobody
// elsewhere can lock it out. throttled: there were too many.
func (t *throttle) attempt(source, account, device string, now time.Time) (*attempt, error) {
	from := []payment{
		{"password from " + source, budget{guesses, guessEvery}},
		{"password of " + account, budget{accountBurst, accountEvery}},
	}
	if device != "" {
		from = []payment{{"password in " + device, budget{guesses, guessEvery}}}
	}
	a := &attempt{t: t}
	for _, p := range from {
		wait, ok := t.pay(p.key, p.budget, now)
		if !ok {
			a.done(true)
			return nil, throttled(wait)
		}
		a.paid = append(a.paid, p)
		a.wait = max(a.wait, wait)
	}
	return a, nil
}

// done says what came of it; what was right, or was never looked at, is paid back.
func (a *attempt) done(right bool) {
	for _, p := range a.paid {
		a.t.done(p.key, p.budget, right)
	}
}

// throttled is an error for guesses that are too many: after the wait another one is looked at.
type throttled time.Duration

// Error implements error.
func (throttled) Error() string { return "too many wrong guesses" }

// seconds is the wait in whole seconds, at least one.
func (t throttled) seconds() int {
	return cmp.Or(int((time.Duration(t)+time.Second-1)/time.Second), 1)
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

// wrongToken counts a wrong key or link against the address that it comes from. A right one is never counted, and is let
// in whatever came before it: nobody guesses 256 random bits.
func (a *Authenticator) wrongToken(r *http.Request) error {
	wait, ok := a.guessed.wrong("token from "+models.SourceOf(r.RemoteAddr), budget{guesses, guessEvery}, a.now())
	if !ok {
		return throttled(wait)
	}
	return errLogin
}
