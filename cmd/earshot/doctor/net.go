package doctor

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"time"

	"earshot/bot/peer"
)

// answerTime is how long a remote machine may take to answer.
const answerTime = 5 * time.Second

// page checks whether the page's address is free, or the service's own, and who can reach it.
func (d *doctor) page(ctx context.Context) Finding {
	l, err := d.Network.Listen(ctx, d.Settings.Listen)
	if err != nil {
		if d.Service.Serving(ctx) {
			return good("%s; the service has it", d.Settings.Listen)
		}
		return failure(err, "choose another address with the setting listen")
	}
	defer l.Close()
	if at, err := netip.ParseAddrPort(l.Addr().String()); err == nil && !at.Addr().IsLoopback() && d.Settings.Access == "open" {
		return noted(
			"set access: required, unless something in front of the page asks for a password",
			"%s is free, and whoever reaches it reads everything (access: open)", d.Settings.Listen,
		)
	}
	return good("%s is free", d.Settings.Listen)
}

// metrics checks whether the address of metrics.listen is free, or the service's own, and who can reach it.
func (d *doctor) metrics(ctx context.Context) Finding {
	at := d.Settings.Metrics.Listen
	if at == "" {
		return good("at the page's address only")
	}
	l, err := d.Network.Listen(ctx, at)
	if err != nil {
		if d.Service.Serving(ctx) {
			return good("%s; the service has it", at)
		}
		return failure(err, "choose another address with the setting metrics.listen")
	}
	defer l.Close()
	if ip, err := netip.ParseAddrPort(l.Addr().String()); err == nil && !ip.Addr().IsLoopback() {
		return noted("have a firewall let only Prometheus reach it", "%s is free, and whoever reaches it reads them without a key", at)
	}
	return good("%s is free", at)
}

// ports tries the UDP ports that audio will arrive on.
func (d *doctor) ports(ctx context.Context) (out []Finding) {
	if port := d.Settings.Lounge.UDPPort; port != 0 {
		if err := tryUDP(ctx, port); err != nil && !d.Service.Serving(ctx) {
			out = append(out, failed("stop the program that has it, or choose another lounge.udp_port", "the lounge's port %d: %v", port, err))
		} else {
			out = append(out, good("the lounge's port %d", port))
		}
	}
	first, last := d.Settings.ICE.PortRange()
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
		return append(out, failed("choose other ports with ice.ports", "none of %s is free", d.Settings.ICE.Ports))
	case free < all/2 && !d.Service.Serving(ctx):
		return append(
			out,
			noted("each connection takes one: choose other ports with ice.ports", "%d of %d of %s are free", free, all, d.Settings.ICE.Ports),
		)
	}
	return append(out, good("%d of %d of %s are free", free, all, d.Settings.ICE.Ports))
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
func (d *doctor) ice(ctx context.Context) (out []Finding) {
	c, err := d.Network.ICE()
	if err != nil {
		return []Finding{failure(err, "mend ice.turn_password_file")}
	}
	if len(c.ICEServers) == 0 {
		if d.Settings.ICE.RelayOnly {
			return []Finding{
				failed(
					"name a TURN server in ice.servers, or set relay_only: false",
					"relay_only without a TURN server: nothing can be reached but by servers that name one themselves",
				),
			}
		}
		return []Finding{good("no servers are set; those that a room names are used")}
	}
	for _, s := range c.ICEServers {
		if err := peer.Probe(ctx, c, s, answerTime); err != nil {
			out = append(
				out,
				failed(
					"look whether its address, ice.turn_user and the password are right, and whether a firewall lets UDP through", "%s: %v",
					s.URLs[0], err,
				),
			)
		} else {
			out = append(out, good("%s answers", s.URLs[0]))
		}
	}
	return out
}

// endpoints asks the configured language models.
func (d *doctor) endpoints(ctx context.Context) (out []Finding) {
	for _, e := range []struct{ setting, url string }{{"summary.url", d.Settings.Summary.URL}, {"opinion.url", d.Settings.Opinion.URL}} {
		if e.url == "" {
			continue
		}
		if _, err := hello(ctx, e.url); err != nil {
			out = append(
				out,
				failed("start it, or mend the address; without it the own summary and the verdicts of the rules stand", "%s: %v", e.setting, err),
			)
		} else {
			out = append(out, good("%s answers", e.setting))
		}
	}
	if len(out) == 0 {
		out = append(out, good("none are configured"))
	}
	return out
}

// hello sends a web server a request and returns its clock's time, zero if the answer has none. Any answer shows that the server
// is reachable.
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
		if errors.As(err, &u) { // it contains the address, which may contain a key
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
