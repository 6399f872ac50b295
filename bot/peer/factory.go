package peer

import (
	"fmt"
	"log/slog"
	"net"
	"time"

	"github.com/pion/ice/v2"
	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/nack"
	"github.com/pion/sdp/v3"
	"github.com/pion/stun"
	"github.com/pion/webrtc/v3"

	"earshot/bot/peer/guard"
)

// OpusPayloadType is the only RTP payload type that is negotiated.
const OpusPayloadType = 111

// ICEServer is a STUN or TURN server. Its URLs have the form of RFC 7064 and RFC 7065.
type ICEServer struct {
	URLs       []string
	Username   string
	Credential string
}

// Config holds the settings of a Factory. The zero value suits a bot on a host with a public or NATed address.
type Config struct {
	// ICEServers are used by every connection, before those from the room's server.
	ICEServers []ICEServer
	// PortMin and PortMax are the range of local UDP ports; if both are 0, the system chooses. Receiving connections never share a port:
	// several connections to a server that itself uses a single port could not be distinguished.
	PortMin, PortMax uint16
	// Mux is the single UDP port of a *serving* side; nil for listeners. The caller closes it after the last connection.
	Mux ice.UDPMux
	// Loopback adds candidates on loopback interfaces, for servers on this machine and tests.
	Loopback bool
	// IPv6 also gathers IPv6 addresses.
	IPv6 bool
	// Interfaces, if not empty, restricts the network interfaces to use.
	Interfaces []string
	// IPFilter, if set, selects the addresses to use.
	IPFilter func(net.IP) bool
	// RelayOnly uses only TURN relays, so that no local address leaves this machine.
	RelayOnly bool
	// Guard opens all sockets and counts the datagrams that it drops; nil means a private one.
	Guard *guard.Guard
	// Log receives pion's own messages at debug level; nil discards them.
	Log *slog.Logger
}

// Timeouts of a silent connection. When the server dies, only they end its tracks.
const (
	disconnectAfter = 6 * time.Second
	failAfter       = 10 * time.Second // after disconnectAfter
	keepAlive       = 2 * time.Second
	nackInterval    = 20 * time.Millisecond // within the reorder window; pion's default of 100 ms would be too slow
)

// Factory creates PeerConnections with the same codecs, interceptors and ICE settings. It is safe for concurrent use.
type Factory struct {
	codecs       *webrtc.MediaEngine
	interceptors *interceptor.Registry
	settings     webrtc.SettingEngine
	guard        *guard.Guard
	config       webrtc.Configuration
	reach        Reach
}

// New validates the configuration and returns a Factory.
func New(c Config) (*Factory, error) {
	engine, err := mediaEngine()
	if err != nil {
		return nil, fmt.Errorf("peer: codecs: %w", err)
	}
	registry, err := interceptors()
	if err != nil {
		return nil, fmt.Errorf("peer: interceptors: %w", err)
	}
	if c.Guard == nil {
		c.Guard = &guard.Guard{}
	}
	settings, err := settingEngine(c)
	if err != nil {
		return nil, fmt.Errorf("peer: ICE settings: %w", err)
	}
	return &Factory{codecs: engine, interceptors: registry, settings: settings, guard: c.Guard, config: configuration(c)}, nil
}

// mediaEngine registers only Opus, at payload type 111, and the audio level header extension (RFC 6464). NACK for audio is requested
// explicitly, because pion's default has it only for video.
func mediaEngine() (*webrtc.MediaEngine, error) {
	m := &webrtc.MediaEngine{}
	if err := m.RegisterCodec(
		webrtc.RTPCodecParameters{RTPCodecCapability: OpusCodec(), PayloadType: OpusPayloadType}, webrtc.RTPCodecTypeAudio,
	); err != nil {
		return nil, err
	}
	err := m.RegisterHeaderExtension(webrtc.RTPHeaderExtensionCapability{URI: sdp.AudioLevelURI}, webrtc.RTPCodecTypeAudio)
	return m, err
}

// OpusCodec returns the codec of all tracks: 48 kHz clock rate, in-band FEC, packets down to 10 ms (RFC 7587).
func OpusCodec() webrtc.RTPCodecCapability {
	return webrtc.RTPCodecCapability{
		MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2,
		SDPFmtpLine:  "minptime=10;useinbandfec=1",
		RTCPFeedback: []webrtc.RTCPFeedback{{Type: webrtc.TypeRTCPFBNACK}},
	}
}

func interceptors() (*interceptor.Registry, error) {
	r := &interceptor.Registry{}
	generator, err := nack.NewGeneratorInterceptor(
		nack.GeneratorInterval(nackInterval), nack.GeneratorSkipLastN(1), nack.GeneratorMaxNacksPerPacket(3),
	)
	if err != nil {
		return nil, err
	}
	responder, err := nack.NewResponderInterceptor()
	if err != nil {
		return nil, err
	}
	r.Add(responder)
	r.Add(generator)
	return r, webrtc.ConfigureRTCPReports(r)
}

func settingEngine(c Config) (webrtc.SettingEngine, error) {
	s := webrtc.SettingEngine{LoggerFactory: slogFactory{c.Log}}
	s.SetICETimeouts(disconnectAfter, failAfter, keepAlive)
	s.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	s.SetIncludeLoopbackCandidate(c.Loopback)
	s.SetNetworkTypes(networks(c.IPv6))
	s.DisableActiveTCP(true)
	s.SetNet(c.Guard.Net())
	if c.Mux != nil {
		s.SetICEUDPMux(c.Mux)
	} else if c.PortMin != 0 || c.PortMax != 0 {
		if err := s.SetEphemeralUDPPortRange(c.PortMin, c.PortMax); err != nil {
			return s, fmt.Errorf("UDP ports %d-%d: %w", c.PortMin, c.PortMax, err)
		}
	}
	if f := interfaceFilter(c.Interfaces); f != nil {
		s.SetInterfaceFilter(f)
	}
	if c.IPFilter != nil {
		s.SetIPFilter(c.IPFilter)
	}
	return s, nil
}

func networks(v6 bool) []webrtc.NetworkType {
	if v6 {
		return []webrtc.NetworkType{webrtc.NetworkTypeUDP4, webrtc.NetworkTypeUDP6}
	}
	return []webrtc.NetworkType{webrtc.NetworkTypeUDP4}
}

func interfaceFilter(names []string) func(string) bool {
	if len(names) == 0 {
		return nil
	}
	allowed := map[string]bool{}
	for _, n := range names {
		allowed[n] = true
	}
	return func(name string) bool { return allowed[name] }
}

func configuration(c Config) webrtc.Configuration {
	out := webrtc.Configuration{ICEServers: pionServers(c.ICEServers), BundlePolicy: webrtc.BundlePolicyMaxBundle}
	if c.RelayOnly {
		out.ICETransportPolicy = webrtc.ICETransportPolicyRelay
	}
	return out
}

func pionServers(in []ICEServer) []webrtc.ICEServer {
	var out []webrtc.ICEServer
	for _, s := range in {
		out = append(out, webrtc.ICEServer{URLs: s.URLs, Username: s.Username, Credential: s.Credential})
	}
	return out
}

// newPC returns a PeerConnection with the factory's settings; extra are ICE servers from the room's server.
func (f *Factory) newPC(extra ...ICEServer) (*webrtc.PeerConnection, error) {
	c := f.config
	c.ICEServers = append(append([]webrtc.ICEServer{}, c.ICEServers...), pionServers(f.reach.servers(extra))...)
	settings := f.settings
	settings.SetICEProxyDialer(f.guard.Dialer(secureAddresses(c.ICEServers)))
	api := webrtc.NewAPI(webrtc.WithMediaEngine(f.codecs), webrtc.WithInterceptorRegistry(f.interceptors), webrtc.WithSettingEngine(settings))
	pc, err := api.NewPeerConnection(c)
	if err != nil {
		return nil, fmt.Errorf("peer: new connection: %w", err)
	}
	return pc, nil
}

// secureAddresses returns the addresses of the TURN servers with TLS, in the form in which pion dials them.
func secureAddresses(servers []webrtc.ICEServer) map[string]bool {
	out := map[string]bool{}
	for _, s := range servers {
		for _, raw := range s.URLs {
			if u, err := stun.ParseURI(raw); err == nil && u.Scheme == stun.SchemeTypeTURNS {
				out[fmt.Sprintf("%s:%d", u.Host, u.Port)] = true
			}
		}
	}
	return out
}
