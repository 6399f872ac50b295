package pages

import (
	"net/http"

	"earshot/models"
	"earshot/moderation/review/auth"
)

// Setting is one value that is in force, fit to be shown: never a secret.
type Setting struct {
	Key, Value string
	// From names where it was set, or "" for the default.
	From string
}

type healthPage struct {
	OK         bool
	Conditions []models.Condition
	Settings   []Setting
	Audit      []auditRow
	Version    string
	Owner      bool // the visitor gives access to others
}

type auditRow struct{ Day, Clock, By, What, Session string }

// health says how Earshot is doing, with which settings, and who changed the record.
func (s recordPages) health(r *http.Request) (view, error) {
	who := auth.VisitorOf(r.Context())
	data := healthPage{OK: true, Settings: s.Settings, Version: s.Version, Owner: who.All.Allows(models.AccessOwner) && !s.Auth.Open()}
	if s.Conditions != nil {
		data.Conditions = s.Conditions(r.Context(), who.Scope())
	}
	for _, c := range data.Conditions {
		data.OK = data.OK && c.OK
	}
	if who.All.Allows(models.AccessHost) {
		trail, err := s.Record.Audit(r.Context(), 50)
		if err != nil {
			return view{}, err
		}
		for _, e := range trail {
			t := e.At.In(s.Location)
			data.Audit = append(data.Audit, auditRow{day(t, s.Now().In(s.Location)), t.Format("15:04"), e.By, e.What, e.Session})
		}
	} else {
		data.Settings = nil
	}
	return view{page: "health", title: "Health", nav: "health", waiting: s.counted(r), data: data}, nil
}
