package app

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"

	"earshot/bot/fleet"
	"earshot/bot/lounge/server"
	"earshot/bot/lounge/server/budget"
	"earshot/bot/peer"
	"earshot/cmd/earshot/secrets"
	"earshot/configs"
	"earshot/models"
)

// leastToken is how long a token of the lounge's hosts must be, in bytes: whoever guesses it is a host.
const leastToken = 16

// openLounge makes the room inside the program.
func (s *Station) openLounge(ice peer.Config) (err error) {
	if s.Servers.HostToken, err = loungeToken(s.cfg.Lounge); err != nil {
		return err
	}
	limits := budget.Limits{PerAddress: s.cfg.Lounge.PerAddress}
	if limits.PerAddress == 0 {
		limits.PerAddress = -1
	}
	s.lounge = server.New(server.Config{
		UDPPort: s.cfg.Lounge.UDPPort, Peer: loungeICE(ice), TranscriptURL: s.transcriptURL, BotName: fleet.BotName,
		HostToken: s.Servers.HostToken,
		Limits:    limits, Log: s.Log,
	})
	return nil
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

// HostLink makes its holder a host of the lounge. What stands behind # is not sent to servers, nor do proxies log it.
func (s *Station) HostLink(base string) string {
	return base + "/room/" + DemoRoom + "#host=" + url.QueryEscape(s.Servers.HostToken)
}

// DemoRoom is where the demo takes place.
const DemoRoom = "lounge"
