package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"time"

	"earshot/bot/peer"
	"earshot/configs"
)

// answerTime is how long another machine may take.
const answerTime = 5 * time.Second

// page looks whether the address of the page is free, or the service's, and who can reach it.
func (d *doctor) page(ctx context.Context) finding {
	l, err := listen(ctx, d.cfg.Listen)
	if err != nil {
		if d.serving(ctx) {
			return good("%s; the service has it", d.cfg.Listen)
		}
		return failure(err, "choose another address with the setting listen")
	}
	defer l.Close()
	if at, err := netip.ParseAddrPort(l.Addr().String()); err == nil && !at.Addr().IsLoopback() && d.cfg.Access == "open" {
		return noted("set access: required, unless something in front of the page asks for a password", "%s is free, and whoever reaches it reads everything (access: open)", d.cfg.Listen)
	}
	return good("%s is free", d.cfg.Listen)
}

// ports tries the UDP ports that sound will come to.
func (d *doctor) ports(ctx context.Context) (out []finding) {
	if port := d.cfg.Lounge.UDPPort; port != 0 {
		if err := tryUDP(ctx, port); err != nil && !d.serving(ctx) {
			out = append(out, failed("stop the program that has it, or choose another lounge.udp_port", "the lounge's port %d: %v", port, err))
		} else {
			out = append(out, good("the lounge's port %d", port))
		}
	}
	first, last := d.cfg.ICE.PortRange()
	if last == 0 {
		return append(out, good("any; the system chooses"))
	}
	free := 0
	for port := int(first); port <= int(last); port++ {
		if tryUDP(ctx, port) == nil {
			free++
		}
	}
	all := int(last-first) + 1
	switch {
	case free == 0:
		return append(out, failed("choose other ports with ice.ports", "none of %s is free", d.cfg.ICE.Ports))
	case free < all/2 && !d.serving(ctx):
		return append(out, noted("each connection takes one: choose other ports with ice.ports", "%d of %d of %s are free", free, all, d.cfg.ICE.Ports))
	}
	return append(out, good("%d of %d of %s are free", free, all, d.cfg.ICE.Ports))
}

func tryUDP(ctx context.Context, port int) error {
	c, err := (&net.ListenConfig{}).ListenPacket(ctx, "udp4", fmt.Sprintf(":%d", port))
	if err != nil {
		var call *os.SyscallError
		if errors.As(err, &call) {
			return call.Err
		}
		return err
	}
	return c.Close()
}

// ice asks each STUN and TURN server.
func (d *doctor) ice(ctx context.Context) (out []finding) {
	c, err := iceConfig(d.cfg.ICE, d.log)
	if err != nil {
		return []finding{failure(err, "mend ice.turn_password_file")}
	}
	if len(c.ICEServers) == 0 {
		if d.cfg.ICE.RelayOnly {
			return []finding{failed("name a TURN server in ice.servers, or set relay_only: false", "relay_only without a TURN server: nothing can be reached but by servers that name one themselves")}
		}
		return []finding{good("no servers are set; those that a room names are used")}
	}
	for _, s := range c.ICEServers {
		if err := peer.Probe(ctx, c, s, answerTime); err != nil {
			out = append(out, failed("look whether its address, ice.turn_user and the password are right, and whether a firewall lets UDP through", "%s: %v", s.URLs[0], err))
		} else {
			out = append(out, good("%s answers", s.URLs[0]))
		}
	}
	return out
}

// endpoints asks the language models that are set up.
func (d *doctor) endpoints(ctx context.Context) (out []finding) {
	for _, e := range []struct{ setting, url string }{{"summary.url", d.cfg.Summary.URL}, {"opinion.url", d.cfg.Opinion.URL}} {
		if e.url == "" {
			continue
		}
		if _, err := hello(ctx, e.url); err != nil {
			out = append(out, failed("start it, or mend the address; without it the own summary and the verdicts of the rules stand", "%s: %v", e.setting, err))
		} else {
			out = append(out, good("%s answers", e.setting))
		}
	}
	if len(out) == 0 {
		out = append(out, good("none are asked"))
	}
	return out
}

// hello asks a web server for anything, and gives the time on its clock; zero when it doesn't tell. Whatever it answers
// shows that it is there.
func hello(ctx context.Context, address string) (time.Time, error) {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodHead, address, nil)
	if err != nil {
		return time.Time{}, err
	}
	client := &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true, Proxy: http.ProxyFromEnvironment},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	res, err := client.Do(req)
	if err != nil {
		var u *url.Error
		if errors.As(err, &u) { // it holds the address, and that may hold a key
			err = u.Err
		}
		return time.Time{}, err
	}
	defer res.Body.Close()
	at, err := http.ParseTime(res.Header.Get("Date"))
	if err != nil {
		return time.Time{}, nil
	}
	return at, nil
}

// webAddress is where a room's server can be asked for anything: its host by HTTP or HTTPS.
func webAddress(room string) (string, error) {
	u, err := url.Parse(room)
	if err != nil || u.Host == "" {
		return "", errors.New("the address has no host")
	}
	scheme := "https"
	ip, _ := netip.ParseAddr(u.Hostname())
	switch {
	case strings.HasSuffix(u.Scheme, "+http"), strings.HasSuffix(u.Scheme, "+ws"):
		scheme = "http"
	case !strings.Contains(u.Scheme, "+") && (u.Hostname() == "localhost" || ip.IsLoopback()), u.Scheme == "lounge":
		scheme = "http"
	}
	return scheme + "://" + u.Host + "/", nil
}

// mostSkew is how far the clocks of two machines may be apart before tokens fail.
const mostSkew = 30 * time.Second

// rooms looks at each configured room: its address and secrets, its server, that server's clock, and, when asked to join,
// what the bot may do there.
func (d *doctor) rooms(ctx context.Context) (out []finding) {
	if len(d.cfg.Rooms) == 0 {
		return []finding{good("none are configured; the service waits for invitations")}
	}
	c, err := iceConfig(d.cfg.ICE, d.log)
	if err != nil {
		return []finding{noted("", "not tried: the ICE settings are bad")}
	}
	s := &station{cfg: d.cfg, log: d.log}
	if s.profiles, err = openProfiles(d.cfg); err == nil {
		s.peers, err = peer.New(c)
	}
	if err != nil {
		return []finding{noted("", "not tried: %v", err)}
	}
	for _, r := range d.cfg.Rooms {
		out = append(out, d.room(ctx, s, r))
	}
	return out
}

func (d *doctor) room(ctx context.Context, s *station, r configs.Room) finding {
	room, connector, err := s.connector(wish{address: r.URL, name: r.Name, profile: r.Profile, secret: d.app.secret})
	if err != nil {
		return failure(err, "mend it under rooms")
	}
	address, err := webAddress(r.URL)
	if err != nil {
		return failure(err, "mend it under rooms")
	}
	const unreachable = "start its server, mend the address, or open the firewall"
	at, err := hello(ctx, address)
	if err != nil {
		return failed(unreachable, "%s: its server does not answer: %v", room.ID, err)
	}
	if skew := time.Since(at); !at.IsZero() && skew.Abs() > mostSkew {
		return failed("set this machine's clock, or the server's: tokens hold for a time", "%s: its server's clock is %v apart", room.ID, skew.Round(time.Second))
	}
	if !d.join {
		return good("%s: its server answers; --join also looks at the bot's rights", room.ID)
	}
	can, err := visit(ctx, connector)
	if err != nil {
		return failure(fmt.Errorf("%s: the bot can't join: %w", room.ID, err), unreachable)
	}
	if missing := can.Missing(s.profiles.of(r.Profile).needs()); missing != "" {
		return noted("docs/rooms.md says which right it needs for that", "%s: the rules may ask for %s, which the bot may not do (it may: %s)", room.ID, missing, can)
	}
	return good("%s: the bot may: %s", room.ID, can)
}
