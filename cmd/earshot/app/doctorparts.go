package app

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"slices"

	"earshot/bot"
	"earshot/bot/audio"
	"earshot/bot/fleet"
	"earshot/bot/peer"
	"earshot/cmd/earshot/doctor"
	"earshot/cmd/earshot/secrets"
	"earshot/cmd/earshot/speech"
	"earshot/cmd/earshot/web"
	"earshot/configs"
	"earshot/models"
	"earshot/transcribe"
	"earshot/transcribe/fixture"
	"earshot/transcribe/whisper"
)

// examined is this program with a configuration, as the doctor sees it.
type examined struct {
	env secrets.Environ
	cfg configs.Config
	log *slog.Logger
}

// Model implements doctor.Speech.
func (x examined) Model() (doctor.Model, error) {
	if x.cfg.Decoder.URL != "" {
		s, err := speech.Open(x.cfg, nil, speech.Options{})
		if err != nil {
			return doctor.Model{}, err
		}
		defer s.Close()
		return doctor.Model{Server: s.Name + ". " + s.Elsewhere().Notice(), Leaves: s.Elsewhere().Leaves()}, nil
	}
	path, err := speech.ModelPath(x.cfg)
	if err != nil {
		return doctor.Model{}, err
	}
	info, err := speech.Check(path, false)
	return doctor.Model{Path: path, Bytes: info.Size, Practice: fixture.IsFixture(path)}, err
}

// Load implements doctor.Speech.
func (x examined) Load(ctx context.Context) (out doctor.Loaded, err error) {
	cfg := x.cfg
	cfg.Decoders = 1
	s, err := speech.Open(cfg, x.log, speech.Options{})
	if err != nil {
		return out, fmt.Errorf("%w: %w", doctor.ErrNotTried, err)
	}
	defer s.Close()
	err = s.During(ctx, func(ctx context.Context) error {
		if r, ok := s.Engines[0].(transcribe.Readier); ok {
			if err := r.Ready(ctx); err != nil {
				return err
			}
		}
		out, _ = loaded(s)
		return nil
	})
	return out, err
}

// Backends implements doctor.Speech.
func (x examined) Backends() ([]string, error) { return whisper.Backends() }

// codec is libopus in both directions.
type codec struct {
	*audio.Encoder
	*audio.Decoder
}

// Codec implements doctor.Sound.
func (x examined) Codec() (doctor.Codec, error) {
	enc, err := audio.NewEncoder(audio.EncoderConfig{})
	if err != nil {
		return nil, err
	}
	dec, err := audio.NewDecoder()
	return codec{enc, dec}, err
}

// detector is a voice detection model with one voice detector.
type detector struct {
	*whisper.VAD
	model *whisper.VADModel
}

// Close lets the model go.
func (d detector) Close() error { return d.model.Close() }

// Detector implements doctor.Sound.
func (x examined) Detector() (doctor.Detector, string, error) {
	m, err := speech.OpenVAD(x.cfg)
	if err != nil || m == nil {
		return nil, "", err
	}
	return detector{m.NewVAD(), m}, speech.VadModelPath(x.cfg), nil
}

// Rules implements doctor.Files.
func (x examined) Rules() (names []string, err error) {
	all, err := openProfiles(x.cfg)
	if err != nil {
		return nil, err
	}
	for _, p := range all {
		if s := p.set(); s != nil && !slices.Contains(names, s.String()) {
			names = append(names, s.String())
		}
	}
	slices.Sort(names)
	if x.cfg.TextModel != "" && len(names) > 0 { // it was read with the rules
		names = append(names, "text model "+filepath.Base(x.cfg.TextModel))
	}
	return names, nil
}

// Targets implements doctor.Files.
func (x examined) Targets() (int, error) {
	targets, err := LoadTargets(x.cfg)
	return len(targets), err
}

// Secret implements doctor.Files.
func (x examined) Secret(file string) error {
	_, err := secrets.File(file)
	return err
}

// Listen implements doctor.Network.
func (x examined) Listen(ctx context.Context, address string) (net.Listener, error) {
	return web.Listen(ctx, address)
}

// ICE implements doctor.Network.
func (x examined) ICE() (peer.Config, error) { return iceConfig(x.cfg.ICE, x.log) }

// Rooms implements doctor.Network.
func (x examined) Rooms(c peer.Config) (doctor.Rooms, error) {
	h := &host{cfg: x.cfg, log: x.log, servers: &knownServers{cfg: x.cfg}, mumble: mumbleStore(x.cfg)}
	var err error
	if h.profiles, err = openProfiles(x.cfg); err == nil {
		h.servers.keys, err = secrets.OpenKeyring(x.env, x.cfg)
	}
	if err == nil {
		h.peers, err = peer.New(c)
	}
	return examinedRooms{host: h}, err
}

// Jitsi implements doctor.Bridges.
func (x examined) Jitsi(ctx context.Context) (string, error) {
	ice, err := x.ICE()
	if err != nil {
		return "", err
	}
	rooms, err := x.Rooms(ice)
	if err != nil {
		return "", err
	}
	h := rooms.(examinedRooms).host
	b, err := h.bridges(nil)
	if err != nil {
		return "", err
	}
	if h.cfg.Jitsi.Hidden {
		return "hidden, so that the bot needs no XMPP server", nil
	}
	found, err := b.Probe(ctx)
	if err != nil {
		return "", err
	}
	return "its XMPP server lets the bot in, " + found.String(), nil
}

// examinedRooms are the rooms of a configuration.
type examinedRooms struct {
	host  *host
	fleet *fleet.Fleet // in the service
}

// doctorIdentity is the doctor's own in LiveKit's rooms: with the service's it would take the place of the bot.
const doctorIdentity = "earshot-doctor"

// Connector implements doctor.Rooms.
func (r examinedRooms) Connector(room configs.Room) (models.Room, bot.Connector, error) {
	return r.host.Connector(context.Background(), fleet.JoinRequest{
		Address: room.URL, Name: room.Name, Profile: room.Profile, Identity: doctorIdentity,
	})
}

// Needs implements doctor.Rooms.
func (r examinedRooms) Needs(profile string) []models.Verb {
	return r.host.profiles.of(profile).needs()
}

// Inside implements doctor.Rooms.
func (r examinedRooms) Inside(room string) (bot.Capabilities, bool, error) {
	if r.fleet == nil {
		return bot.Capabilities{}, false, nil
	}
	return r.fleet.Inside(room)
}

// Examine is what the doctor looks at: this configuration, with the parts that the service is made of.
func Examine(env secrets.Environ, r configs.Report, join bool, log *slog.Logger) doctor.Config {
	x := examined{env: env, cfg: r.Config, log: log}
	return doctor.Config{
		Settings: r.Config, File: r.File, Environ: env, Database: Database(r.Config), Join: join,
		Speech: x, Sound: x, Files: x, Records: Records{r.Config}, Service: askedService{r}, Network: x, Bridges: x, Machine: doctor.Linux{},
	}
}
