package doctor

import (
	"context"
	"errors"
	"slices"
	"strings"

	"earshot/models"
)

// settings reports where the settings come from.
func (d *doctor) settings(context.Context) Finding {
	if d.File == "" {
		return noted(`"earshot config path" lists where one is looked for`, "no file; the defaults apply")
	}
	return good("%s", d.File)
}

// service reports whether a service is running with this record, and can be asked.
func (d *doctor) service(ctx context.Context) Finding {
	if !d.Service.Serving(ctx) {
		return good("no service uses this database; everything below was checked by this command")
	}
	others, err := d.Service.Differs(ctx)
	switch {
	case err != nil:
		return failure(err, `restart it ("systemctl restart earshot"): it may be of an older version`)
	case len(others) > 0:
		return noted("changed files take effect after a restart; the service's environment may set other values",
			"a service is running and made the marked checks itself; settings that differ here: %s", strings.Join(others, ", "))
	}
	return good("a service is running and made the marked checks itself")
}

// rules compiles the rules of every profile.
func (d *doctor) rules(context.Context) Finding {
	names, err := d.Files.Rules()
	switch {
	case err != nil:
		return failure(err, `"earshot rules check" shows each mistake with its line number`)
	case len(names) == 0:
		return noted("name some with the setting rules", "none: nothing is flagged")
	}
	return good("%s", strings.Join(names, ", "))
}

// secrets checks that files with secrets are readable, and by nobody else.
func (d *doctor) secrets(context.Context) (out []Finding) {
	files := map[string]string{
		"ice.turn_password_file": d.Settings.ICE.TURNPasswordFile, "opinion.key_file": d.Settings.Opinion.KeyFile,
		"decoder.key_file": d.Settings.Decoder.KeyFile, "database_password_file": d.Settings.DatabasePasswordFile,
		"lounge.host_token_file": d.Settings.Lounge.HostTokenFile,
	}
	for _, v := range d.Environ {
		name, file, _ := strings.Cut(v, "=")
		if strings.HasSuffix(name, "_FILE") && (strings.HasPrefix(name, "EARSHOT_") || strings.HasPrefix(name, "LIVEKIT_")) {
			files[name] = file
		}
	}
	names := make([]string, 0, len(files))
	for name, file := range files {
		if file != "" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		out = append(out, d.secret(name, files[name]))
	}
	if len(out) == 0 {
		out = append(out, good("none are in files"))
	}
	return out
}

func (d *doctor) secret(name, file string) Finding {
	if err := d.Files.Secret(file); err != nil {
		return failure(err, "mend "+name)
	}
	return good("%s", name)
}

// notices reads the file of notice targets.
func (d *doctor) notices(ctx context.Context) Finding {
	targets, err := d.Files.Targets()
	if err != nil {
		return failure(err, `"earshot notify --help" shows such a file`)
	}
	if targets == 0 {
		return good("flags are shown only on the page")
	}
	store, err := d.Records.Read(ctx)
	if err == nil {
		defer store.Close()
		var states []models.NoticeTargetState
		states, err = store.NoticeTargets(ctx)
		for _, s := range states {
			if s.Disabled != "" {
				return failed(
					`"earshot notify test `+s.Name+`" tests it; fix its entry in the targets file`, "%s no longer accepts notifications: %s",
					s.Name, s.Disabled,
				)
			}
		}
	}
	if err != nil && !errors.Is(err, models.ErrNotFound) {
		return failure(err, "")
	}
	return good("%s; \"earshot notify test NAME\" sends one", models.Count(targets, "target"))
}
