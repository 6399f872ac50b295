package auth

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"time"
)

// budget is how many attempts are allowed: some at once, then one every interval.
type budget struct {
	burst int
	every time.Duration
}

// The budgets of login attempts. An account's budget is shared by all addresses.
const (
	guesses      = 8 // of one address, or of one browser in which the user has logged in before
	guessEvery   = 5 * time.Second
	accountBurst = 40
	accountEvery = 10 * time.Second
	maxGuessed   = 10_000 // addresses and accounts remembered
)

// throttle limits login attempts. An attempt is charged before it is checked, so that simultaneous attempts are limited like
// successive ones; a correct one is refunded. The zero value is ready.
type throttle struct {
	// tell tells other processes of a wrong attempt; nil: there are none.
	tell func(key string, b budget)
	mu   sync.Mutex
	seen map[string]*tally
}

// tally is what has been spent of one budget.
type tally struct {
	whole  time.Time // when the budget will be full again
	trying int       // attempts being checked
}

// pay charges an attempt to a budget, to be checked after a wait; call done afterwards. The budget refills with time, and one
// attempt at a time may wait for that, since it may be correct: whoever knows the secret can log in after others failed. ok is false
// if nothing was charged; wait is then how long until an attempt is possible.
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

// charge notes a wrong attempt in another process.
func (t *throttle) charge(key string, every time.Duration, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	x := t.tally(key, now)
	x.whole = later(x.whole, now).Add(every)
}

// done records the result of an attempt that was charged.
func (t *throttle) done(key string, b budget, right bool) {
	if !right && t.tell != nil {
		t.tell(key, b)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	x := t.seen[key] // kept while an attempt is in progress
	x.trying--
	if right {
		x.whole = x.whole.Add(-b.every)
	}
}

// wrong counts a wrong guess of a secret that can't be guessed; ok is false if there were too many.
func (t *throttle) wrong(key string, b budget, now time.Time) (wait time.Duration, ok bool) {
	wait, paid := t.pay(key, b, now)
	if paid {
		t.done(key, b, false)
	}
	return wait, paid && wait == 0
}

// tally returns a tally, creating it if necessary; the caller holds mu.
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

// forget makes room: unused tallies go first, then those with the least spent; the caller holds mu.
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

// attempt is a password attempt, charged to several budgets.
type attempt struct {
	t    *throttle
	paid []payment
	// wait is how long to wait before the password is checked.
	wait time.Duration
}

type payment struct {
	key string
	budget
}

// budgetKey names a budget. Other processes learn it, but not whose it is.
func budgetKey(whose string) string {
	sum := sha256.Sum256([]byte(whose))
	return base64.RawStdEncoding.EncodeToString(sum[:16])
}

// attempt charges a password attempt for an account: to the budgets of its address and of the account or, for a browser in which the
// account's user has logged in before, only to that browser's, so that nobody elsewhere can lock it out. throttled: there were too
// many.
func (t *throttle) attempt(source, account, device string, now time.Time) (*attempt, error) {
	from := []payment{
		{budgetKey("password from " + source), budget{guesses, guessEvery}},
		{budgetKey("password of " + account), budget{accountBurst, accountEvery}},
	}
	if device != "" {
		from = []payment{{budgetKey("password in " + device), budget{guesses, guessEvery}}}
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

// done records the result; a correct attempt, or one that was never checked, is refunded.
func (a *attempt) done(right bool) {
	for _, p := range a.paid {
		a.t.done(p.key, p.budget, right)
	}
}

// throttled is the error for too many attempts; after the wait another one is checked.
type throttled time.Duration

// Error implements error.
func (throttled) Error() string { return "too many failed logins" }

// seconds returns the wait in whole seconds, at least one.
func (t throttled) seconds() int {
	return cmp.Or(int((time.Duration(t)+time.Second-1)/time.Second), 1)
}

// fromHere reports whether a request comes from this machine and was not forwarded by a proxy.
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
