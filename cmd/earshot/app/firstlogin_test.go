package app

import (
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"earshot/cmd/earshot/internal/programtest"
)

// TestFirstLogin: somebody becomes the owner of a service that other machines can reach by a link that the service shows only to its
// own user, since a container's page is never opened from inside.
func TestFirstLogin(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real parts")
	}
	t.Parallel()
	env := append(os.Environ(), "EARSHOT_DATA_DIR="+t.TempDir(), "EARSHOT_DECODERS=1")
	serve := programtest.Serve(t, env, "--listen", "0.0.0.0:0")

	out, code := programtest.Client(env, "status", "--first-login")
	link, err := url.Parse(strings.TrimSpace(out))
	if err != nil || code != 0 || link.Path != "/setup" || len(link.Query().Get("token")) < 26 {
		t.Fatalf("status --first-login: %d, %q", code, out)
	}
	if _, code := programtest.Get(t, link.Scheme+"://"+link.Host+"/setup"); code != http.StatusNotFound {
		t.Errorf("without the token: %d", code)
	}
	body, code := programtest.Get(t, link.String())
	if code != http.StatusOK || !strings.Contains(body, "password") {
		t.Fatalf("the link: %d, %s", code, body)
	}
	form := url.Values{"name": {"Kim"}, "password": {"correct horse battery"}, "token": {link.Query().Get("token")}}
	res, err := (&http.Client{
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}).PostForm(link.String(), form)
	if err != nil {
		t.Fatal(err)
	}
	if res.Body.Close(); res.StatusCode != http.StatusSeeOther {
		t.Fatalf("becoming the owner: %d", res.StatusCode)
	}
	if out, code := programtest.Client(env, "status", "--first-login"); code != 1 || !strings.Contains(out, "there is an owner") {
		t.Errorf("with an owner: %d, %s", code, out)
	}
	serve.Stop(t)
	if said := serve.Log.String(); strings.Contains(said, link.Query().Get("token")) || !strings.Contains(said, "status --first-login") {
		t.Errorf("the log must name the command and not the link:\n%s", said)
	}
}
