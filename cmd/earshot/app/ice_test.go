package app

import (
	"path/filepath"
	"testing"

	"earshot/cmd/earshot/internal/programtest"
	"earshot/models"
)

// A TURN password set outside the list of servers is for one host; each server may have its own.
func TestTURNPasswordsGoToTheirServers(t *testing.T) {
	dir := t.TempDir()
	one, two := filepath.Join(dir, "one"), filepath.Join(dir, "two")
	programtest.Write(t, one, "pass-one")
	programtest.Write(t, two, "pass-two")
	for name, tt := range map[string]struct {
		environ []string
		want    []string // user and password of each
		wrong   bool
	}{
		"one host": {[]string{
			"EARSHOT_ICE_SERVERS=turn:T.example:1,turns:t.example:2?transport=tcp,stun:s.example",
		}, []string{"u pass-one", "u pass-one", " "}, false},
		"two hosts": {[]string{"EARSHOT_ICE_SERVERS=turn:t.example,turn:u.example"}, nil, true},
		"own of one": {[]string{
			"EARSHOT_ICE_SERVERS=[{url: \"turn:t.example\"}, {url: \"turn:u.example\", user: v, password_file: " + two + "}]",
		}, []string{"u pass-one", "v pass-two"}, false},
	} {
		cfg := testConfig(t, dir, append(tt.environ, "EARSHOT_ICE_TURN_USER=u", "EARSHOT_ICE_TURN_PASSWORD_FILE="+one)...)
		c, err := iceConfig(cfg.ICE, nil)
		if (err != nil) != tt.wrong || tt.wrong && models.Hint(err) == "" {
			t.Errorf("%s: %v", name, err)
		}
		for i, want := range tt.want {
			if got := c.ICEServers[i].Username + " " + c.ICEServers[i].Credential; got != want {
				t.Errorf("%s: %s is given %q, want %q", name, c.ICEServers[i].URLs, got, want)
			}
		}
	}
}
