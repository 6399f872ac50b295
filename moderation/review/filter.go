package review

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"earshot/models"
	"earshot/moderation/review/auth"
)

// filter narrows a search. Every field is as it stands in the address; what makes no sense there is left out.
type filter struct {
	Room, Speaker, Rule string
	Flagged             bool
	From, To            string // dates, YYYY-MM-DD, both included

	Rooms  []string
	People []models.Identity // of the room, when one is chosen
	Rules  []string
}

const isoDate = "2006-01-02"

func (f filter) set() bool {
	return f.Room != "" || f.Speaker != "" || f.Rule != "" || f.Flagged || f.From != "" || f.To != ""
}

// values is the filter as it stands in an address.
func (f filter) values() url.Values {
	v := url.Values{}
	for k, x := range map[string]string{"room": f.Room, "speaker": f.Speaker, "rule": f.Rule, "from": f.From, "to": f.To} {
		if x != "" {
			v.Set(k, x)
		}
	}
	if f.Flagged {
		v.Set("flagged", "1")
	}
	return v
}

// query is the filter as the store takes it. Days are those of the reader's clock.
func (f filter) query(loc *time.Location) models.SearchQuery {
	q := models.SearchQuery{Room: f.Room, Speaker: f.Speaker, Rule: f.Rule, Flagged: f.Flagged}
	if t, err := time.ParseInLocation(isoDate, f.From, loc); err == nil {
		q.From = t
	}
	if t, err := time.ParseInLocation(isoDate, f.To, loc); err == nil {
		q.To = t.AddDate(0, 0, 1)
	}
	return q
}

// filter reads the filter of the address, with what there is to choose from.
func (s *Server) filter(r *http.Request) (f filter, err error) {
	text := func(key string) string { return strings.ToValidUTF8(r.URL.Query().Get(key), "") }
	f = filter{Room: text("room"), Speaker: text("speaker"), Rule: text("rule"), Flagged: text("flagged") != ""}
	for key, to := range map[string]*string{"from": &f.From, "to": &f.To} {
		if _, err := time.Parse(isoDate, text(key)); err == nil {
			*to = text(key)
		}
	}
	ctx := r.Context()
	if f.Rooms, err = s.knownRooms(ctx); err != nil {
		return f, err
	}
	if slices.Contains(f.Rooms, f.Room) {
		if f.People, err = s.store.Identities(ctx, f.Room, 200); err != nil {
			return f, fmt.Errorf("people: %w", err)
		}
	}
	rules, err := s.store.Rules(ctx, auth.VisitorOf(ctx).Scope())
	if err != nil {
		return f, fmt.Errorf("rules: %w", err)
	}
	for _, c := range rules {
		f.Rules = append(f.Rules, c.Rule)
	}
	slices.Sort(f.Rules)
	return f, nil
}

// knownRooms are the rooms of the latest sessions that the visitor may see.
func (s *Server) knownRooms(ctx context.Context) (rooms []string, err error) {
	sessions, err := s.sessions(ctx, listed)
	if err != nil {
		return nil, err
	}
	for _, x := range sessions {
		if !slices.Contains(rooms, x.Room) {
			rooms = append(rooms, x.Room)
		}
	}
	slices.Sort(rooms)
	return rooms, nil
}
