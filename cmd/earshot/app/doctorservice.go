package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"earshot/bot/peer"
	"earshot/cmd/earshot/control"
	"earshot/cmd/earshot/doctor"
	"earshot/cmd/earshot/secrets"
	"earshot/cmd/earshot/speech"
	"earshot/configs"
)

// askedService is the running service as the doctor, another process, sees it.
type askedService struct {
	here configs.Report
}

// Serving implements doctor.Service.
func (s askedService) Serving(ctx context.Context) bool {
	_, err := control.New(s.here.Config).Rooms(ctx)
	return err == nil
}

// Differs implements doctor.Service.
func (s askedService) Differs(ctx context.Context) (keys []string, err error) {
	there, err := control.New(s.here.Config).Settings(ctx)
	if err != nil {
		return nil, err
	}
	here, err := settingValues(s.here.Values)
	for key, value := range here {
		if !bytes.Equal(value, there[key]) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys, err
}

// Examine implements doctor.Service.
func (s askedService) Examine(ctx context.Context, check string, join bool) ([]doctor.Finding, error) {
	return control.New(s.here.Config).Examine(ctx, check, join)
}

// settingValues are settings in a form that can be sent and compared.
func settingValues(values []configs.Value) (map[string]json.RawMessage, error) {
	out := make(map[string]json.RawMessage, len(values))
	for _, v := range values {
		text, err := json.Marshal(v.Value)
		if err != nil {
			return nil, fmt.Errorf("setting %s: %w", v.Key, err)
		}
		out[v.Key] = text
	}
	return out, nil
}

// examinedService is the running service as it sees itself.
type examinedService struct {
	examined
	app *App
}

// examines gives the doctor's checks of a service to whoever asks it.
func (a *App) examines(env secrets.Environ, r configs.Report) func(join bool) doctor.Config {
	return func(join bool) doctor.Config {
		c := Examine(env, r, join, a.Log)
		x := examinedService{examined{env: env, cfg: r.Config, log: a.Log}, a}
		c.Speech, c.Sound, c.Network, c.Service = x, x, x, x
		return c
	}
}

// Serving implements doctor.Service.
func (x examinedService) Serving(context.Context) bool { return true }

// Differs implements doctor.Service: it is itself.
func (x examinedService) Differs(context.Context) ([]string, error) { return nil, nil }

// Examine implements doctor.Service: it looks itself.
func (x examinedService) Examine(context.Context, string, bool) ([]doctor.Finding, error) {
	return nil, errors.ErrUnsupported
}

// Load implements doctor.Speech: the processes that decode have loaded the model already, or are about to.
func (x examinedService) Load(ctx context.Context) (doctor.Loaded, error) {
	speech := x.app.decoders.main
	if out, ready := loaded(speech); ready {
		return out, nil
	}
	if server := speech.Elsewhere(); server != nil { // it is away, and may stay away
		return doctor.Loaded{}, server.Stats().Why
	}
	if err := speech.Loaded(ctx); err != nil {
		return doctor.Loaded{}, err
	}
	out, _ := loaded(speech)
	return out, nil
}

// loaded is what a process made of the model; false: none has loaded it.
func loaded(s *speech.Model) (out doctor.Loaded, ready bool) {
	if server := s.Elsewhere(); server != nil {
		stats := server.Stats()
		return doctor.Loaded{Time: stats.Latency, Elsewhere: true}, stats.Up
	}
	for _, p := range s.Stats().Processes {
		if p.Ready {
			out, ready = doctor.Loaded{Time: p.Load, Confined: p.Confined}, true
		}
		if s.Device != nil {
			out.Device = s.Device.String()
		}
	}
	return out, ready
}

// sharedDetector is a detector with the service's model, which stays.
type sharedDetector struct{ detector }

// Close leaves the model to the service.
func (sharedDetector) Close() error { return nil }

// Detector implements doctor.Sound.
func (x examinedService) Detector() (doctor.Detector, string, error) {
	m := x.app.decoders.vad
	if m == nil {
		return nil, "", nil
	}
	return sharedDetector{detector{m.NewVAD(), m}}, speech.VadModelPath(x.cfg), nil
}

// Rooms implements doctor.Network.
func (x examinedService) Rooms(c peer.Config) (doctor.Rooms, error) {
	c.Guard = x.app.figures.guard // what it drops is counted with the rest
	rooms, err := x.examined.Rooms(c)
	if r, ok := rooms.(examinedRooms); ok {
		r.fleet, r.host.servers = x.app.Fleet, x.app.rooms.servers
		rooms = r
	}
	return rooms, err
}
