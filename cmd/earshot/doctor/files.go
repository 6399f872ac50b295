package doctor

import (
	"context"
	"errors"
	"slices"
	"strings"

	"earshot/models"
)

// settings tells where the settings are from.
func (d *doctor) settings(context.Context) Finding {
	if d.File == "" {
		return noted(`"earshot config path" lists where one is looked for`, "no file; the defaults hold")
	}
	return good("%s", d.File)
}

// service tells whether one runs on the record, and is asked.
func (d *doctor) service(ctx context.Context) Finding {
	if !d.Service.Serving(ctx) {
		return good("none runs on this record; all that follows is what this command sees itself")
	}
	others, err := d.Service.Differs(ctx)
	switch {
	case err != nil:
		return failure(err, `restart it ("systemctl restart earshot"): it may be of an older version`)
	case len(others) > 0:
		return noted("a file that was changed holds after a restart; the service's environment may set others",
			"it runs, and looks itself at what is marked so; its settings are not those here: %s", strings.Join(others, ", "))
	}
	return good("it runs, and looks itself at what is marked so")
}

// rules compiles the rules of every profile.
func (d *doctor) rules(context.Context) Finding {
	names, err := d.Files.Rules()
	switch {
	case err != nil:
		return failure(err, `"earshot rules check" tells each mistake with its line`)
	case len(names) == 0:
		return noted("name some with the setting rules", "none: nothing is flagged")
	}
	return good("%s", strings.Join(names, ", "))
}

// secrets looks at the files that hold secrets: whether they can be read, and who else can read them.
func (d *doctor) secrets(context.Context) (out []Finding) {
	files := map[string]string{
		"ice.turn_password_file": d.Settings.ICE.TURNPasswordFile, "opinion.key_file": d.Settings.Opinion.KeyFile,
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

// notices reads the file of those who are told.
func (d *doctor) notices(ctx context.Context) Finding {
	targets, err := d.Files.Targets()
	if err != nil {
		return failure(err, `"earshot notify --help" shows such a file`)
	}
	if targets == 0 {
		return good("nobody is told of flags outside the page")
	}
	store, err := d.Records.Read(ctx, d.Database)
	if err == nil {
		defer store.Close()
		var states []models.NoticeTargetState
		states, err = store.NoticeTargets(ctx)
		for _, s := range states {
			if s.Disabled != "" {
				return failed(
					`"earshot notify test `+s.Name+`" tries it; mend its entry in the file of targets`, "%s takes no notices any more: %s",
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
