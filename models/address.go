package models

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
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
	RoomMumble  RoomKind = "mumble"
	RoomJitsi   RoomKind = "jitsi"
	// Of the following one sound is heard, and nobody can be met there.
	RoomHLS     RoomKind = "hls"
	RoomIcecast RoomKind = "icecast"
	RoomRTMP    RoomKind = "rtmp"
	RoomRTSP    RoomKind = "rtsp"
	RoomSRT     RoomKind = "srt"
	RoomFile    RoomKind = "file"
	RoomDevice  RoomKind = "device"
)

// Address is the address of a room: its server, and the room there. Different spellings of an address are equal as Addresses.
type Address struct {
	Kind RoomKind
	// Encrypted reports that the server uses TLS.
	Encrypted bool
	// Listening reports that others connect to this machine: to Host, or, where that is empty, to any of its addresses.
	Listening bool
	// Host is the server's name in lower case, or its IP address without brackets; localhost is 127.0.0.1. What lies on this machine
	// itself, a file or a device, has none.
	Host string
	Port uint16
	path string // escaped, begins with a slash
	room string // the last part of the path, unescaped
	// query is a digest of a stream's query, which may identify it and contain a secret.
	query string
}

// examples are addresses of rooms of a kind.
var examples = map[RoomKind]string{
	RoomLounge: "lounge://127.0.0.1:8484/lounge", RoomLiveKit: "livekit://rooms.example/open-mic",
	RoomJanus: "janus+ws://rooms.example:8188/room/1234", RoomMumble: "mumble://talk.example/lobby",
	RoomJitsi: "jitsi://meet.example/openmic", RoomWHEP: "whep+https://media.example/whep/stage",
	RoomHLS: "hls+https://media.example/live.m3u8", RoomIcecast: "icecast+https://radio.example/live.mp3",
	RoomRTMP: "rtmp://media.example/live/KEY", RoomRTSP: "rtsp://media.example/camera", RoomSRT: "srt://media.example:9000",
	RoomFile: "file:///home/ana/talk.ogg", RoomDevice: "device://NAME",
}

// hint says how a room's address is written: one of the kind or, where that is not known, of several.
func (a Address) hint() string {
	if one := examples[a.Kind]; one != "" {
		return "for example " + one
	}
	return "for example " + examples[RoomLounge] + " or " + examples[RoomLiveKit] + " or " + examples[RoomJanus] + " or " +
		examples[RoomMumble] + " or " + examples[RoomWHEP] + " or " + examples[RoomHLS]
}

// ParseAddress parses the address of a room. Its errors never contain a user name, a password or a query.
func ParseAddress(raw string) (Address, error) {
	a, u, err := parseServer(raw)
	if err != nil {
		return Address{}, err
	}
	if !a.within(u) {
		if name, page := strings.CutPrefix(u.Path, "/room/"); page && a.Kind == RoomLounge {
			right := url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/" + name}
			return Address{}, WithHint(
				fmt.Errorf("%.100q is the address of a lounge's page", withoutSecrets(u)), "the room's address is "+right.String(),
			)
		}
		return Address{}, WithHint(fmt.Errorf("%.100q does not name a valid room of a %s server", withoutSecrets(u), a.Kind), a.hint())
	}
	return a, nil
}

// ParseServer parses the address of a room server; any room in it is ignored.
func ParseServer(raw string) (Address, error) {
	a, _, err := parseServer(raw)
	return a, err
}

func parseServer(raw string) (a Address, u *url.URL, err error) {
	if name, here := strings.CutPrefix(raw, "device://"); here { // whose name may hold what no host's may
		name, err = url.PathUnescape(name)
		a, u = Address{Kind: RoomDevice}, &url.URL{Scheme: "device", Path: "/" + strings.TrimPrefix(name, "/")}
		if err != nil {
			return a, u, WithHint(errors.New("the device's name is not written as in an address"), "\"earshot devices\" lists them")
		}
		return a, u, nil
	}
	if u, err = url.Parse(raw); err != nil {
		name, _, _ := strings.Cut(raw, "://")
		a.Kind = schemes[name].kind
		return a, u, WithHint(errors.New("the room's address is not a URL"), a.hint())
	}
	is, known := schemes[u.Scheme]
	if !known {
		return a, u, unknownKind(raw, u)
	}
	a.Kind = is.kind
	if u.User != nil {
		return a, u, WithHint(
			errors.New("the room's address contains a user name or password"),
			"put secrets into the environment, or into files listed under servers:",
		)
	}
	a.Listening = strings.HasSuffix(u.Scheme, "+listen")
	if a.Host = hostOf(u.Hostname()); a.Host == "" && !a.hostless(u) {
		why := "names no server"
		if u.Hostname() != "" {
			why = "does not name a valid server (write international names in ASCII, xn--…)"
		}
		return a, u, WithHint(fmt.Errorf("%.100q %s", withoutSecrets(u), why), a.hint())
	}
	a.Encrypted = is.mode == "s" || is.mode == "" && !a.local()
	if a.Port, err = a.portOf(u.Port()); err != nil {
		return a, u, WithHint(fmt.Errorf("%.100q: the port is not valid", withoutSecrets(u)), "write a number from 1 to 65535, or none for "+
			strconv.Itoa(int(a.usualPort())))
	}
	return a, u, nil
}

// Heard reports whether the address is only heard: a stream, a file or a device that ffmpeg reads, where nobody can be met.
func (a Address) Heard() bool {
	switch a.Kind {
	case RoomHLS, RoomIcecast, RoomRTMP, RoomRTSP, RoomSRT, RoomFile, RoomDevice:
		return true
	case RoomLounge, RoomLiveKit, RoomJanus, RoomWHEP, RoomMumble, RoomJitsi:
	}
	return false
}

// withoutSecrets returns a URL without the parts that may be secret.
func withoutSecrets(u *url.URL) string {
	b := *u
	b.User, b.RawQuery, b.Fragment, b.RawFragment = nil, "", "", ""
	if b.Scheme != "" && b.Host+b.Path+b.Opaque == "" {
		return b.Scheme + "://" // String would drop the slashes
	}
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

// hostless reports whether an address needs no host: a file of this machine, or all of its own addresses.
func (a Address) hostless(u *url.URL) bool {
	return u.Host == "" && a.Kind == RoomFile || u.Hostname() == "" && a.Listening
}

// usualPorts are where servers of a kind listen, whether encrypted or not. SRT has no such port; its servers mostly take this one.
var usualPorts = map[RoomKind]uint16{RoomMumble: 64738, RoomRTMP: 1935, RoomRTSP: 554, RoomSRT: 9000}

// portOf reads a port; without one it is the usual one of the kind and its encryption.
func (a Address) portOf(port string) (uint16, error) {
	if port == "" {
		return a.usualPort(), nil
	}
	n, err := strconv.ParseUint(port, 10, 16)
	if err == nil && n == 0 {
		err = errors.New("port 0")
	}
	return uint16(n), err
}

// usualPort is the port of an address without one; 0: there is none.
func (a Address) usualPort() uint16 {
	switch {
	case usualPorts[a.Kind] != 0:
		return usualPorts[a.Kind]
	case a.Kind == RoomFile || a.Kind == RoomDevice:
		return 0
	case a.Encrypted:
		return 443
	}
	return 80
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
	case RoomJitsi:
		return last == 0 && a.room != "" && len(a.room) <= 255 && u.RawQuery == "" && u.Fragment == ""
	case RoomMumble: // a path of channels from the root on, which is named by none
		return last == 0 || !slices.Contains(parts, "")
	case RoomFile, RoomDevice:
		return a.room != "" && a.Host == "" && u.RawQuery == "" && u.Fragment == "" && !strings.HasSuffix(u.Path, "/")
	case RoomRTMP: // the application, and the key by which it is published
		return a.room != "" && a.identified(u)
	case RoomWHEP, RoomHLS, RoomIcecast, RoomRTSP, RoomSRT:
		return a.identified(u)
	}
	return true
}

// identified adds what may identify a stream besides its path.
func (a *Address) identified(u *url.URL) bool {
	if strings.HasSuffix(u.Path, "/") && a.room != "" { // a server may tell the two apart
		a.path += "/"
	}
	if u.RawQuery != "" {
		sum := sha256.Sum256([]byte(u.RawQuery))
		a.query = hex.EncodeToString(sum[:16])
	}
	return true
}

// scheme returns the shortest scheme for the kind and its encryption.
func (a Address) scheme() string {
	plain, encrypted := "+ws", "+wss"
	switch a.Kind {
	case RoomLounge:
		plain, encrypted = "", "+https"
	case RoomWHEP, RoomHLS, RoomIcecast:
		plain, encrypted = "+http", "+https"
	case RoomRTMP, RoomRTSP, RoomSRT:
		plain = ""
		if a.Listening {
			plain = "+listen"
		}
	case RoomFile, RoomDevice:
		plain = ""
	case RoomLiveKit:
		if a.Encrypted != a.local() {
			plain, encrypted = "", ""
		}
	case RoomMumble, RoomJitsi: // they know no connection without encryption
		plain, encrypted = "", ""
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
	if a.usualPort() != a.Port {
		host += ":" + strconv.Itoa(int(a.Port))
	}
	return a.scheme() + "://" + host
}

// ID returns the room's identity: its canonical address, without secrets. It contains no spaces.
func (a Address) ID() string {
	if a.Kind == RoomDevice {
		return a.Server() + strings.TrimPrefix(a.path, "/")
	}
	if a.query != "" {
		return a.Server() + a.path + "?query=" + a.query
	}
	return a.Server() + a.path
}
