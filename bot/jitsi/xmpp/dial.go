package xmpp

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gorilla/websocket"

	"earshot/bot/peer"
)

const dialWithin = 5 * time.Second

// RefusedError is the HTTP response of a web server that refused to open a websocket.
type RefusedError struct{ Status int }

// Error returns a text with the status.
func (e *RefusedError) Error() string {
	return fmt.Sprintf("xmpp: the server refused the websocket (HTTP %d)", e.Status)
}

// AuthError is a failed login: a SASL condition (RFC 6120, section 6.5), or a reason in words.
type AuthError struct{ Condition string }

// Error returns a text with the condition.
func (e *AuthError) Error() string {
	return "xmpp: the server does not let the client in: " + e.Condition
}

// ErrInTheClear means that a secret would have been sent over an unencrypted connection.
var ErrInTheClear = errors.New("xmpp: a password or token would be sent without encryption")

// Config says which server to connect to, and as whom.
type Config struct {
	// URL is the URL of the websocket, such as wss://host/xmpp-websocket. Over ws://, secrets are sent only to this machine.
	URL string
	// Domain is the XMPP domain to log in to. Room is named to the server, as Jitsi's own client does.
	Domain, Room string
	// User and Password are the credentials of an account; without a user, the client is anonymous.
	User, Password string
	// Token is a JWT for anonymous clients, or "".
	Token string
	Peer  *peer.Factory
}

// Dial connects and logs in. It returns a RefusedError, an AuthError, ErrMalformed, ErrInTheClear, or a network error that contains no
// secret.
func Dial(ctx context.Context, c Config) (*Session, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*dialWithin)
	defer cancel()
	address, err := c.address()
	if err != nil {
		return nil, err
	}
	d := websocket.Dialer{
		Proxy: c.Peer.Proxy(), HandshakeTimeout: dialWithin, NetDialContext: c.Peer.Dialer(dialWithin).DialContext,
		Subprotocols: []string{"xmpp"},
	}
	ws, resp, err := d.DialContext(ctx, address, nil)
	if resp != nil {
		_ = resp.Body.Close()
	}
	switch {
	case errors.Is(err, websocket.ErrBadHandshake) && resp != nil:
		return nil, &RefusedError{resp.StatusCode}
	case err != nil:
		return nil, fmt.Errorf("xmpp: the server cannot be reached: %w", peer.Unreachable(err, hintDial))
	case ws.Subprotocol() != "xmpp":
		_ = ws.Close()
		return nil, &RefusedError{http.StatusOK}
	}
	ws.SetReadLimit(maxMessage)
	s := &Session{ws: ws, Domain: c.Domain, waiting: map[string]chan Stanza{}}
	stop := context.AfterFunc(ctx, func() { _ = ws.Close() })
	err = s.login(c)
	if !stop() && err == nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		_ = ws.Close()
		return nil, err
	}
	return s, nil
}

const hintDial = "check jitsi.xmpp, and that the XMPP server runs"

// address returns the websocket's URL with the parameters that Jitsi's own client adds.
func (c Config) address() (string, error) {
	u, err := url.Parse(c.URL)
	if err != nil || u.Scheme != "ws" && u.Scheme != "wss" || u.Host == "" || u.User != nil {
		return "", errors.New("xmpp: the address is no ws:// or wss:// one")
	}
	ip := net.ParseIP(u.Hostname())
	local := u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
	if u.Scheme == "ws" && !local && (c.User != "" || c.Token != "") {
		return "", ErrInTheClear
	}
	q := u.Query()
	if c.Room != "" {
		q.Set("room", c.Room)
	}
	if c.Token != "" {
		q.Set("token", c.Token)
	}
	u.RawQuery = q.Encode()
	return u.String(), nil
}

// login opens a stream, authenticates, restarts the stream and binds a resource.
func (s *Session) login(c Config) error {
	offers, err := s.open()
	if err != nil {
		return err
	}
	hello := auth{Mechanism: "ANONYMOUS"}
	if c.User != "" {
		hello = auth{Mechanism: "PLAIN", Data: base64.StdEncoding.EncodeToString([]byte("\x00" + c.User + "\x00" + c.Password))}
	}
	if !slices.Contains(offers.Mechanisms, hello.Mechanism) {
		return &AuthError{fmt.Sprintf("it takes no %s, but %.200q", hello.Mechanism, strings.Join(offers.Mechanisms, " "))}
	}
	if err := s.Send(hello); err != nil {
		return err
	}
	switch x, err := s.read(dialWithin); {
	case err != nil:
		return err
	case x.XMLName.Local == "failure" && len(x.Inner) > 0:
		return &AuthError{x.Inner[0].XMLName.Local}
	case x.XMLName.Local != "success":
		return &AuthError{"no word of success"}
	}
	if _, err := s.open(); err != nil {
		return err
	}
	if err := s.Send(IQ{Type: "set", ID: "bind", Content: bind{}}); err != nil {
		return err
	}
	switch x, err := s.read(dialWithin); {
	case err != nil:
		return err
	case x.Error != nil:
		return &AuthError{x.Error.Condition()}
	case x.JID == "":
		return fmt.Errorf("%w: no address", ErrMalformed)
	default:
		s.JID = x.JID
	}
	return nil
}

// open opens a stream and returns the features that the server offers.
func (s *Session) open() (Stanza, error) {
	if err := s.Send(openFrame{To: s.Domain, Version: "1.0"}); err != nil {
		return Stanza{}, err
	}
	for range 2 { // the server's own open, then its features
		x, err := s.read(dialWithin)
		switch {
		case err != nil:
			return x, err
		case x.XMLName.Local == "features":
			return x, nil
		case x.XMLName.Local != "open":
			return x, &AuthError{fmt.Sprintf("it knows no domain %.100q", s.Domain)}
		}
	}
	return Stanza{}, fmt.Errorf("%w: no features", ErrMalformed)
}
