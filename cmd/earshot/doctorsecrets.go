package main

import (
	"context"
	"slices"
	"strings"
)

// secrets looks at the files that hold secrets: whether they can be read, and who else can read them.
func (d *doctor) secrets(context.Context) (out []finding) {
	files := map[string]string{"ice.turn_password_file": d.cfg.ICE.TURNPasswordFile, "opinion.key_file": d.cfg.Opinion.KeyFile}
	for _, v := range d.app.environ {
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
		out = append(out, secretsFinding(name, files[name]))
	}
	if len(out) == 0 {
		out = append(out, good("none are in files"))
	}
	return out
}

func secretsFinding(name, file string) finding {
	if _, err := secretFile(file); err != nil {
		return failure(err, "mend "+name)
	}
	return good("%s", name)
}
