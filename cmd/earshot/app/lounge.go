package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"

	"earshot/bot/fleet"
	"earshot/bot/lounge/server"
	"earshot/bot/lounge/server/budget"
	"earshot/bot/peer"
	"earshot/cmd/earshot/secrets"
	"earshot/configs"
	"earshot/models"
	"earshot/models/store"
)

// leastToken is how long a token of the lounge's hosts must be, in bytes: whoever guesses it is a host.
const leastToken = 16

// openLounge makes the room inside the program. lines is where its page reads a room's lines.
func openLounge(cfg configs.Config, ice peer.Config, lines func(room string) string, hostToken string, log *slog.Logger) *server.Server {
	limits := budget.Limits{PerAddress: cfg.Lounge.PerAddress}
	if limits.PerAddress == 0 {
		limits.PerAddress = -1
	}
	return server.New(server.Config{
		UDPPort: cfg.Lounge.UDPPort, Peer: loungeICE(ice), TranscriptURL: lines, BotName: fleet.BotName, HostToken: hostToken, Limits: limits,
		Log: log,
	})
}

// transcripts finds the lines of this program's own lounge in a record.
type transcripts struct {
	store   store.Sessions
	servers *knownServers
}

// url is where the lounge's page reads a room's lines: the newest live session there, by whatever address of this
// machine it was joined.
func (t transcripts) url(room string) string {
	live, err := t.store.Sessions(context.Background(), models.SessionQuery{Live: true, Limit: 1000})
	if err != nil {
		return ""
	}
	for _, x := range live {
		if at, err := models.ParseAddress(x.URL); err == nil && at.RoomName() == room && t.servers.ownLounge(at) {
			return "/api/sessions/" + x.ID + "/events"
		}
	}
	return ""
}

// loungeToken is what makes people hosts of the lounge.
func loungeToken(c configs.Lounge) (string, error) {
	if c.HostTokenFile == "" {
		return rand.Text(), nil
	}
	token, err := secrets.File(c.HostTokenFile)
	if err == nil && len(token) < leastToken {
		err = models.WithHint(errors.New("the token is shorter than 16 characters"), "openssl rand -hex 16 > "+c.HostTokenFile)
	}
	if err != nil {
		return "", fmt.Errorf("lounge.host_token_file: %w", err)
	}
	return token, nil
}

// DemoRoom is where the demo takes place.
const DemoRoom = "lounge"
