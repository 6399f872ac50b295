package janus

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"earshot/models"
)

// address is where a room is.
type address struct {
	socket string // ws(s)://…
	room   json.RawMessage
	bridge bool // an AudioBridge
}

const addressHint = "write janus+ws://host:8188/room/1234 for a VideoRoom or …/bridge/1234 for an AudioBridge; janus+wss:// behind TLS; " +
	"?ids=string where a server names rooms by strings of digits"

var digits = regexp.MustCompile(`^(0|[1-9][0-9]{0,15})$`)

// Scheme reports whether an address is for this package.
func Scheme(raw string) bool {
	return strings.HasPrefix(raw, "janus+ws://") || strings.HasPrefix(raw, "janus+wss://")
}

func parseAddress(raw string) (a address, err error) {
	u, err := url.Parse(strings.TrimPrefix(raw, "janus+"))
	if err != nil || !Scheme(raw) || u.Host == "" {
		return a, models.WithHint(errors.New("janus: the URL is not the address of a room"), addressHint)
	}
	if u.User != nil {
		return a, models.WithHint(errors.New("janus: the URL contains a user name or password"), addressHint)
	}
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	if len(parts) < 2 || parts[len(parts)-1] == "" {
		return a, models.WithHint(errors.New("janus: the URL names no room"), addressHint)
	}
	switch parts[len(parts)-2] {
	case "room":
	case "bridge":
		a.bridge = true
	default:
		return a, models.WithHint(errors.New("janus: the URL names no room"), addressHint)
	}
	if a.room, err = roomID(parts[len(parts)-1], u.Query().Get("ids") == "string"); err != nil {
		return a, err
	}
	u.Path = "/" + strings.Join(parts[:len(parts)-2], "/")
	u.RawQuery, u.Fragment = "", ""
	a.socket = u.String()
	return a, nil
}

// roomID is a room's id as the server wants it: a number, or a string.
func roomID(s string, asString bool) (json.RawMessage, error) {
	if digits.MatchString(s) && !asString {
		return json.RawMessage(s), nil
	}
	b, err := json.Marshal(s)
	if err != nil {
		return nil, fmt.Errorf("janus: the room's name: %w", err)
	}
	return b, nil
}

// bare is an id without the quotes of a JSON string, as people and the record see it. Elsewhere ids stay raw, since
// numbers go up to 2^53.
func bare(id json.RawMessage) string {
	var s string
	if json.Unmarshal(id, &s) == nil {
		return s
	}
	return string(id)
}
