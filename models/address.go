package models

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// RoomKind is a kind of room server.
type RoomKind string

// The kinds of room servers.
const (
	RoomLounge  RoomKind = "lounge"
	RoomLiveKit RoomKind = "livekit"
	RoomJanus   RoomKind = "janus"
	RoomWHEP    RoomKind = "whep"
)

// Address is the address of a room: its server, and the room there. Different spellings of an address are equal as Addresses.
type Address struct {
	Kind RoomKind
	// Encrypted reports that the server uses TLS.
	Encrypted bool
	// Host is the server's name in lower case, or its IP address without brackets; localhost is 127.0.0.1.
	Host string
	Port uint16
	path string // escaped, begins with a slash
	room string // the last part of the path, unescaped
	// query is a digest of a WHEP address's query, which may identify the stream and contain a secret.
	query string
}

const addressHint = "for example lounge://127.0.0.1:8484/lounge or livekit://rooms.example/open-mic or " +
	"janus+ws://rooms.example:8188/room/1234 or whep+https://media.example/whep/stage"

// ParseAddress parses the address of a room. Its errors never contain a user name, a password or a query.
func ParseAddress(raw string) (Address, error) {
	a, u, err := parseServer(raw)
	if err != nil {
		return Address{}, err
	}
	if !a.within(u) {
		return Address{}, WithHint(fmt.Errorf("%.100q names no room that a %s server may have", withoutSecrets(u), a.Kind), addressHint)
	}
	return a, nil
}

// ParseServer parses the address of a room server; any room in it is ignored.
func ParseServer(raw string) (Address, error) {
	a, _, err := parseServer(raw)
	return a, err
}

func parseServer(raw string) (a Address, u *url.URL, err error) {
	if u, err = url.Parse(raw); err != nil {
		return a, u, WithHint(errors.New("the room's address is no URL"), addressHint)
	}
	var mode string
	var known bool
	if a.Kind, mode, known = schemeOf(u.Scheme); !known {
		return a, u, WithHint(fmt.Errorf("%.100q: %q is no kind of room that Earshot knows", withoutSecrets(u), u.Scheme), addressHint)
	}
	if u.User != nil {
		return a, u, WithHint(
			errors.New("the room's address holds a user name or password"), "secrets belong into the environment, or into files that servers: names",
		)
	}
	if a.Host = hostOf(u.Hostname()); a.Host == "" {
		return a, u, WithHint(fmt.Errorf("%.100q has no host, or one that is not written in ASCII", withoutSecrets(u)), addressHint)
	}
	a.Encrypted = mode == "s" || mode == "" && !a.local()
	if a.Port, err = portOf(u.Port(), a.Encrypted); err != nil {
		return a, u, WithHint(fmt.Errorf("%.100q: the port is none", withoutSecrets(u)), addressHint)
	}
	return a, u, nil
}

// schemeOf returns the kind of a scheme and its encryption: "s", "plain", or "" for encrypted except on this machine.
func schemeOf(scheme string) (kind RoomKind, mode string, known bool) {
	switch scheme {
	case "lounge", "lounge+http":
		return RoomLounge, "plain", true
	case "lounge+https":
		return RoomLounge, "s", true
	case "livekit":
		return RoomLiveKit, "", true
	case "livekit+ws":
		return RoomLiveKit, "plain", true
	case "livekit+wss":
		return RoomLiveKit, "s", true
	case "janus+ws":
		return RoomJanus, "plain", true
	case "janus+wss":
		return RoomJanus, "s", true
	case "whep+http":
		return RoomWHEP, "plain", true
	case "whep+https":
		return RoomWHEP, "s", true
	}
	return "", "", false
}

// withoutSecrets returns a URL without the parts that may be secret.
func withoutSecrets(u *url.URL) string {
	b := *u
	b.User, b.RawQuery, b.Fragment, b.RawFragment = nil, "", "", ""
	return b.String()
}

var hostName = regexp.MustCompile(`^[a-z0-9._-]{1,253}$`)

// hostOf returns the canonical form of a host; "" if it is invalid.
func hostOf(host string) string {
	host = strings.ToLower(host)
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.Unmap().String()
	}
	if host == "localhost" {
		return "127.0.0.1"
	}
	if !hostName.MatchString(host) {
		return ""
	}
	return host
}

func portOf(port string, encrypted bool) (uint16, error) {
	switch {
	case port == "" && encrypted:
		return 443, nil
	case port == "":
		return 80, nil
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err == nil && n == 0 {
		err = errors.New("port 0")
	}
	return uint16(n), err
}

// local reports whether the server is on this machine.
func (a Address) local() bool {
	ip, err := netip.ParseAddr(a.Host)
	return err == nil && ip.IsLoopback()
}

// loungeRoom matches the names of lounge rooms.
var loungeRoom = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]{0,63}$`)

// within parses the room of an address; it returns false if the path names none.
func (a *Address) within(u *url.URL) bool {
	var parts []string
	for p := range strings.SplitSeq(strings.Trim(u.EscapedPath(), "/"), "/") {
		text, err := url.PathUnescape(p)
		if err != nil || strings.ContainsRune(text, 0) {
			return false
		}
		a.room = text
		parts = append(parts, url.PathEscape(text))
	}
	last := len(parts) - 1
	a.path = "/" + strings.Join(parts, "/")
	switch a.Kind {
	case RoomLounge:
		return last == 0 && loungeRoom.MatchString(a.room)
	case RoomLiveKit:
		return a.room != "" && len(a.room) <= 255 && !strings.HasSuffix(u.Path, "/") && u.RawQuery == "" && u.Fragment == ""
	case RoomJanus:
		return a.room != "" && last > 0 && (parts[last-1] == "room" || parts[last-1] == "bridge")
	case RoomWHEP:
		if strings.HasSuffix(u.Path, "/") && a.room != "" { // a server may tell the two apart
			a.path += "/"
		}
		if u.RawQuery != "" {
			sum := sha256.Sum256([]byte(u.RawQuery))
			a.query = hex.EncodeToString(sum[:16])
		}
	}
	return true
}

// scheme returns the shortest scheme for the kind and its encryption.
func (a Address) scheme() string {
	plain, encrypted := "+ws", "+wss"
	switch a.Kind {
	case RoomLounge:
		plain, encrypted = "", "+https"
	case RoomWHEP:
		plain, encrypted = "+http", "+https"
	case RoomLiveKit:
		if a.Encrypted != a.local() {
			plain, encrypted = "", ""
		}
	case RoomJanus:
	}
	if a.Encrypted {
		return string(a.Kind) + encrypted
	}
	return string(a.Kind) + plain
}

// Server returns the canonical address of the server alone: "livekit://rooms.example". Secrets are configured for it: for the
// combination of scheme, host and port.
func (a Address) Server() string {
	host := a.Host
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port, _ := portOf("", a.Encrypted); port != a.Port {
		host += ":" + strconv.Itoa(int(a.Port))
	}
	return a.scheme() + "://" + host
}

// ID returns the room's identity: its canonical address, without secrets. It contains no spaces.
func (a Address) ID() string {
	if a.query != "" {
		return a.Server() + a.path + "?query=" + a.query
	}
	return a.Server() + a.path
}

// RoomName returns the last part of the address, as people call the room.
func (a Address) RoomName() string {
	if a.room == "" {
		return a.Host
	}
	return a.room
}

var notInShort = regexp.MustCompile(`[^a-z0-9._-]+`)

// Short returns ShortRoom of the room's name. It is not unique: rooms of several servers may share it.
func (a Address) Short() string { return ShortRoom(a.RoomName()) }

// ShortRoom makes a room's name safe for the names of files and sessions: lower-case letters, digits, dots, dashes and underscores.
// Up to version 0.1 it was a room's identity.
func ShortRoom(name string) string {
	last := path.Base(name)
	if id := strings.Trim(notInShort.ReplaceAllString(strings.ToLower(last), "-"), "-."); id != "" {
		return id
	}
	return "room"
}

// RoomAt returns the room of an address. name is its display name; "" means the last part of the address.
func (a Address) RoomAt(raw, name string) Room {
	if name == "" {
		name = a.RoomName()
	}
	if u, err := url.Parse(raw); err == nil {
		raw = withoutSecrets(u)
	}
	return Room{ID: a.ID(), Name: name, URL: raw}
}

// FindRoom finds a room by its address, in any spelling, or by a name that only one of the rooms has. An address need not be that of
// one of the rooms. Errors wrap ErrNotFound if no room has the name, ErrConflict if several do.
func FindRoom(rooms []Room, word string) (Room, error) {
	if at, err := ParseAddress(word); err == nil {
		return at.RoomAt(word, ""), nil
	}
	var found []Room
	for _, r := range rooms {
		short := r.ID
		if at, err := ParseAddress(r.ID); err == nil {
			short = at.Short()
		}
		if r.ID == word {
			return r, nil
		}
		same := func(x Room) bool { return x.ID == r.ID }
		if (short == word || r.Name == word) && !slices.ContainsFunc(found, same) {
			found = append(found, r)
		}
	}
	switch len(found) {
	case 0:
		return Room{}, WithHint(fmt.Errorf("no room %q: %w", word, ErrNotFound), "write the room's whole address")
	case 1:
		return found[0], nil
	}
	var addresses []string
	for _, r := range found {
		addresses = append(addresses, r.ID)
	}
	return Room{}, WithHint(
		fmt.Errorf("%w: several rooms are called %q", ErrConflict, word), "write which one: "+strings.Join(addresses, " or "),
	)
}
