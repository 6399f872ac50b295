package review

import (
	"context"
	"fmt"
	"net/http"

	"earshot/models"
	"earshot/moderation/review/auth"
)

// Condition is one sentence about how Earshot is doing.
type Condition struct {
	OK   bool   `json:"ok"`
	Text string `json:"text"`
	// Hint says what to do about it, or "".
	Hint string `json:"hint,omitempty"`
}

// Setting is one value that is in force, fit to be shown: never a secret.
type Setting struct {
	Key, Value string
	// From names where it was set, or "" for the default.
	From string
}

type healthPage struct {
	OK         bool
	Conditions []Condition
	Settings   []Setting
	Audit      []auditRow
	Version    string
	Owner      bool // the visitor gives access to others
}

type auditRow struct{ Day, Clock, By, What, Session string }

// health says how Earshot is doing, with which settings, and who changed the record.
func (s *Server) health(r *http.Request) (view, error) {
	who := auth.VisitorOf(r.Context())
	data := healthPage{OK: true, Settings: s.settings, Version: s.version, Owner: who.All.Allows(models.AccessOwner) && !s.auth.Open()}
	if s.conditions != nil {
		data.Conditions = s.conditions(r.Context(), who.Scope())
	}
	for _, c := range data.Conditions {
		data.OK = data.OK && c.OK
	}
	if who.All.Allows(models.AccessHost) {
		trail, err := s.store.Audit(r.Context(), 50)
		if err != nil {
			return view{}, fmt.Errorf("audit: %w", err)
		}
		for _, e := range trail {
			t := e.At.In(s.loc)
			data.Audit = append(data.Audit, auditRow{day(t, s.now().In(s.loc)), t.Format("15:04"), e.By, e.What, e.Session})
		}
	} else {
		data.Settings = nil
	}
	return view{page: "health", title: "Health", nav: "health", data: data}, nil
}

// namesOf finds the display names that hold in a room.
func (s *Server) namesOf(ctx context.Context, room string) (map[string]string, error) {
	names, err := s.store.Names(ctx, room)
	if err != nil {
		return nil, fmt.Errorf("names: %w", err)
	}
	return names, nil
}
