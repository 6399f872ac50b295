package secrets

import (
	"path/filepath"
	"strings"
	"testing"

	"earshot/cmd/earshot/internal/programtest"
	"earshot/configs"
	"earshot/models"
)

// TestKeyringGivesEachServerItsOwn: who gets which secret, by what the environment and the configuration say.
func TestKeyringGivesEachServerItsOwn(t *testing.T) {
	dir := t.TempDir()
	file := func(name string) string {
		programtest.Write(t, filepath.Join(dir, name), name+"\n")
		return filepath.Join(dir, name)
	}
	key, secret, token := file("a-key"), file("a-secret"), file("m-token")
	own := "EARSHOT_SERVERS=[{url: livekit://a.example, api_key_file: " + key + ", api_secret_file: " + secret +
		"}, {url: whep+https://m.example, token_file: " + token + "}]"
	const livekit = "LIVEKIT_API_KEY"
	for name, tt := range map[string]struct {
		environ  []string
		asked    string
		variable string
		gets     map[string]string // by server
		wrong    string            // what the error says
	}{
		"the only one of its kind": {
			[]string{livekit + "=k", "EARSHOT_ROOMS=livekit://a.example/x,whep+https://m.example/y"},
			"", livekit,
			map[string]string{
				"livekit://a.example": "k", "livekit://b.example": "", "whep+https://m.example": "", "livekit+ws://a.example": "",
				"livekit://a.example:7880": "",
			},
			"",
		},
		"two rooms of one server": {[]string{
			livekit + "=k", "EARSHOT_ROOMS=livekit://a.example/x,livekit+wss://A.example:443/y",
		}, "", livekit, map[string]string{"livekit://a.example": "k"}, ""},
		"the server that invites": {
			[]string{livekit + "=k", "EARSHOT_LIVEKIT_URL=livekit://a.example"}, "", livekit, map[string]string{"livekit://a.example": "k"}, "",
		},
		"two servers": {[]string{
			livekit + "=k", "EARSHOT_ROOMS=livekit://a.example/x,livekit://b.example/x",
		}, "", livekit, nil, "livekit://a.example and livekit://b.example"},
		"two servers and a word": {[]string{
			livekit + "=k", "LIVEKIT_URL=wss://b.example", "EARSHOT_ROOMS=livekit://a.example/x,livekit://b.example/x",
		}, "", livekit, map[string]string{"livekit://a.example": "", "livekit://b.example": "k"}, ""},
		"a word of the wrong kind": {[]string{livekit + "=k", "LIVEKIT_URL=janus+ws://b.example"}, "", livekit, nil, "LIVEKIT_URL"},
		"nobody is named":          {[]string{livekit + "=k"}, "", livekit, map[string]string{"livekit://a.example": ""}, ""},
		"who is asked to join": {
			[]string{livekit + "=k"}, "livekit://a.example/x", livekit, map[string]string{"livekit://a.example": "k", "livekit://b.example": ""}, "",
		},
		"joined elsewhere than configured": {[]string{
			livekit + "=k", "EARSHOT_ROOMS=livekit://a.example/x",
		}, "livekit://b.example/x", livekit, map[string]string{"livekit://a.example": "k", "livekit://b.example": ""}, ""},
		"files": {
			[]string{own}, "", livekit, map[string]string{"livekit://a.example": "a-key", "livekit://b.example": ""}, "",
		},
		"files, and the other one": {[]string{
			own, livekit + "=k", "EARSHOT_ROOMS=livekit://a.example/x,livekit://b.example/x",
		}, "", livekit, map[string]string{"livekit://a.example": "a-key", "livekit://b.example": "k"}, ""},
		"a token by file": {[]string{own, "EARSHOT_TOKEN=k"}, "", "EARSHOT_TOKEN", map[string]string{
			"whep+https://m.example": "m-token", "livekit://a.example": "", "whep+http://m.example": "",
		}, ""},
		"a token for two kinds": {[]string{
			"EARSHOT_TOKEN=k", "EARSHOT_ROOMS=livekit://a.example/x,whep+https://m.example/y",
		}, "", "EARSHOT_TOKEN", nil, "EARSHOT_TOKEN is set"},
		"the own lounge": {[]string{
			"EARSHOT_LOUNGE_TOKEN=k", "EARSHOT_LISTEN=127.0.0.1:8484", "EARSHOT_ROOMS=lounge://localhost:8484/x,lounge://far.example/x",
		}, "", "EARSHOT_LOUNGE_TOKEN", map[string]string{"lounge://127.0.0.1:8484": "", "lounge://far.example": "k"}, ""},
		"a file of no use": {
			[]string{"EARSHOT_SERVERS=[{url: lounge://a.example, pin_file: " + key + "}]"}, "", livekit, nil, "no use for pin_file",
		},
		"janus": {[]string{
			"EARSHOT_JANUS_APISECRET=k", "EARSHOT_JANUS_URL=janus+ws://j.example:8188",
		}, "", "EARSHOT_JANUS_APISECRET", map[string]string{"janus+ws://j.example:8188": "k", "janus+ws://j.example": ""}, ""},
		"the same name, another port": {
			[]string{"EARSHOT_TOKEN=k", "EARSHOT_ROOMS=whep+https://m.example/y"},
			"", "EARSHOT_TOKEN",
			map[string]string{"whep+https://m.example:8443": "", "whep+http://m.example:443": "", "whep+https://m.example:443": "k"},
			"",
		},
	} {
		t.Run(name, func(t *testing.T) {
			var asked []string
			if tt.asked != "" {
				asked = append(asked, tt.asked)
			}
			cfg, err := configs.Load(configs.Options{Environ: append([]string{"EARSHOT_DATA_DIR=" + t.TempDir()}, tt.environ...)})
			if err != nil {
				t.Fatal(err)
			}
			k, err := OpenKeyring(tt.environ, cfg, asked...)
			if tt.wrong != "" {
				if err == nil || !strings.Contains(err.Error(), tt.wrong) || models.Hint(err) == "" {
					t.Fatalf("%v (hint %q), want %q", err, models.Hint(err), tt.wrong)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			for server, want := range tt.gets {
				at, err := models.ParseServer(server)
				if err != nil {
					t.Fatal(err)
				}
				if got, err := k.Of(at)(tt.variable); got != want || err != nil {
					t.Errorf("%s is given %q, %v; want %q", server, got, err, want)
				}
			}
		})
	}
}

// What stays without a secret is told: its variable.
func TestSecretsForNobodyAreTold(t *testing.T) {
	env := Environ{"LIVEKIT_API_KEY=k", "EARSHOT_TOKEN=k"}
	k, err := OpenKeyring(env, configs.Config{Rooms: []configs.Room{{URL: "whep+https://m.example/y"}}})
	if err != nil || strings.Join(k.Unused(env), " ") != "LIVEKIT_API_KEY" {
		t.Errorf("%v, %v", k.Unused(env), err)
	}
}
