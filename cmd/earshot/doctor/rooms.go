package doctor

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"earshot/configs"
)

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
func (d *doctor) rooms(ctx context.Context) (out []Finding) {
	if len(d.Settings.Rooms) == 0 {
		return []Finding{good("none are configured; the service waits for invitations")}
	}
	c, err := d.Network.ICE()
	if err != nil {
		return []Finding{noted("", "not tried: the ICE settings are bad")}
	}
	s, err := d.Network.Rooms(c)
	if err != nil {
		return []Finding{noted("", "not tried: %v", err)}
	}
	for _, r := range d.Settings.Rooms {
		out = append(out, d.room(ctx, s, r))
	}
	return out
}

func (d *doctor) room(ctx context.Context, s Rooms, r configs.Room) Finding {
	room, connector, err := s.Connector(r)
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
		return failed(
			"set this machine's clock, or the server's: tokens hold for a time", "%s: its server's clock is %v apart", room.ID,
			skew.Round(time.Second),
		)
	}
	can, inside, err := s.Inside(room.ID)
	if err != nil { // no visit: a ready token has one identity, and would take the bot's place
		return failure(fmt.Errorf("%s: the bot tries, and does not get in: %w", room.ID, err), unreachable)
	}
	if !inside && !d.Join {
		return good("%s: its server answers; --join also looks at the bot's rights", room.ID)
	}
	where := ""
	if inside {
		where = "is there, and "
	} else if can, err = visit(ctx, connector); err != nil {
		return failure(fmt.Errorf("%s: the bot can't join: %w", room.ID, err), unreachable)
	}
	if missing := can.Missing(s.Needs(r.Profile)); missing != "" {
		return noted(
			"docs/rooms.md says which right it needs for that", "%s: the rules may ask for %s, which the bot may not do (it may: %s)",
			room.ID, missing, can,
		)
	}
	return good("%s: the bot %smay: %s", room.ID, where, can)
}
