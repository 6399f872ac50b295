package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"

	"earshot/cmd/earshot/doctor"
	"earshot/cmd/earshot/secrets"
	"earshot/cmd/earshot/speech"
	"earshot/configs"
	"earshot/models"
)

// Resolved looks at all that settings name and "earshot serve" will need, without connecting to anything: rules, models, targets
// of notices, secrets, rooms with what opens them, calendars and folders. All problems are told at once.
func Resolved(env secrets.Environ, r configs.Report, log *slog.Logger) error {
	cfg := r.Config
	_, rules := openProfiles(cfg)
	_, targets := LoadTargets(cfg)
	_, opinions := openOpinions(cfg.Opinion, log)
	errs := []error{rules, targets, opinions, namedModels(cfg), namedFiles(cfg)}
	ice, err := iceConfig(cfg.ICE, log)
	if err != nil || rules != nil {
		return models.BadInput(errors.Join(append(errs, err)...))
	}
	x := examined{env: env, cfg: cfg, log: log}
	rooms, err := x.Rooms(ice)
	errs = append(errs, err)
	for _, room := range cfg.Rooms {
		if err != nil {
			break // the secrets; they are told
		}
		if _, _, err := rooms.Connector(room); err != nil {
			errs = append(errs, fmt.Errorf("rooms: %s: %w", room.URL, err))
		}
	}
	return models.BadInput(errors.Join(errs...))
}

// namedModels checks the files of the models that are named.
func namedModels(cfg configs.Config) error {
	var errs []error
	for _, path := range []string{cfg.Model, cfg.FallbackModel} {
		if path != "" {
			_, err := speech.Check(path, false)
			errs = append(errs, err)
		}
	}
	if cfg.VADModel != "" {
		m, err := speech.OpenVAD(cfg)
		if err == nil {
			err = m.Close()
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// namedFiles looks for the other files and folders that are named.
func namedFiles(cfg configs.Config) error {
	named := map[string]string{"phantoms": cfg.Phantoms, "export.dir": cfg.Export.Dir}
	for _, r := range cfg.Rooms {
		if !strings.Contains(r.Calendar, "://") {
			named["rooms: "+r.URL+": calendar"] = r.Calendar
		}
	}
	var errs []error
	for setting, path := range named {
		if path == "" {
			continue
		}
		if _, err := os.Stat(path); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", setting, err))
		}
	}
	return errors.Join(errs...)
}

// Tried connects to what the settings name: STUN and TURN servers, the servers of rooms, language models. Each finding is told as
// soon as it is there.
func Tried(
	ctx context.Context, env secrets.Environ, r configs.Report, log *slog.Logger, tell func(doctor.Finding),
) (all []doctor.Finding, bad int, err error) {
	for _, check := range doctor.Checks(Examine(env, r, false, log)) {
		if check.Name != "ice" && check.Name != "rooms" && check.Name != "language models" {
			continue
		}
		for _, f := range check.Look(ctx) {
			if ctx.Err() != nil {
				return all, bad, ctx.Err()
			}
			f.Check = check.Name
			all = append(all, f)
			tell(f)
			if f.State == doctor.Bad {
				bad++
			}
		}
	}
	return all, bad, nil
}
