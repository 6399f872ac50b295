package speech

import (
	"os"
	"path/filepath"

	"earshot/configs"
	"earshot/transcribe/modelfile"
)

// NamePulled lets settings name a model that was fetched as "earshot model list" does: what is no file, but a known name, becomes
// the path of the model of that name.
func NamePulled(r *configs.Report) {
	named := func(path *string) {
		if _, err := os.Stat(*path); *path == "" || err == nil || r.Config.DataDir == "" {
			return
		}
		if m, err := modelfile.Find(filepath.Base(*path)); err == nil && filepath.Base(*path) == m.Name {
			*path = m.Path(ModelFolder(r.Config))
		}
	}
	named(&r.Config.Model)
	named(&r.Config.FallbackModel)
	for i, v := range r.Values {
		switch v.Key {
		case "model":
			r.Values[i].Value = r.Config.Model
		case "fallback_model":
			r.Values[i].Value = r.Config.FallbackModel
		}
	}
}
