package app

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"earshot/bot/peer"
	"earshot/cmd/earshot/secrets"
	"earshot/configs"
	"earshot/models"
)

// iceConfig is how connections to room servers are made.
func iceConfig(c configs.ICE, log *slog.Logger) (peer.Config, error) {
	out := peer.Config{
		Loopback: !c.RelayOnly, RelayOnly: c.RelayOnly, IPv6: c.IPv6, Interfaces: c.Interfaces, Log: log,
	}
	out.PortMin, out.PortMax = c.PortRange()
	password, err := turnPassword(c)
	if err != nil {
		return out, err
	}
	for _, x := range c.Servers {
		s := peer.ICEServer{URLs: []string{x.URL}}
		switch {
		case x.User != "" || x.PasswordFile != "":
			s.Username = x.User
			if x.PasswordFile != "" {
				if s.Credential, err = secrets.File(x.PasswordFile); err != nil {
					return out, fmt.Errorf("ice.servers: %s: password_file: %w", x.URL, err)
				}
			}
		case strings.HasPrefix(x.URL, "turn"):
			s.Username, s.Credential = c.TURNUser, password
		}
		out.ICEServers = append(out.ICEServers, s)
	}
	return out, nil
}

// turnPassword reads the password that stands beside the list of servers: it is for one host, or it would be told to all.
func turnPassword(c configs.ICE) (string, error) {
	var hosts []string
	for _, x := range c.Servers {
		if strings.HasPrefix(x.URL, "turn") && x.User == "" && x.PasswordFile == "" && !slices.Contains(hosts, x.Host()) {
			hosts = append(hosts, x.Host())
		}
	}
	if (c.TURNUser != "" || c.TURNPasswordFile != "") && len(hosts) > 1 {
		return "", models.WithHint(fmt.Errorf(
			"ice.turn_user and ice.turn_password_file apply to a single TURN server, but ice.servers has %s", strings.Join(hosts, " and "),
		),
			"give each server its own credentials: servers: [{url: \"turn:…\", user: …, password_file: …}]")
	}
	if c.TURNPasswordFile == "" {
		return "", nil
	}
	password, err := secrets.File(c.TURNPasswordFile)
	if err != nil {
		return "", fmt.Errorf("ice.turn_password_file: %w", err)
	}
	return password, nil
}

// loungeICE is how people reach this program's own lounge: at its one port, on the same interfaces.
func loungeICE(c peer.Config) peer.Config {
	return peer.Config{Loopback: true, IPv6: c.IPv6, Interfaces: c.Interfaces, Guard: c.Guard, Log: c.Log}
}
