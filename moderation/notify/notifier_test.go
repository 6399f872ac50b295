package notify

import (
	"context"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"earshot/models"
)

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

// Receivers that misbehave in every way there is: the notice waits, is tried again with the same id, and is taken once
// the receiver behaves.
func TestFault28MisbehavingReceivers(t *testing.T) {
	endless := func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusInternalServerError)
		for r.Context().Err() == nil {
			if _, err := w.Write(make([]byte, 4096)); err != nil {
				return
			}
		}
	}
	for name, tt := range map[string]struct {
		bad      http.HandlerFunc
		err      string
		min, max time.Duration // from the first try to the second
	}{
		"500":             {status(500), "it answered 500", 3 * time.Second, 8 * time.Second},
		"404":             {status(404), "it answered 404", 3 * time.Second, 8 * time.Second},
		"429 in seconds":  {retryIn("120"), "it answered 429", 2 * time.Minute, 122 * time.Second},
		"429 in nonsense": {retryIn("soon"), "it answered 429", 3 * time.Second, 8 * time.Second},
		"429 for years":   {retryIn("99999999999"), "it answered 429", 3 * time.Second, 9 * time.Hour},
		"hangs": {
			func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, "no answer within 10s", 13 * time.Second,
			18 * time.Second,
		},
		"endless body": {endless, "it answered 500", 3 * time.Second, 18 * time.Second},
		"redirects": {
			http.RedirectHandler("http://169.254.169.254/latest", http.StatusFound).ServeHTTP, "redirects are not followed",
			3 * time.Second, 8 * time.Second,
		},
		"closes": {
			func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, "the connection failed", 3 * time.Second,
			8 * time.Second,
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				target := hook("hosts")
				o := outbox(target)
				first := true
				r := receive(t, func(w http.ResponseWriter, req *http.Request) {
					if !first {
						return
					}
					first = false
					tt.bad(w, req)
				})
				run := start(t, o, map[string]dialFunc{"hosts": r.dial}, target)
				time.Sleep(11 * time.Second)
				synctest.Wait()
				if n := o.state(0); n.Attempts == 1 && !strings.Contains(n.Error, tt.err) {
					t.Errorf("after the first try: %+v", n)
				}
				time.Sleep(10 * time.Hour)
				synctest.Wait()
				calls := r.seen()
				if n := o.state(0); n.State != models.NoticeSent || n.Attempts != 2 || len(calls) != 2 {
					t.Fatalf("%d calls, notice %+v", len(calls), n)
				}
				if gap := calls[1].at.Sub(calls[0].at); gap < tt.min || gap > tt.max {
					t.Errorf("the second try came after %v", gap)
				}
				if calls[0].header.Get("webhook-id") != calls[1].header.Get("webhook-id") || calls[0].header.Get("webhook-id") == "" {
					t.Error("the id changed")
				}
				run.stop()
				for _, secret := range []string{"hushhush", testSecret, "guaranteed"} {
					if strings.Contains(run.log.String(), secret) || strings.Contains(o.state(0).Error, secret) {
						t.Errorf("%q is in the log or the error", secret)
					}
				}
			})
		})
	}
}

func retryIn(v string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", v)
		w.WriteHeader(http.StatusTooManyRequests)
	}
}

// A receiver that is down for good is tried for a day, ever more rarely, and then given up.
func TestGivesUpAfterADay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := hook("hosts")
		o := outbox(target)
		tries := []time.Time{}
		refuse := func(context.Context, string, string) (net.Conn, error) {
			tries = append(tries, time.Now())
			return nil, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
		}
		run := start(t, o, map[string]dialFunc{"hosts": refuse}, target)
		time.Sleep(48 * time.Hour)
		run.stop()
		n := o.state(0)
		if n.State != models.NoticeDropped || n.Error != "it refused the connection" || n.Attempts != len(tries) {
			t.Errorf("after two days: %+v (%d tries)", n, len(tries))
		}
		if len(tries) < 8 || len(tries) > 12 {
			t.Errorf("%d tries", len(tries))
		}
		for i := 1; i < len(tries)-1; i++ {
			if before, after := tries[i].Sub(tries[i-1]), tries[i+1].Sub(tries[i]); after < before && after < 5*time.Hour {
				t.Errorf("wait %v after %v", after, before)
			}
		}
		if span := tries[len(tries)-1].Sub(tries[0]); span < 12*time.Hour || span > giveUp {
			t.Errorf("tried for %v", span)
		}
	})
}

// 410 ends everything for that target at once.
func TestGoneDisables(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := hook("hosts")
		o := outbox(target, target)
		o.notices[1].ID, o.notices[1].Due = "msg_2", time.Now().Add(time.Minute)
		r := receive(t, status(http.StatusGone))
		start(t, o, map[string]dialFunc{"hosts": r.dial}, target)
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		if len(r.seen()) != 1 || !strings.Contains(o.disabled["hosts"], "410") {
			t.Errorf("%d calls, disabled %q", len(r.seen()), o.disabled)
		}
	})
}

// One target that hangs delays no other.
func TestTargetsAreApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow, quick := hook("slow"), hook("quick")
		o := outbox(slow, quick)
		began := time.Now()
		hangs := receive(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
		good := receive(t, status(http.StatusNoContent))
		start(t, o, map[string]dialFunc{"slow": hangs.dial, "quick": good.dial}, slow, quick)
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if c := good.seen(); len(c) != 1 || c[0].at.Sub(began) > 100*time.Millisecond || o.state(1).State != models.NoticeSent {
			t.Errorf("the quick one got %d notices, %+v", len(c), o.state(1))
		}
		if o.state(0).Attempts != 0 {
			t.Errorf("the slow one is done: %+v", o.state(0))
		}
	})
}

// What was erased before it could be told is not told.
func TestErasedIsNotTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := hook("hosts")
		o := outbox(target)
		o.erased = true
		r := receive(t, status(200))
		start(t, o, map[string]dialFunc{"hosts": r.dial}, target)
		time.Sleep(time.Minute)
		synctest.Wait()
		if len(r.seen()) != 0 || o.state(0).State != models.NoticeDropped {
			t.Errorf("%d calls, %+v", len(r.seen()), o.state(0))
		}
	})
}

// A receiver can prove who sent a notice, and when.
func TestWebhookIsSigned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		target := hook("hosts")
		o := outbox(target)
		r := receive(t, status(200))
		t.Setenv("HTTP_PROXY", "http://127.0.0.1:9") // must not be asked
		start(t, o, map[string]dialFunc{"hosts": r.dial}, target)
		time.Sleep(time.Second)
		synctest.Wait()
		c := r.seen()[0]
		unix, err := strconv.ParseInt(c.header.Get("webhook-timestamp"), 10, 64)
		if err != nil || unix != c.at.Unix() {
			t.Errorf("timestamp %d, %v", unix, err)
		}
		key, _ := decodeSecret(testSecret)
		if got, want := c.header.Get("webhook-signature"), sign(key, "msg_hosts", time.Unix(unix, 0), c.body); got != want {
			t.Errorf("signature %s, want %s", got, want)
		}
		if len(r.dials) != 1 || r.dials[0] != "hosts.example:80" {
			t.Errorf("connected to %v", r.dials)
		}
		if s := string(c.body); !strings.Contains(s, `"type":"flag.raised"`) || !strings.Contains(s, `"rule":"scam.guaranteed"`) ||
			!strings.Contains(s, `"link":"https://earshot.example/flags/f1"`) || strings.Contains(s, "profit") {
			t.Errorf("body %s", s)
		}
	})
}
