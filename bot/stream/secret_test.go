package stream_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"earshot/models"
	"earshot/models/waittest"
)

// TestSecretsStayOutOfArguments: everybody on a machine can read the arguments of processes. While they are in use, neither the password
// nor a key in the address appears there.
func TestSecretsStayOutOfArguments(t *testing.T) {
	n := port(t)
	at := fmt.Sprintf("127.0.0.1:%d", n)
	launcher(t)
	publish(t, "srt://"+at+"?mode=listener&passphrase=hush-0123456789", "-c:a", "aac", "-f", "mpegts")
	waittest.Until(t, "the encoder listens", func() bool { return waits(t, n) })
	attend(t, connect(t, "srt://"+at+"?streamid=hush", "hush-0123456789"))
	for _, pid := range children(t) {
		b, err := os.ReadFile(filepath.Join("/proc", fmt.Sprint(pid), "cmdline"))
		if err != nil || strings.Contains(string(b), "hush") || !strings.Contains(string(b), "pipe:0") {
			t.Errorf("the arguments are %q, %v", b, err)
		}
	}
}

// TestSecretsGoToTheirServerAlone: a playlist's segments are fetched with the password from its own server, and without it from others.
func TestSecretsGoToTheirServerAlone(t *testing.T) {
	launcher(t)
	pieces := http.FileServer(http.Dir(segments(t)))
	var told, fetched, refused atomic.Int32
	elsewhere := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			told.Add(1)
		}
		fetched.Add(1)
		pieces.ServeHTTP(w, r)
	}))
	t.Cleanup(elsewhere.Close)
	origin := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, word, _ := r.BasicAuth(); user != "ana" || word != "hush" {
			refused.Add(1)
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		http.Redirect(w, r, elsewhere.URL+"/live.m3u8", http.StatusFound)
	}))
	t.Cleanup(origin.Close)
	_, err := endOf(t, connect(t, "hls+"+origin.URL+"/live.m3u8", "ana:hush"))
	if !ends(err, models.EndFailedServer, true) || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("a certificate of nobody's was taken: %v", err)
	}
	plain := httptest.NewServer(origin.Config.Handler)
	t.Cleanup(plain.Close)
	attend(t, connect(t, "hls+"+plain.URL+"/live.m3u8", "ana:hush"))
	if told.Load() > 0 || fetched.Load() == 0 || refused.Load() > 0 {
		t.Errorf("another server was given the password %d of %d times; its own was not, %d times", told.Load(), fetched.Load(), refused.Load())
	}
}

// TestOthersKeysAreCutOff: somebody who publishes by RTMP with the wrong key is not heard; somebody who then publishes with the right key
// is.
func TestOthersKeysAreCutOff(t *testing.T) {
	launcher(t)
	at := fmt.Sprintf("127.0.0.1:%d/live", port(t))
	e := newListener()
	e.listen(t, connect(t, "rtmp+listen://"+at, "hush"))
	e.until(t, "the join", func() bool { return e.joined == 1 })
	publish(t, "rtmp://"+at+"/guess", "-c:a", "aac", "-f", "flv", "-t", "3")
	publish(t, "rtmp://"+at+"/hush", "-c:a", "aac", "-f", "flv")
	e.hears(t)
	if e.joined != 1 {
		t.Errorf("%d joins", e.joined)
	}
}
