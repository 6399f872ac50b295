package app

import (
	"context"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"

	"earshot/bot"
	"earshot/bot/fleet"
	"earshot/bot/lounge"
	"earshot/cmd/earshot/stage"
	"earshot/models"
)

// Perform plays the parts in one room while the bot listens, and returns the session when everything is decoded.
func (a *App) Perform(ctx context.Context, host string, parts []stage.Part) (models.Session, error) {
	return a.performIn(ctx, host, models.Room{ID: "bench", Name: "bench", URL: "lounge://" + host + "/bench"}, parts)
}

// performIn is perform in a room of this lounge.
func (a *App) performIn(ctx context.Context, host string, room models.Room, parts []stage.Part) (models.Session, error) {
	client, err := lounge.NewClient(lounge.ClientConfig{URL: room.URL, Token: a.HostToken(), Peer: a.Peers, Log: a.Log})
	if err != nil {
		return models.Session{}, err
	}
	voices := make([]stage.Voice, len(parts))
	for i, p := range parts {
		voices[i] = stage.Voice{Name: p.Name, Source: p.Tape.Source()}
	}
	session, err := a.hearVoices(ctx, host, room, client, voices)
	if err != nil {
		return session, err
	}
	return session, a.Drain(ctx)
}

// hearVoices has voices talk in a room of this lounge while the bot listens there.
func (a *App) hearVoices(
	ctx context.Context, host string, room models.Room, client stage.Connector, voices []stage.Voice,
) (session models.Session, err error) {
	up := stage.NewCurtain(client, len(voices))
	listening, leave := context.WithCancelCause(ctx)
	defer leave(nil)
	group, playing := errgroup.WithContext(listening)
	group.Go(func() (err error) {
		session, err = a.Listen(listening, fleet.SessionRequest{Room: room, Connector: up})
		return err
	})
	group.Go(func() error {
		err := stage.Play(playing, stage.Place{BaseURL: "http://" + host, Room: room.ID, Token: a.HostToken(), Peer: a.Peers}, voices, up)
		leave(bot.End(models.EndLeft, nil))
		return err
	})
	err = group.Wait()
	return session, err
}

// ResidentMB is the memory of this process and its decoders that is in use, in MB.
func (a *App) ResidentMB() int64 {
	total := residentOf("self")
	for _, p := range a.decoders.main.Stats().Processes {
		total += residentOf(strconv.Itoa(p.PID))
	}
	return total
}

func residentOf(pid string) int64 {
	status, err := os.ReadFile("/proc/" + pid + "/status")
	if err != nil {
		return 0
	}
	_, rest, ok := strings.Cut(string(status), "VmRSS:")
	fields := strings.Fields(rest)
	if !ok || len(fields) == 0 {
		return 0
	}
	kb, err := strconv.ParseInt(fields[0], 10, 64)
	if err != nil {
		return 0
	}
	return kb / 1024
}

// HostToken makes people hosts of this program's own lounge.
func (a *App) HostToken() string { return a.rooms.servers.hostToken }

// HostLink makes its holder a host of the lounge. What stands behind # is not sent to servers, nor do proxies log it.
func (a *App) HostLink(base string) string {
	return base + "/room/" + DemoRoom + "#host=" + url.QueryEscape(a.HostToken())
}

// FirstLogin is where the first owner can be made from another machine, or "" when that is not needed. base is the page's
// address without a slash at its end.
func (a *App) FirstLogin(l net.Listener, base string) string { return a.door.firstLogin(l, base) }
