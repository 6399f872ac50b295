package pages

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"earshot/models"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/web"
)

// Setting is one current setting for display; never a secret.
type Setting struct {
	Key, Value string
	// From says where it was set, or "" for the default.
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

// auditRow is a change: by whom, of what, whose, to whose access, and in which room.
type auditRow struct {
	Day, Clock, ISO, By, What, Whose, Of, For, Room, URL string
}

// health shows the state of the service, the current settings, and the audit log.
func (s recordPages) health(r *http.Request) (view, error) {
	who := auth.VisitorOf(r.Context())
	data := healthPage{OK: true, Settings: s.Settings, Version: s.Version, Owner: who.All.Allows(models.AccessOwner) && !s.Auth.Open()}
	if s.Conditions != nil {
		data.Conditions = s.Conditions(r.Context(), who.Scope())
	}
	for _, x := range s.roomStates(r.Context()) {
		if text, ill := s.stateSentence(x); ill && len(x.Deaf) == 0 { // the deaf ones are among the conditions
			data.Conditions = append(data.Conditions, models.Condition{Text: cmp.Or(web.CleanName(x.Name), web.CleanName(x.Room)) + ": " + text})
		}
	}
	slices.SortStableFunc(data.Conditions, func(a, b models.Condition) int { return worst(!a.OK, !b.OK) })
	for _, c := range data.Conditions {
		data.OK = data.OK && c.OK
	}
	if who.All.Allows(models.AccessHost) {
		trail, err := s.Record.Audit(r.Context(), 50)
		if err != nil {
			return view{}, err
		}
		users, err := s.userNames(r.Context())
		if err != nil {
			return view{}, err
		}
		rooms := map[string]string{} // names, by session
		for _, e := range trail {
			row := s.auditRow(r.Context(), e, rooms)
			if strings.HasPrefix(e.What, "access ") || strings.HasPrefix(e.What, "link ") || strings.HasPrefix(e.What, "key ") {
				row.For = users[e.Target]
			}
			data.Audit = append(data.Audit, row)
		}
	} else {
		data.Settings = nil
	}
	return view{page: "health", title: "Health", nav: "health", data: data}, nil
}

// userNames returns the names of those who can log in, by their ids.
func (s recordPages) userNames(ctx context.Context) (map[string]string, error) {
	names := map[string]string{}
	if s.Members == nil {
		return names, nil
	}
	users, err := s.Members.Users(ctx)
	for _, u := range users {
		names[u.ID] = web.CleanName(u.Name)
	}
	return names, err
}

// auditRow describes an audit log entry. Deleted objects stay unnamed.
func (s recordPages) auditRow(ctx context.Context, e models.AuditEntry, rooms map[string]string) auditRow {
	t := e.At.In(s.Location)
	row := auditRow{
		Day: day(t, s.Now().In(s.Location)), Clock: t.Format("15:04"), ISO: e.At.UTC().Format(time.RFC3339), By: web.Doer(e.By),
		What: e.What,
	}
	if _, known := rooms[e.Session]; !known && e.Session != "" {
		if ses, err := s.Record.Session(ctx, e.Session); err == nil {
			rooms[e.Session] = sessionName(ses)
		}
	}
	if row.Room = rooms[e.Session]; row.Room != "" {
		row.URL = "/s/" + url.PathEscape(e.Session)
	}
	switch {
	case strings.HasPrefix(e.What, "flag "):
		if p, err := s.Record.Flag(ctx, e.Target); err == nil {
			row.Whose, row.Of, row.URL = web.CleanName(p.Flag.SpeakerName), web.CleanName(cmp.Or(p.Flag.Title, p.Flag.Rule)), "/flags/"+e.Target
		}
	case strings.HasSuffix(e.What, "the bot"), strings.HasSuffix(e.What, "scheduled time"),
		strings.HasSuffix(e.What, "the bot out"), strings.HasPrefix(e.What, "room server"):
		row.Of = web.CleanName(e.Target)
	}
	return row
}
