package main

import (
	"fmt"
	"log/slog"
	"strings"

	"earshot/bot/peer"
	"earshot/configs"
)

// iceConfig is how connections to room servers are made.
func iceConfig(c configs.ICE, log *slog.Logger) (peer.Config, error) {
	out := peer.Config{
		Loopback: !c.RelayOnly, RelayOnly: c.RelayOnly, IPv6: c.IPv6, Interfaces: c.Interfaces, Log: log,
	}
	out.PortMin, out.PortMax = c.PortRange()
	password := ""
	if c.TURNPasswordFile != "" {
		var err error
		if password, err = secretFile(c.TURNPasswordFile); err != nil {
			return out, fmt.Errorf("ice.turn_password_file: %w", err)
		}
	}
	for _, u := range c.Servers {
		s := peer.ICEServer{URLs: []string{u}}
		if strings.HasPrefix(u, "turn") {
			s.Username, s.Credential = c.TURNUser, password
		}
		out.ICEServers = append(out.ICEServers, s)
	}
	return out, nil
}

// loungeICE is how people reach this program's own lounge: at its one port, on the same interfaces.
func loungeICE(c peer.Config) peer.Config {
	return peer.Config{Loopback: true, IPv6: c.IPv6, Interfaces: c.Interfaces, Guard: c.Guard, Log: c.Log}
}
