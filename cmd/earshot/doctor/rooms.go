package doctor

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"earshot/bot/ffmpeg"
	"earshot/configs"
	"earshot/models"
)

// webAddress returns the HTTP or HTTPS address of a room's server.
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

// clockOf contacts a room's server and returns the time on its clock, zero if it doesn't say.
func clockOf(ctx context.Context, room string) (at time.Time, err error) {
	server, err := models.ParseServer(room)
	switch {
	case err != nil:
	case server.Listening, server.Kind == models.RoomFile, server.Kind == models.RoomDevice, server.Kind == models.RoomSRT:
		return at, nil // none configured, or it answers by UDP
	case server.Kind == models.RoomMumble, server.Kind == models.RoomRTMP, server.Kind == models.RoomRTSP: // not a web server
		conn, err := (&net.Dialer{Timeout: answerTime}).DialContext(ctx, "tcp", net.JoinHostPort(server.Host, strconv.Itoa(int(server.Port))))
		if err != nil {
			return at, err
		}
		return at, conn.Close()
	}
	address, err := webAddress(room)
	if err != nil {
		return at, err
	}
	return hello(ctx, address)
}

// mostSkew is how far two machines' clocks may differ before tokens are refused.
const mostSkew = 30 * time.Second

// rooms checks each configured room: its address and secrets, its server and that server's clock and, when asked to join, the
// bot's rights there.
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

// shown is a room's address without what may be secret in one that is not well-formed.
func shown(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "a room"
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return u.String()
}

// recording opens a file that is to be heard.
func recording(address string) error {
	u, err := url.Parse(address)
	if err != nil {
		return err
	}
	f, err := os.Open(u.Path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("it is no file")
	}
	return err
}

// lookedAt says what is known of a room that the bot is not in.
func lookedAt(address string) string {
	at, err := models.ParseServer(address)
	switch {
	case err == nil && at.Listening:
		return "the bot will wait there for an encoder; --join tries the port"
	case err == nil && at.Kind == models.RoomFile:
		return "the file is there; --join tries whether it can be heard"
	case err == nil && (at.Kind == models.RoomDevice || at.Kind == models.RoomSRT):
		return "the address is in order; --join tries it"
	}
	return "its server answers; --join also looks at the bot's rights"
}

func (d *doctor) room(ctx context.Context, s Rooms, r configs.Room) Finding {
	room, connector, err := s.Connector(r)
	if err != nil {
		return failure(fmt.Errorf("%s: %w", shown(r.URL), err), "mend it under rooms")
	}
	if at, err := models.ParseServer(r.URL); err == nil && at.Heard() && ffmpeg.Find(os.Getenv("PATH")) == "" {
		return failed(ffmpeg.InstallHint, "%s: there is no ffmpeg, which hears it", room.ID)
	}
	if at, err := models.ParseServer(r.URL); err == nil && at.Kind == models.RoomFile {
		if err := recording(r.URL); err != nil {
			return failed("mend the path, or allow the service's user to read the file", "%s: %v", room.ID, err)
		}
	}
	const unreachable = "start its server, mend the address, or open the firewall"
	at, err := clockOf(ctx, r.URL)
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
	if err != nil { // no visit: a ready-made token has one identity, so a visit would evict the bot
		return failure(fmt.Errorf("%s: the bot is trying to join, without success: %w", room.ID, err), unreachable)
	}
	if !inside && !d.Join {
		return good("%s: %s", room.ID, lookedAt(r.URL))
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

// jitsi checks the configured Jitsi server, whose meetings are not known until its bridges dial.
func (d *doctor) jitsi(ctx context.Context) Finding {
	c := d.Settings.Jitsi
	if c.URL == "" {
		return good("no server is configured")
	}
	found, err := d.Bridges.Jitsi(ctx)
	switch {
	case err != nil:
		return failure(fmt.Errorf("%s: %w", c.URL, err), "correct it under jitsi; docs/rooms.md shows the lines")
	case c.Hidden:
		return noted("set jitsi.hidden: false, so that people see the bot", "%s: %s", c.URL, found)
	}
	return good("%s: %s; its bridges dial %s", c.URL, found, c.Path)
}
