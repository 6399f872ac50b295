// Package secrets gives each server the secrets that are meant for it, from the environment and from files, and no other.
package secrets

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"slices"
	"strings"

	"earshot/configs"
	"earshot/models"
)

// roomSecret is one secret that opens a room server or a room there.
type roomSecret struct {
	// Variable is where the environment has it, and url the variable that says for which server.
	Variable, url string
	Kinds         []models.RoomKind
	// file is where the configuration has it: its key, and its value.
	key  string
	file func(configs.Server) string
}

// RoomSecrets are all secrets that are sent to room servers.
func RoomSecrets() []roomSecret {
	kinds := func(k ...models.RoomKind) []models.RoomKind { return k }
	key := func(s configs.Server) string { return s.APIKeyFile }
	secret := func(s configs.Server) string { return s.APISecretFile }
	token := func(s configs.Server) string { return s.TokenFile }
	pin := func(s configs.Server) string { return s.PINFile }
	roomToken := func(s configs.Server) string { return s.RoomTokenFile }
	ofRoom := func(s configs.Server) string { return s.SecretFile }
	password := func(s configs.Server) string { return s.PasswordFile }
	return []roomSecret{
		{"LIVEKIT_API_KEY", "LIVEKIT_URL", kinds(models.RoomLiveKit), "api_key_file", key},
		{"LIVEKIT_API_SECRET", "LIVEKIT_URL", kinds(models.RoomLiveKit), "api_secret_file", secret},
		{"EARSHOT_TOKEN", "EARSHOT_TOKEN_URL", kinds(models.RoomLiveKit, models.RoomWHEP), "token_file", token},
		{"EARSHOT_LOUNGE_TOKEN", "EARSHOT_LOUNGE_TOKEN_URL", kinds(models.RoomLounge), "token_file", token},
		{"EARSHOT_JANUS_APISECRET", "EARSHOT_JANUS_URL", kinds(models.RoomJanus), "api_secret_file", secret},
		{"EARSHOT_JANUS_TOKEN", "EARSHOT_JANUS_URL", kinds(models.RoomJanus), "token_file", token},
		{"EARSHOT_JANUS_PIN", "EARSHOT_JANUS_URL", kinds(models.RoomJanus), "pin_file", pin},
		{"EARSHOT_JANUS_ROOM_TOKEN", "EARSHOT_JANUS_URL", kinds(models.RoomJanus), "room_token_file", roomToken},
		{"EARSHOT_JANUS_SECRET", "EARSHOT_JANUS_URL", kinds(models.RoomJanus), "secret_file", ofRoom},
		{"EARSHOT_MUMBLE_PASSWORD", "EARSHOT_MUMBLE_URL", kinds(models.RoomMumble), "password_file", password},
		{"EARSHOT_MUMBLE_TOKENS", "EARSHOT_MUMBLE_URL", kinds(models.RoomMumble), "token_file", token},
		{"EARSHOT_JITSI_TOKEN", "EARSHOT_JITSI_URL", kinds(models.RoomJitsi), "token_file", token},
		{"EARSHOT_JITSI_PASSWORD", "EARSHOT_JITSI_URL", kinds(models.RoomJitsi), "password_file", password},
		{"EARSHOT_JITSI_JWT", "EARSHOT_JITSI_URL", kinds(models.RoomJitsi), "room_token_file", roomToken},
		{"EARSHOT_STREAM_PASSWORD", "EARSHOT_STREAM_URL", kinds(
			models.RoomHLS, models.RoomIcecast, models.RoomRTMP, models.RoomRTSP, models.RoomSRT,
		), "password_file", password},
	}
}

// Keyring gives each room server the secrets that it was named for, and no other. A nil one has none.
type Keyring struct {
	Environment func(variable string) (string, error)
	Files       map[string]configs.Server // by server
	// Intended is the server that a secret of the environment is for; "" for none.
	Intended map[string]string // by variable
	// Named are the servers that the configuration names, in whatever place.
	Named map[string]bool
}

// OpenKeyring finds out which secret is for which server. asked are addresses that the person at the keyboard gave: without a
// word in the configuration a secret is for these.
func OpenKeyring(env Environ, cfg configs.Config, asked ...string) (*Keyring, error) {
	k := &Keyring{Environment: env.secret, Files: map[string]configs.Server{}, Intended: map[string]string{}, Named: map[string]bool{}}
	byKind := map[models.RoomKind]map[string]bool{}
	add := func(address string, candidate bool) (models.Address, bool) {
		at, err := models.ParseServer(address)
		if err != nil {
			return at, false
		}
		k.Named[at.Server()] = true
		if candidate {
			if byKind[at.Kind] == nil {
				byKind[at.Kind] = map[string]bool{}
			}
			byKind[at.Kind][at.Server()] = true
		}
		return at, true
	}
	var errs []error
	for _, s := range cfg.Servers {
		at, ok := add(s.URL, false)
		if !ok {
			continue
		}
		errs = append(errs, fits(at.Kind, s))
		k.Files[at.Server()] = s
	}
	own := ownServer(cfg.Listen)
	for _, r := range append(slices.Clone(cfg.Rooms), configs.Room{URL: cfg.LiveKit.URL}, configs.Room{URL: cfg.Jitsi.URL}) {
		at, err := models.ParseServer(r.URL)
		if err == nil {
			add(r.URL, at.Server() != own && !holdsSecrets(k.Files[at.Server()]))
		}
	}
	for server, s := range k.Files {
		if !holdsSecrets(s) {
			add(server, true)
		}
	}
	for _, address := range asked {
		at, err := models.ParseServer(address)
		add(address, err == nil && len(byKind[at.Kind]) == 0 && at.Server() != own)
	}
	for _, s := range RoomSecrets() {
		var found []string
		for _, kind := range s.Kinds {
			found = append(found, slices.Sorted(maps.Keys(byKind[kind]))...)
		}
		server, err := env.meant(s, found)
		if server != "" {
			k.Named[server] = true
		}
		k.Intended[s.Variable] = server
		errs = append(errs, err)
	}
	return k, models.BadInput(errors.Join(errs...))
}

// holdsSecrets says that a server has secrets of its own.
func holdsSecrets(s configs.Server) bool { return s != configs.Server{URL: s.URL} }

// fits is an error for a file of a secret that a kind of server has no use for.
func fits(kind models.RoomKind, s configs.Server) error {
	useful, given := map[string]bool{}, map[string]bool{}
	for _, x := range RoomSecrets() {
		if x.file(s) != "" {
			given[x.key] = true
		}
		if slices.Contains(x.Kinds, kind) {
			useful[x.key] = true
		}
	}
	for _, key := range slices.Sorted(maps.Keys(given)) {
		if !useful[key] {
			return models.WithHint(fmt.Errorf("servers: %s: a %s server has no use for %s", s.URL, kind, key),
				"it takes "+strings.Join(slices.Sorted(maps.Keys(useful)), ", "))
		}
	}
	return nil
}

// meant is the server that a secret of the environment is for: the one that its variable names, or the only one of its kind
// that the configuration has. "": none.
func (e Environ) meant(s roomSecret, found []string) (string, error) {
	if e.Get(s.Variable) == "" && e.Get(s.Variable+"_FILE") == "" {
		return "", nil
	}
	if given := e.Get(s.url); given != "" {
		if server, ok := models.FromLiveKit(given); ok {
			given = server
		}
		at, err := models.ParseServer(given)
		if err != nil || !slices.Contains(s.Kinds, at.Kind) {
			return "", models.WithHint(
				fmt.Errorf("%s names no server that %s could be for", s.url, s.Variable), "write it as rooms are written: livekit://rooms.example",
			)
		}
		return at.Server(), nil
	}
	switch len(found) {
	case 0:
		return "", nil
	case 1:
		return found[0], nil
	}
	return "", models.WithHint(fmt.Errorf(
		"%s is set, and the configuration has %s: it does not say which of them the secret is for", s.Variable, strings.Join(found, " and "),
	),
		"set "+s.url+" to the one, or name files with their secrets under servers")
}

// Unused are the secrets of the environment that no server is given.
func (k *Keyring) Unused(env Environ) (variables []string) {
	for _, s := range RoomSecrets() {
		if (env.Get(s.Variable) != "" || env.Get(s.Variable+"_FILE") != "") && k.Intended[s.Variable] == "" {
			variables = append(variables, s.Variable)
		}
	}
	return variables
}

// Names says that the configuration names a server.
func (k *Keyring) Names(server string) bool { return k != nil && k.Named[server] }

// Of finds the secrets of a server by their variables; "" for what it is not given.
func (k *Keyring) Of(at models.Address) func(variable string) (string, error) {
	server := at.Server()
	return func(variable string) (string, error) {
		if k == nil {
			return "", nil
		}
		if s, there := k.Files[server]; there && holdsSecrets(s) {
			return fileOf(s, at.Kind, variable)
		}
		if k.Intended[variable] != server {
			return "", nil
		}
		return k.Environment(variable)
	}
}

func fileOf(s configs.Server, kind models.RoomKind, variable string) (string, error) {
	for _, x := range RoomSecrets() {
		if x.Variable != variable || !slices.Contains(x.Kinds, kind) || x.file(s) == "" {
			continue
		}
		v, err := File(x.file(s))
		if err != nil {
			return "", fmt.Errorf("servers: %s: %s: %w", s.URL, x.key, err)
		}
		return v, nil
	}
	return "", nil
}

// ownServer is the lounge inside this program, at the address it listens on; "" for a port that is not known yet.
func ownServer(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return ""
	}
	if ip, err := netip.ParseAddr(host); host == "" || err == nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	at, err := models.ParseServer("lounge://" + net.JoinHostPort(host, port))
	if err != nil {
		return ""
	}
	return at.Server()
}
