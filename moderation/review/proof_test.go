package review

import (
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"earshot/models"
	"earshot/moderation/review/auth"
)

// guardedKim is a server whose owner is Kim, on the test's clock.
func guardedKim(t *testing.T) (*served, *accessMemory) {
	s, d := guarded(t, auth.ModeRequired, func(c *Config) { c.Now = time.Now })
	d.users = []models.User{{ID: "u1", Name: "Kim", Access: models.AccessOwner, Password: secretHash}}
	return s, d
}

// guessAtOnce posts guesses concurrently, each from the address that from returns, and counts the answers.
func guessAtOnce(t *testing.T, s *served, n int, from func(i int) string, name string) map[int]int {
	t.Helper()
	var wg sync.WaitGroup
	codes := make([]int, n)
	for i := range n {
		wg.Go(func() {
			b := &browser{t: t, s: s, from: from(i)}
			codes[i] = b.code("POST", "/login", url.Values{"name": {name}, "password": {fmt.Sprint("wrong ", i)}})
		})
	}
	wg.Wait()
	count := map[int]int{}
	for _, c := range codes {
		count[c]++
	}
	return count
}

func oneAddress(int) string { return "192.0.2.7" }

var rightPassword = url.Values{"name": {"Kim"}, "password": {secret}}

func TestGuessesAtOnceAreBoundedLikeGuessesInARow(t *testing.T) {
	for _, name := range []string{"Kim", "Nobody"} {
		synctest.Test(t, func(t *testing.T) {
			s, _ := guardedKim(t)
			if got := guessAtOnce(t, s, 300, oneAddress, name); got[401] != guesses || got[429] != 300-guesses {
				t.Errorf("300 guesses at %s: %v", name, got)
			}
			began := time.Now()
			other := &browser{t: t, s: s, from: "192.0.2.8"}
			if got := other.code("POST", "/login", rightPassword); got != http.StatusSeeOther || time.Since(began) > 0 {
				t.Errorf("somebody else: %d after %s", got, time.Since(began))
			}
		})
	}
}

func TestTheOwnerGetsInFromAnAddressThatGuessed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, d := guardedKim(t)
		guessAtOnce(t, s, 300, oneAddress, "Kim")
		began := time.Now()
		same := &browser{t: t, s: s, from: oneAddress(0)}
		if got := same.code("POST", "/login", rightPassword); got != http.StatusSeeOther || time.Since(began) > guessEvery {
			t.Errorf("the right password, after wrong ones: %d after %s", got, time.Since(began))
		}
		for range 20 { // and wrong keys, which are counted apart
			program := &browser{t: t, s: s, from: oneAddress(0), header: http.Header{"Authorization": {"Bearer wrong"}}}
			program.do("GET", "/api/sessions", nil)
		}
		token, hash := newToken()
		d.creds = append(d.creds, models.Credential{Hash: hash, Kind: models.CredentialLink, User: "u1"})
		for i := range 20 {
			wrong := &browser{t: t, s: s, from: oneAddress(0)}
			want := http.StatusTooManyRequests
			if got := wrong.code("POST", "/login", url.Values{"link": {fmt.Sprint(i)}}); got != want {
				t.Errorf("wrong link %d: %d", i, got)
			}
		}
		byLink := &browser{t: t, s: s, from: oneAddress(0)}
		if got := byLink.code("POST", "/login", url.Values{"link": {token}}); got != http.StatusSeeOther {
			t.Errorf("a valid link after wrong keys and links: %d", got)
		}
	})
}

func TestAnAccountHasABudgetAndABrowserThatIsKnownItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := guardedKim(t)
		known := &browser{t: t, s: s, from: "192.0.2.8"}
		if got := known.code("POST", "/login", rightPassword); got != http.StatusSeeOther {
			t.Fatal(got)
		}
		if known.device == "" || known.do("POST", "/logout", nil).Code != http.StatusSeeOther {
			t.Fatal("the browser is not known")
		}
		thief := &browser{t: t, s: s, from: "192.0.2.9", cookie: known.device}
		if got := thief.code("GET", "/queue", nil); got != http.StatusSeeOther {
			t.Errorf("the mark of a known browser opens a page: %d", got)
		}
		far := func(i int) string { return fmt.Sprintf("198.51.100.%d", i%200) }
		if got := guessAtOnce(t, s, 400, far, "Kim"); got[401] != accountBurst || got[429] != 400-accountBurst {
			t.Errorf("400 guesses from 200 addresses: %v", got)
		}
		began := time.Now()
		if got := known.code("POST", "/login", rightPassword); got != http.StatusSeeOther || time.Since(began) > 0 {
			t.Errorf("in the known browser: %d after %s", got, time.Since(began))
		}
		fresh := &browser{t: t, s: s, from: "192.0.2.10"}
		if got := fresh.code("POST", "/login", rightPassword); got != http.StatusSeeOther || time.Since(began) > accountEvery {
			t.Errorf("in another browser: %d after %s", got, time.Since(began))
		}
		began = time.Now()
		for range 20 { // a stolen mark is no way to guess faster
			b := &browser{t: t, s: s, from: "192.0.2.8", device: known.device}
			b.do("POST", "/login", url.Values{"name": {"Kim"}, "password": {"wrong"}})
		}
		if took := time.Since(began); took < (20-guesses-1)*guessEvery {
			t.Errorf("20 guesses in a known browser took %s", took)
		}
	})
}
