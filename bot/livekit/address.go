package livekit

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"

	"earshot/models"
)

// address is where a room is.
type address struct {
	ws   string // ws(s)://host[:port][/prefix]
	http string // the same for the RoomService
	room string
}

// Scheme reports whether an address is for this package.
func Scheme(raw string) bool {
	scheme, _, ok := strings.Cut(raw, "://")
	return ok && (scheme == "livekit" || scheme == "livekit+ws" || scheme == "livekit+wss")
}

// parseURL reads livekit://host[:port]/room. The connection is encrypted, except to this machine; livekit+ws and
// livekit+wss choose explicitly. Path segments before the last belong to the server's address.
func parseURL(raw string) (address, error) {
	const hint = "write livekit://host/room, for instance livekit://127.0.0.1:7880/open-mic; credentials belong into the environment"
	u, err := url.Parse(raw)
	if err != nil {
		return address{}, models.WithHint(errors.New("livekit: the room's URL cannot be read"), hint)
	}
	i := strings.LastIndexByte(u.EscapedPath(), '/') // a room's name may hold an escaped slash
	room, err := url.PathUnescape(u.EscapedPath()[i+1:])
	if !Scheme(raw) || u.Hostname() == "" || i < 0 || err != nil || room == "" || len(room) > 255 {
		return address{}, models.WithHint(fmt.Errorf("livekit: %.100q is not the address of a room", u.Redacted()), hint)
	}
	if u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return address{}, models.WithHint(errors.New("livekit: the room's URL contains more than a host and a room"), hint)
	}
	return newAddress(u.Scheme == "livekit+wss" || u.Scheme == "livekit" && !local(u.Hostname()), u.Host+u.EscapedPath()[:i], room), nil
}

// parseServer reads livekit://host[:port], without a room.
func parseServer(raw string) (address, error) {
	at, err := parseURL(strings.TrimSuffix(raw, "/") + "/x")
	if err != nil {
		return address{}, models.WithHint(
			errors.New("livekit: the server's URL cannot be read"), "write livekit://host, for instance livekit://127.0.0.1:7880",
		)
	}
	at.room = ""
	return at, nil
}

func newAddress(encrypted bool, host, room string) address {
	if encrypted {
		return address{ws: "wss://" + host, http: "https://" + host, room: room}
	}
	return address{ws: "ws://" + host, http: "http://" + host, room: room}
}

func local(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
