package peer

import (
	"fmt"

	"github.com/pion/ice/v2"

	"earshot/bot/peer/guard"
)

// NewMux opens the UDP port of a serving side on every address that the configuration allows; port 0 means any free port. The caller owns
// the mux and closes it after the last connection that uses it. Only servers may use a mux: see Config.Mux.
func NewMux(port int, c Config) (ice.UDPMux, error) {
	nets := []ice.NetworkType{ice.NetworkTypeUDP4}
	if c.IPv6 {
		nets = append(nets, ice.NetworkTypeUDP6)
	}
	if c.Guard == nil {
		c.Guard = &guard.Guard{}
	}
	opts := []ice.UDPMuxFromPortOption{
		ice.UDPMuxFromPortWithNet(c.Guard.Net()),
		ice.UDPMuxFromPortWithNetworks(nets...),
		ice.UDPMuxFromPortWithLogger(slogFactory{c.Log}.NewLogger("ice")),
	}
	if c.Loopback {
		opts = append(opts, ice.UDPMuxFromPortWithLoopback())
	}
	if f := interfaceFilter(c.Interfaces); f != nil {
		opts = append(opts, ice.UDPMuxFromPortWithInterfaceFilter(f))
	}
	if c.IPFilter != nil {
		opts = append(opts, ice.UDPMuxFromPortWithIPFilter(c.IPFilter))
	}
	mux, err := ice.NewMultiUDPMuxFromPort(port, opts...)
	if err != nil {
		return nil, fmt.Errorf("peer: UDP port %d: %w", port, err)
	}
	if len(mux.GetListenAddresses()) == 0 {
		_ = mux.Close()
		return nil, fmt.Errorf("peer: UDP port %d: no usable network address on this machine", port)
	}
	return mux, nil
}
