package mumble

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"

	"earshot/models"
)

const (
	// DefaultPort is the port that Mumble servers listen on unless configured otherwise.
	DefaultPort = "64738"
	addressHint = "write mumble://host/channel, mumble://host:64738/hall/lobby for a channel below another, or mumble://host for the root; " +
		"?audience=hall/waiting names the channel that people are moved to who are to listen only"
)

// address is a parsed room address: a server and the path of a channel on it.
type address struct {
	host     string   // without a port
	server   string   // host:port
	channel  []string // names from below the root on; none: the root
	audience []string // the channel of those who are to listen only; nil: none
}

func parseAddress(raw string) (a address, err error) {
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "mumble" || u.Hostname() == "" || u.Fragment != "" {
		return a, models.WithHint(errors.New("mumble: the URL is not the address of a channel"), addressHint)
	}
	if u.User != nil {
		return a, models.WithHint(errors.New("mumble: the URL contains a user name or password"), addressHint)
	}
	port := u.Port()
	if port == "" {
		port = DefaultPort
	}
	a.host, a.server = u.Hostname(), net.JoinHostPort(u.Hostname(), port)
	if a.channel, err = path(u.EscapedPath()); err != nil {
		return a, err
	}
	for key, values := range u.Query() {
		switch key {
		case "audience":
			if a.audience, err = path(values[0]); err != nil {
				return a, err
			}
			if len(a.audience) == 0 {
				return a, models.WithHint(errors.New("mumble: the audience's channel has no name"), addressHint)
			}
		case "title", "url", "version": // as Mumble itself writes addresses
		default:
			return a, models.WithHint(fmt.Errorf("mumble: %.40q has no meaning in an address", key), addressHint)
		}
	}
	return a, nil
}

// path splits a channel's path into the names of its channels.
func path(escaped string) (names []string, err error) {
	for part := range strings.SplitSeq(strings.Trim(escaped, "/"), "/") {
		name, err := url.PathUnescape(part)
		if err != nil || strings.ContainsRune(name, 0) {
			return nil, models.WithHint(errors.New("mumble: the channel's name cannot be read"), addressHint)
		}
		if name != "" {
			names = append(names, name)
		}
	}
	return names, nil
}
