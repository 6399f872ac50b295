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
	"earshot/cmd/earshot/playback"
	"earshot/models"
)

// Play plays the speeches in one room while the bot listens, and returns the session when everything is decoded.
func (a *App) Play(ctx context.Context, host string, speeches []playback.Speech) (models.Session, error) {
	return a.playIn(ctx, host, models.Room{ID: "bench", Name: "bench", URL: "lounge://" + host + "/bench"}, speeches)
}

// playIn is Play in a room of this lounge.
func (a *App) playIn(ctx context.Context, host string, room models.Room, speeches []playback.Speech) (models.Session, error) {
	client, err := lounge.NewClient(lounge.ClientConfig{URL: room.URL, Token: a.HostToken(), Peer: a.Peers, Log: a.Log})
	if err != nil {
		return models.Session{}, err
	}
	voices := make([]playback.Voice, len(speeches))
	for i, p := range speeches {
		voices[i] = playback.Voice{Name: p.Name, Host: i == 0, Source: p.Recording.Source()}
	}
	session, err := a.playVoices(ctx, host, room, client, voices)
	if err != nil {
		return session, err
	}
	return session, a.Drain(ctx)
}

// playVoices has voices talk in a room of this lounge while the bot listens there.
func (a *App) playVoices(
	ctx context.Context, host string, room models.Room, client playback.Connector, voices []playback.Voice,
) (session models.Session, err error) {
	barrier := playback.NewBarrier(client, len(voices))
	listening, leave := context.WithCancelCause(ctx)
	defer leave(nil)
	group, playing := errgroup.WithContext(listening)
	playing, stop := context.WithCancel(playing)
	defer stop()
	group.Go(func() (err error) {
		defer stop() // whoever waits for the bot need not
		session, err = a.Listen(listening, fleet.SessionRequest{Room: room, Connector: barrier})
		return err
	})
	group.Go(func() error {
		in := playback.Lounge{BaseURL: "http://" + host, Room: room.ID, Token: a.HostToken(), Peer: a.Peers}
		err := playback.Play(playing, in.Join, voices, barrier)
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
func (a *App) FirstLogin(l net.Listener, base string) string { return a.access.firstLogin(l, base) }
